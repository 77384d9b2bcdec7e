//! The commands, and what `sodeb PATH…` alone takes.

use clap::{Parser, Subcommand};

use super::audit::{AuditArguments, DiffArguments};
use super::global::GlobalArguments;
use super::graph::{GraphArguments, WhyArguments};
use super::image::{ImageArguments, LayerArguments};
use super::index::IndexCommand;
use super::lock::LockArguments;
use super::manifest::ManifestArguments;
use super::resolve::ResolveArguments;
use super::tree::TreeArguments;

/// Finds the shared libraries that a built tree lacks, and the Debian packages that have them.
#[derive(Debug, Parser)]
#[command(name = "sodeb", version, arg_required_else_help = true, args_conflicts_with_subcommands = true)]
#[command(subcommand_precedence_over_arg = true, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) resolve: ResolveArguments,
    #[command(flatten)]
    pub(crate) global: GlobalArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is missing and which package has it (`sodeb PATH` is short for it)
    Resolve(ResolveArguments),
    /// Show the chains that pull in a library, a file or a package
    Why(WhyArguments),
    /// Write the graph of what is loaded: for Graphviz, for Mermaid, as JSON or as a picture
    Graph(GraphArguments),
    /// Write down the packages that close the gap and the very files that are taken of them
    Lock(LockArguments),
    /// Write the packages that close the gap for other tools: Bazel, Docker, apt, bills of materials
    ///
    /// One PATH that is a file named *.lock is read as a lock, which answers all but the format by itself.
    Manifest(ManifestArguments),
    /// Write the needed files of the packages that close the gap: a directory, .tar, .tar.gz, .tar.zst or an OCI layout
    ///
    /// One PATH that is a file named *.lock is read as a lock, which names the files by itself; --base is then the
    /// base that it was made for.
    Layer(LayerArguments),
    /// Compose an image: a base, the needed files of the packages that close the gap, and the trees themselves
    ///
    /// For several platforms it is one image for each, in a list: give each PATH as PLATFORM=PATH, such as
    /// linux/arm64=./venv-arm64.
    Image(Box<ImageArguments>),
    /// Say what is missing, mismatched, unsafe or superfluous in images
    ///
    /// Images are given as for --base: directories, files, registries, docker's engine, well-known names. Nothing of them is
    /// unpacked or run.
    Audit(Box<AuditArguments>),
    /// Say what changed between two images or two locks: packages, libraries, sizes, findings
    ///
    /// A file named *.lock is read as a lock; everything else is an image, as for `sodeb audit`.
    Diff(Box<DiffArguments>),
    /// Show what each object of a tree loads, as the dynamic linker would
    Tree(TreeArguments),
    /// Fetch, show, search and build the catalogs that packages are looked up in
    #[command(subcommand)]
    Index(IndexCommand),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (troff)
    Man {
        /// The command whose page it is, such as `index update` [default: sodeb itself]
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}
