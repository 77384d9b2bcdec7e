//! `sodeb completions`.

use crate::cli::arguments::command_line;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;

pub(super) fn run(shell: clap_complete::Shell, session: &Session) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command_line(), "sodeb", &mut script);
    session.printer.print_bytes(&script)?;
    Ok(Exit::Fine)
}
