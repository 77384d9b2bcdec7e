//! The arguments as they are typed; [`super::settings`] makes sense of them.

mod audit;
mod image;
mod index;

use std::ffi::OsString;
use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::debian::inclusions::{Inclusion, Runtime};
use crate::emit::ManifestFormat;
use crate::loader::CpuLevel;
use crate::tree::inventory::ImagePlatform;
use crate::vocabulary::Architecture;

pub(super) use audit::{AuditArguments, AuditFormat, DiffArguments, FailOn, LookArguments};
pub(super) use image::{ImageArguments, LayerArguments, LayerExtent};
pub(super) use index::{
    IndexBuildArguments, IndexCommand, IndexExportArguments, IndexFindArguments, IndexShowArguments,
    IndexStatsArguments, IndexUpdateArguments, SoughtArguments, TargetArguments,
};

/// Finds the shared libraries that a built tree lacks, and the Debian packages that have them.
#[derive(Debug, Parser)]
#[command(name = "sodeb", version, arg_required_else_help = true, args_conflicts_with_subcommands = true)]
#[command(subcommand_precedence_over_arg = true, subcommand_negates_reqs = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) resolve: ResolveArguments,
    #[command(flatten)]
    pub(super) global: GlobalArguments,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
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

/// What every command takes.
#[derive(Debug, Args)]
pub(super) struct GlobalArguments {
    /// How many files are read at a time [default: one a core]
    #[arg(long, global = true, value_name = "N", env = "SODEB_JOBS")]
    pub(super) jobs: Option<NonZeroU16>,
    /// Print the answer and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more: every place that was tried, every file that could not be read
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", env = "SODEB_COLOR", default_value = "auto")]
    pub(super) color: ColorChoice,
    /// Show no progress
    #[arg(long, global = true, env = "SODEB_NO_PROGRESS")]
    pub(super) no_progress: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal
    Auto,
    Always,
    Never,
}

/// The trees that are looked at.
#[derive(Clone, Debug, Args)]
pub(super) struct SourceArguments {
    /// Directories or files: a venv, a gem tree, node_modules, a program …
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) place: PlaceArguments,
}

/// Where the trees will lie.
#[derive(Clone, Debug, Args)]
pub(super) struct PlaceArguments {
    /// What the result will be put on [default: nothing is assumed present]
    ///
    /// The directory of a root file system or a tar of it, an archive of docker-save, an OCI layout as a directory or a tar;
    /// an image in a registry, `HOST/NAME[:TAG]`, `HOST/NAME@sha256:…` or `docker://NAME`; one that docker has,
    /// `docker-daemon:NAME[:TAG]`; or without the image what its packages have today, by its name:
    /// `distroless/{static,base,cc,python3}-debian{12,13}`, `debian:{bookworm,trixie}-slim`. `scratch` is nothing.
    #[arg(long, value_name = "PATH-or-IMAGE", env = "SODEB_BASE")]
    pub(super) base: Option<OsString>,
    #[command(flatten)]
    pub(super) choice: ImageChoiceArguments,
    /// Where the tree will be mounted; given once for each of several, in their order [default: its own absolute path]
    #[arg(long, value_name = "PATH", env = "SODEB_AT")]
    pub(super) at: Vec<OsString>,
}

/// How images are had, and which of several.
#[derive(Clone, Debug, Args)]
pub(super) struct ImageChoiceArguments {
    /// A registry, HOST or HOST:PORT, that is spoken to by http, as those on this machine always are; may be given
    /// several times
    #[arg(long, value_name = "HOST", env = "SODEB_INSECURE_REGISTRY", value_delimiter = ',')]
    pub(super) insecure_registry: Vec<String>,
    /// Which of several images under one name, such as linux/arm64 [default: that of --arch or of most objects]
    #[arg(long, value_name = "OS/ARCH[/VARIANT]", env = "SODEB_PLATFORM")]
    pub(super) platform: Option<ImagePlatform>,
}

/// What the image's environment will set.
#[derive(Debug, Args)]
pub(super) struct LinkerArguments {
    /// LD_LIBRARY_PATH in the image [default: what a base that is an image sets]
    #[arg(long, value_name = "DIRECTORIES", env = "SODEB_LD_LIBRARY_PATH")]
    pub(super) ld_library_path: Option<OsString>,
    /// The working directory in the image, which relative search paths start from [default: that of a base that is an
    /// image, else /]
    #[arg(long, value_name = "PATH")]
    pub(super) workdir: Option<OsString>,
    /// The x86-64 level of the machine's processor, for glibc-hwcaps directories
    #[arg(long, value_name = "LEVEL", default_value_t = CpuLevel::V3)]
    pub(super) hwcaps: CpuLevel,
}

/// How the answer is written, and where to.
#[derive(Debug, Args)]
pub(super) struct AnswerArguments {
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
    /// A file for the answer, written as a whole or not at all [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
pub(super) struct TreeArguments {
    #[command(flatten)]
    pub(super) sources: SourceArguments,
    #[command(flatten)]
    pub(super) linker: LinkerArguments,
    /// Look at every object by itself, not in the process that loads it
    #[arg(long)]
    pub(super) all: bool,
    /// Show what is loaded with the packages in place that have what is missing
    ///
    /// --release and what else says where packages are looked up is of use with it alone.
    #[arg(long, conflicts_with = "all")]
    pub(super) closed: bool,
    #[command(flatten)]
    pub(super) answer: AnswerArguments,
    #[command(flatten)]
    pub(super) catalog: CatalogArguments,
    #[command(flatten, next_help_heading = "With --closed")]
    pub(super) choice: ChoiceArguments,
}

#[derive(Debug, Args)]
pub(super) struct ResolveArguments {
    #[command(flatten)]
    pub(super) sources: SourceArguments,
    #[command(flatten)]
    pub(super) linker: LinkerArguments,
    #[command(flatten)]
    pub(super) catalog: CatalogArguments,
    #[command(flatten)]
    pub(super) choice: ChoiceArguments,
    /// Answer for what the trees themselves ask for, not for what the packages need in turn
    #[arg(long)]
    pub(super) direct: bool,
    /// Say on which of the releases at hand the trees work, and what is missing on the others
    #[arg(long, conflicts_with_all = ["direct", "base", "release", "catalog", "snapshot"])]
    pub(super) all_releases: bool,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: ResolveFormat,
    /// A file for the answer, written as a whole or not at all [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ResolveFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// A page for a browser, in one file
    Html,
}

#[derive(Debug, Args)]
pub(super) struct WhyArguments {
    /// A directory or file: a venv, a gem tree, node_modules, a program …
    #[arg(value_name = "PATH")]
    pub(super) path: PathBuf,
    /// What is asked about: a soname, a package, a file's path in the root or a file's name
    #[arg(value_name = "SONAME-or-PACKAGE-or-FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) query: String,
    #[command(flatten)]
    pub(super) place: PlaceArguments,
    #[command(flatten)]
    pub(super) linker: LinkerArguments,
    #[command(flatten)]
    pub(super) catalog: CatalogArguments,
    #[command(flatten)]
    pub(super) answer: AnswerArguments,
    #[command(flatten)]
    pub(super) reach: ReachArguments,
}

#[derive(Debug, Args)]
pub(super) struct GraphArguments {
    #[command(flatten)]
    pub(super) sources: SourceArguments,
    #[command(flatten)]
    pub(super) linker: LinkerArguments,
    #[command(flatten)]
    pub(super) catalog: CatalogArguments,
    /// How the graph is written
    #[arg(long, value_name = "FORMAT", default_value = "dot")]
    pub(super) format: GraphFormat,
    /// A file for the graph, written as a whole or not at all [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    #[command(flatten)]
    pub(super) reach: ReachArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// For Graphviz
    Dot,
    /// A Mermaid flowchart
    Mermaid,
    /// All of it, for programs
    Json,
    /// A picture
    Svg,
}

/// How far what is loaded is followed.
#[derive(Debug, Args)]
pub(super) struct ReachArguments {
    /// Stop at the packages that the trees themselves ask for; do not go on with what their files load
    #[arg(long)]
    pub(super) direct: bool,
    #[command(flatten, next_help_heading = "Without --direct")]
    pub(super) closing: ClosingArguments,
}

/// The trees, and all that decides how their gap is closed.
#[derive(Debug, Args)]
pub(super) struct GapArguments {
    #[command(flatten)]
    pub(super) sources: SourceArguments,
    #[command(flatten)]
    pub(super) linker: LinkerArguments,
    #[command(flatten)]
    pub(super) closing: ClosingArguments,
    #[command(flatten)]
    pub(super) catalog: CatalogArguments,
}

#[derive(Debug, Args)]
pub(super) struct LockArguments {
    #[command(flatten)]
    pub(super) gap: GapArguments,
    /// Compare with the lock that is there, write nothing, and fail where they differ
    #[arg(long, conflicts_with = "update")]
    pub(super) check: bool,
    /// Take new versions of these packages, or of all if none is named; others keep the lock's
    #[arg(long, value_name = "PACKAGE", num_args = 0.., value_delimiter = ',')]
    pub(super) update: Option<Vec<String>>,
    /// How the report is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
    /// The lock [default: standard output; sodeb.lock with --check]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ManifestArguments {
    #[command(flatten)]
    pub(super) gap: GapArguments,
    /// What the manifest is for
    #[arg(long, value_name = "FORMAT", value_parser = manifest_formats())]
    pub(super) format: ManifestFormat,
    /// A file for the manifest, written as a whole or not at all [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// The names of the formats, which help and completions list.
fn manifest_formats() -> impl TypedValueParser<Value = ManifestFormat> {
    PossibleValuesParser::new(ManifestFormat::ALL.iter().map(|format| format.name()))
        .try_map(|name| name.parse::<ManifestFormat>())
}

/// Which packages are taken where several will do.
#[derive(Debug, Args)]
pub(super) struct ChoiceArguments {
    /// A package to take wherever it can answer; may be given several times
    #[arg(long, value_name = "PACKAGE", env = "SODEB_PREFER", value_delimiter = ',')]
    pub(super) prefer: Vec<String>,
    /// A package never to take; may be given several times
    #[arg(long, value_name = "PACKAGE", env = "SODEB_AVOID", value_delimiter = ',')]
    pub(super) avoid: Vec<String>,
}

/// What is wanted of the packages that close the gap.
#[derive(Debug, Args)]
pub(super) struct ClosingArguments {
    #[command(flatten)]
    pub(super) choice: ChoiceArguments,
    /// Which of the libraries count that objects say they open by themselves: those of this priority and above
    /// [default: required]
    #[arg(long, value_name = "PRIORITY", env = "SODEB_DLOPEN")]
    pub(super) dlopen: Option<DlopenLevel>,
    /// Files of a package to take too, such as 'tzdata:/usr/share/zoneinfo/*'; may be given several times
    #[arg(long, value_name = "PACKAGE:GLOB")]
    pub(super) include: Vec<Inclusion>,
    /// An interpreter to take from Debian's packages: python3 or ruby; may be given several times
    #[arg(long, value_name = "RUNTIME", value_delimiter = ',')]
    pub(super) with: Vec<&'static Runtime>,
    /// Which files count that libraries read or open by a name of their own: those without which they are of no use,
    /// all that are known, or none [default: needed]
    #[arg(long, value_name = "WEIGHT", env = "SODEB_DATA")]
    pub(super) data: Option<DataLevel>,
}

/// Which of the known data of libraries is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DataLevel {
    /// What a library is of no use without
    Needed,
    /// What only some programs want, too
    All,
    None,
}

impl std::str::FromStr for DataLevel {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        <Self as ValueEnum>::from_str(word, false).map_err(|_| "neither needed nor all nor none".to_owned())
    }
}

/// A priority of `.note.dlopen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DlopenLevel {
    /// Without which the object does not work
    Required,
    /// Which should be there
    Recommended,
    /// Which may be there
    Suggested,
}

impl std::str::FromStr for DlopenLevel {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        <Self as ValueEnum>::from_str(word, false)
            .map_err(|_| "neither required nor recommended nor suggested".to_owned())
    }
}

/// Which packages there are.
#[derive(Debug, Args)]
pub(super) struct CatalogArguments {
    /// The release's codename, such as bookworm [default: the base's, the tree's or its surroundings', else
    /// Debian stable]
    #[arg(long, value_name = "CODENAME", env = "SODEB_RELEASE")]
    pub(super) release: Option<String>,
    /// The architecture [default: that of most objects]
    #[arg(long, value_name = "ARCH", env = "SODEB_ARCH")]
    pub(super) arch: Option<Architecture>,
    /// Where packages are looked up: embedded, archive, or `installed[:ROOT]` for the dpkg database of a root
    /// [default: what `sodeb index update` has fetched, else embedded]
    #[arg(long, value_name = "CATALOG", env = "SODEB_CATALOG")]
    pub(super) catalog: Option<CatalogChoice>,
    /// Fetch the archive's index now
    #[arg(long, conflicts_with = "offline")]
    pub(super) refresh: bool,
    #[command(flatten)]
    pub(super) archive: ArchiveArguments,
}

/// How the archive is reached.
#[derive(Debug, Args)]
pub(super) struct ArchiveArguments {
    /// Use no network
    #[arg(long, env = "SODEB_OFFLINE")]
    pub(super) offline: bool,
    /// A mirror's base; may be given several times [default: those of the host's apt, else Debian's]
    #[arg(long, value_name = "URL", env = "SODEB_MIRROR", value_delimiter = ' ')]
    pub(super) mirror: Vec<String>,
    /// The archive as it was at this moment (snapshot.debian.org)
    #[arg(long, value_name = "TIMESTAMP", env = "SODEB_SNAPSHOT")]
    pub(super) snapshot: Option<String>,
    /// A file of OpenPGP keys that are trusted too; may be given several times
    #[arg(long, value_name = "FILE", env = "SODEB_KEYRING")]
    pub(super) keyring: Vec<PathBuf>,
    /// A component to read; may be given several times [default: main]
    #[arg(long, value_name = "NAME", env = "SODEB_COMPONENT", value_delimiter = ' ')]
    pub(super) component: Vec<String>,
    /// Take packages of the release's backports too
    #[arg(long)]
    pub(super) backports: bool,
    /// Take a Contents that does not match the signed Release as a proposal, where there is no better one
    #[arg(long)]
    pub(super) contents_hint: bool,
    #[command(flatten)]
    pub(super) cache: CacheArguments,
}

/// Where the cache is.
#[derive(Debug, Args)]
pub(super) struct CacheArguments {
    /// Where fetched indices and what was read of packages and images are kept [default: sodeb in the user's cache directory]
    #[arg(long, value_name = "DIR", env = "SODEB_CACHE_DIR")]
    pub(super) cache_dir: Option<PathBuf>,
}

/// `--catalog`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CatalogChoice {
    Embedded,
    Archive,
    Installed(PathBuf),
}

impl std::str::FromStr for CatalogChoice {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word.split_once(':') {
            None if word == "embedded" => Ok(Self::Embedded),
            None if word == "archive" => Ok(Self::Archive),
            None if word == "installed" => Ok(Self::Installed(PathBuf::from("/"))),
            Some(("installed", root)) if !root.is_empty() => Ok(Self::Installed(PathBuf::from(root))),
            _ => Err("neither embedded nor archive nor installed[:ROOT]".to_owned()),
        }
    }
}
