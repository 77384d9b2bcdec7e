//! `sodeb completions`.

use clap::CommandFactory;

use crate::cli::arguments::Arguments;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;

pub(super) fn run(shell: clap_complete::Shell, session: &Session) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "sodeb", &mut script);
    session.printer.bytes(&script)
}
