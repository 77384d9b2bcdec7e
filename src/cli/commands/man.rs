//! `sodeb man`.

use clap::CommandFactory;

use crate::cli::arguments::Arguments;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;

/// Prints the manual page of a command, in troff.
pub(super) fn run(command: &[String], session: &Session) -> Result<Exit, Failure> {
    session.printer.bytes(&manual_page(command)?)
}

fn manual_page(command: &[String]) -> Result<Vec<u8>, Failure> {
    let mut described = Arguments::command();
    described.build();
    for name in command {
        let Some(found) = described.find_subcommand(name) else {
            return Err(Failure::question(anyhow::anyhow!("cannot print a manual page: no command {name}"))
                .hint("`sodeb --help` lists the commands"));
        };
        described = found.clone();
    }
    let title = described.get_bin_name().unwrap_or("sodeb").replace(' ', "-");
    let mut page = Vec::new();
    clap_mangen::Man::new(described).title(title).render(&mut page).map_err(Failure::outside)?;
    Ok(page)
}
