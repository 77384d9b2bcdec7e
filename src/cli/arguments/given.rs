//! Options on the command line, as opposed to those of the environment and of `sodeb.toml`: one that can have no effect is an
//! error, while a default that has none is not.

use std::collections::BTreeSet;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

/// Identifiers of the options on the command line, without those of every command.
#[derive(Debug, Default)]
pub(crate) struct GivenOptions(BTreeSet<String>);

impl GivenOptions {
    /// Collects those of the command that is run.
    pub(super) fn of(matches: &ArgMatches, command: &Command) -> Self {
        let subcommand = matches.subcommand().and_then(|(name, matches)| {
            let command = command.get_subcommands().find(|command| command.get_name() == name)?;
            Some(Self::of(matches, command))
        });
        subcommand.unwrap_or_else(|| {
            let options = given_arguments(matches, command).filter(|argument| argument.get_long().is_some());
            Self(options.map(|option| option.get_id().to_string()).collect())
        })
    }

    /// Returns the first of these options that is given, as it is typed.
    pub(crate) fn first_of(&self, ids: &[&str]) -> Option<String> {
        ids.iter().find(|id| self.0.contains(**id)).map(|id| as_typed(id))
    }

    /// Returns the first given option that is none of these, as it is typed.
    pub(crate) fn first_besides(&self, ids: &[&str]) -> Option<String> {
        self.0.iter().find(|id| !ids.contains(&id.as_str())).map(|id| as_typed(id))
    }
}

fn as_typed(id: &str) -> String {
    format!("--{}", id.replace('_', "-"))
}

/// Arguments of one command that are on the command line, without those of every command.
pub(super) fn given_arguments<'command>(
    matches: &ArgMatches,
    command: &'command Command,
) -> impl Iterator<Item = &'command Arg> {
    command.get_arguments().filter(|argument| {
        let id = argument.get_id().as_str();
        // Asking for an argument of help, which has no value, would be an error of the program.
        let is_known = matches.try_contains_id(id).is_ok();
        is_known && !argument.is_global_set() && matches.value_source(id) == Some(ValueSource::CommandLine)
    })
}
