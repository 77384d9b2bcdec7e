//! `sodeb why`.

use super::graph::{GraphRequest, make_graph};
use crate::cli::arguments::{AppArguments, Format, WhyArguments};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::emit;
use crate::solve::graph::{Chains, MAX_CHAINS};

pub(super) fn run(arguments: &WhyArguments, session: &Session) -> Result<Exit, Failure> {
    let WhyArguments { path, query, direct, output, base, linker, closure, catalog } = arguments;
    let apps = &AppArguments { paths: vec![path.clone()], base: base.clone() };
    let request = GraphRequest { apps, linker, catalog, closure, direct: *direct };
    let chains = make_graph(&request, session)?.graph.chains_to(query.as_bytes(), MAX_CHAINS);
    if chains.chains.is_empty() {
        return Err(no_chain(&chains, arguments));
    }
    let text = match output.format {
        Format::Json => emit::why_json(query, &chains).map_err(Failure::external)?,
        Format::Text => emit::why_text(&chains, session.printer.verbose),
    };
    session.printer.print_or_write(text, output.output.as_deref())?;
    Ok(Exit::Fine)
}

/// Error for a name that no object of the tree needs.
fn no_chain(chains: &Chains, arguments: &WhyArguments) -> Failure {
    let WhyArguments { path, query, direct, .. } = arguments;
    let failure = Failure::input(anyhow::anyhow!("nothing in {} needs {query}", path.display()));
    failure.hint(match chains.starts.first() {
        Some(start) => {
            format!("{start} is started by a user, an interpreter or a program, and no object needs it")
        }
        None if *direct => "leave out --direct to search what packages load, too".to_owned(),
        None => "`sodeb resolve -v` lists every soname and package".to_owned(),
    })
}
