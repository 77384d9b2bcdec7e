//! Commands, and the parser of the command line.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::audit::{AuditArguments, DiffArguments};
use super::given::{GivenOptions, given_arguments};
use super::global::GlobalArguments;
use super::graph::{GraphArguments, WhyArguments};
use super::image::{ImageArguments, LayerArguments};
use super::index::IndexCommand;
use super::lock::LockArguments;
use super::manifest::ManifestArguments;
use super::resolve::ResolveArguments;
use super::tree::TreeArguments;

/// Finds missing shared libraries, and the Debian packages that provide them
///
/// sodeb reads directories, files and images and emulates the dynamic linker on them. It runs none of the programs that it
/// reads, and needs no root, Docker, apt or Debian host. `sodeb PATH…` is short for `sodeb resolve PATH…`.
///
/// Exit status: 0 fine, 1 problems found, 2 usage or input error, 3 network, signature or disk failure.
#[derive(Debug, Parser)]
#[command(name = "sodeb", version, arg_required_else_help = true)]
#[command(subcommand_precedence_over_arg = true, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) resolve: ResolveArguments,
    #[command(flatten)]
    pub(crate) global: GlobalArguments,
    /// Options on the command line.
    #[arg(skip)]
    pub(crate) given: GivenOptions,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what is missing and which package provides it (short form: `sodeb PATH…`)
    ///
    /// Exit status 1 means that something is missing that no package provides, or that a library would fail to load.
    Resolve(ResolveArguments),
    /// Show the chains of objects that need a library, a file or a package
    Why(WhyArguments),
    /// Write the dependency graph for Graphviz or Mermaid, as JSON or SVG
    Graph(GraphArguments),
    /// Write a lock file: the packages and the exact files used from each
    ///
    /// The packages provide everything that is missing, and are as few and as small as possible. An existing lock keeps its
    /// versions; --update takes newer ones, and --check compares without writing.
    #[command(mut_arg("paths", |paths| paths.required(false).required_unless_present_any(["check", "update"])))]
    Lock(LockArguments),
    /// Write the packages for other tools: Bazel, Docker, apt, SBOMs
    ///
    /// PATH may be a lock: then nothing is resolved, and the only options are --format and --output.
    Manifest(ManifestArguments),
    /// Write only the needed library files, as a directory, tar or OCI layout
    ///
    /// PATH may be a lock: then its files are written, for the base that it was made for.
    Layer(LayerArguments),
    /// Build an image from a base, the missing libraries and your files
    ///
    /// For several platforms give each PATH as PLATFORM=PATH, such as linux/arm64=./venv-arm64: the result is an image index
    /// with one image for each platform.
    Image(Box<ImageArguments>),
    /// Check images for missing, mismatched, unsafe or unused libraries
    ///
    /// Images are given as for --base: directories, files, registries, Docker's engine, known images. Nothing is unpacked or
    /// run.
    Audit(Box<AuditArguments>),
    /// Show what changed between two images or two locks
    ///
    /// The changes are those of packages, libraries, sizes and findings. A lock is recognised by its content; everything else is an image as for `sodeb audit`.
    Diff(Box<DiffArguments>),
    /// Show what each object loads, as the dynamic linker would
    Tree(TreeArguments),
    /// Update, show, search and build package catalogs and library indices
    #[command(subcommand)]
    Index(IndexCommand),
    /// Print a completion script for a shell
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Print a manual page (troff)
    Man {
        /// Command whose page is printed, such as `index update` [default: sodeb itself]
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

impl Arguments {
    /// Splits off the options on the command line.
    pub(crate) fn split_given(mut self) -> (Self, GivenOptions) {
        let given = std::mem::take(&mut self.given);
        (self, given)
    }
}

/// Parses the command line.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let words: Vec<OsString> = arguments.into_iter().collect();
    let parsed = command_line().try_get_matches_from(&words).and_then(|mut matches| {
        check_order(&matches)?;
        let given = GivenOptions::of(&matches, &command_line());
        let arguments = Arguments::from_arg_matches_mut(&mut matches);
        Ok(Arguments { given, ..arguments.map_err(|error| error.format(&mut command_line()))? })
    });
    parsed.map_err(|error| with_variable(error, &words))
}

/// Checks that only global options stand before a command: the others would have no effect.
fn check_order(matches: &ArgMatches) -> Result<(), clap::Error> {
    let Some((name, _)) = matches.subcommand() else { return Ok(()) };
    let command = command_line();
    let Some(misplaced) = given_arguments(matches, &command).next() else { return Ok(()) };
    let message = match misplaced.get_long() {
        Some(long) => {
            format!("the option '--{long}' stands before the command '{name}': put it after the command")
        }
        None => format!(
            "a path stands before the command '{name}': put it after the command, or write './{name}' for a path of that name"
        ),
    };
    Err(command_line().error(ErrorKind::ArgumentConflict, message))
}

/// Names the environment variable that an invalid value is from.
fn with_variable(mut error: clap::Error, words: &[OsString]) -> clap::Error {
    let (Some(ContextValue::String(flag)), Some(ContextValue::String(value))) =
        (error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidValue))
    else {
        return error;
    };
    let long = flag.trim_start_matches("--").split([' ', '=']).next().unwrap_or_default();
    let is_typed = words.iter().any(|word| word.to_string_lossy().starts_with(&format!("--{long}")));
    let variable = variable_of(&command_line(), long).filter(|_| !is_typed);
    let Some(variable) = variable.filter(|name| {
        std::env::var_os(name).is_some_and(|set| set.to_string_lossy().contains(value.as_str()))
    }) else {
        return error;
    };
    let tip = format!("the value is that of the environment variable {variable}");
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}

/// Environment variable of the option with this long name.
fn variable_of(command: &clap::Command, long: &str) -> Option<String> {
    let mut own = command.get_arguments().filter(|argument| argument.get_long() == Some(long));
    let variable =
        own.find_map(|argument| argument.get_env().map(|name| name.to_string_lossy().into_owned()));
    variable.or_else(|| command.get_subcommands().find_map(|command| variable_of(command, long)))
}

/// Returns the description of the command line. Environment variables stand in the details of a flag, so that its short help
/// is one line.
pub(crate) fn command_line() -> clap::Command {
    with_variables_in_details(Arguments::command())
}

fn with_variables_in_details(command: clap::Command) -> clap::Command {
    command.mut_args(with_variable_in_details).mut_subcommands(with_variables_in_details)
}

fn with_variable_in_details(argument: clap::Arg) -> clap::Arg {
    let Some(variable) = argument.get_env().map(|name| name.to_string_lossy().into_owned()) else {
        return argument;
    };
    let details = argument.get_long_help().or(argument.get_help()).cloned().unwrap_or_default();
    argument.hide_env(true).long_help(format!("{details}\n\nEnvironment variable: {variable}"))
}

/// Returns the command that a misspelled one is similar to.
pub(crate) fn similar_command(word: &str) -> Option<String> {
    let arguments = Arguments::command();
    let parser = clap::Command::new("sodeb").subcommands(arguments.get_subcommands().cloned());
    let error = parser.try_get_matches_from(["sodeb", word]).err()?;
    match error.get(ContextKind::SuggestedSubcommand)? {
        ContextValue::String(name) => Some(name.clone()),
        ContextValue::Strings(names) => names.first().cloned(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Maximum length of the short help of a flag or command.
    const MAX_HELP: usize = 82;

    fn each(command: &clap::Command, check: &mut impl FnMut(&clap::Command)) {
        check(command);
        command.get_subcommands().for_each(|command| each(command, check));
    }

    #[test]
    fn the_description_is_consistent() {
        command_line().debug_assert();
    }

    #[test]
    fn short_help_is_one_line() {
        let is_fine = |help: &str| !help.is_empty() && help.len() <= MAX_HELP && !help.ends_with('.');
        let mut breaches = Vec::new();
        each(&command_line(), &mut |command| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let arguments = command.get_arguments().map(|argument| {
                (argument.get_id().as_str(), argument.get_help().map(ToString::to_string).unwrap_or_default())
            });
            let all = arguments.chain([("", about)]).filter(|(_, help)| !is_fine(help));
            breaches.extend(all.map(|(id, help)| format!("{} {id}: {help}", command.get_name())));
        });
        assert!(breaches.is_empty(), "{}", breaches.join("\n"));
    }

    #[test]
    fn a_misspelled_command_has_a_suggestion() {
        assert_eq!(similar_command("resovle").as_deref(), Some("resolve"));
        assert_eq!(similar_command("./venv"), None);
        assert_eq!(similar_command("resolve"), None);
    }
}
