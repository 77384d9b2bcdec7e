//! `sodeb man`.

use crate::cli::arguments::command_line;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;

/// Prints the manual page of a command, in troff.
pub(super) fn run(command: &[String], session: &Session) -> Result<Exit, Failure> {
    session.printer.print_bytes(&manual_page(command)?)?;
    Ok(Exit::Fine)
}

fn manual_page(command: &[String]) -> Result<Vec<u8>, Failure> {
    let mut described = command_line();
    described.build();
    for name in command {
        let Some(found) = described.find_subcommand(name) else {
            return Err(Failure::input(anyhow::anyhow!("cannot print a manual page: no command {name}"))
                .hint("`sodeb --help` lists the commands"));
        };
        described = found.clone();
    }
    let title = described.get_bin_name().unwrap_or("sodeb").replace(' ', "-");
    let mut page = Vec::new();
    clap_mangen::Man::new(described).title(title).render(&mut page).map_err(Failure::external)?;
    Ok(page)
}
