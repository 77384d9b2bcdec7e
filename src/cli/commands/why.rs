//! `sodeb why`.

use super::graph::{GraphRequest, make_graph};
use crate::cli::arguments::{AppArguments, Format, WhyArguments};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::emit;
use crate::solve::graph::{Chains, MAX_CHAINS};

pub(super) fn run(arguments: &WhyArguments, session: &Session) -> Result<Exit, Failure> {
    let WhyArguments { path, query, place, linker, catalog, answer, reach } = arguments;
    let apps = AppArguments { paths: vec![path.clone()], place: place.clone() };
    let request = GraphRequest { apps: &apps, linker, catalog, reach };
    let chains = make_graph(&request, session)?.graph.chains_to(query.as_bytes(), MAX_CHAINS);
    if chains.chains.is_empty() {
        return Err(no_chain(&chains, arguments));
    }
    let text = match answer.format {
        Format::Json => emit::why_json(query, &chains).map_err(Failure::outside)?,
        Format::Text => emit::why_text(&chains, session.printer.verbose),
    };
    session.printer.answer(text, answer.output.as_deref())?;
    Ok(Exit::Fine)
}

/// Error for a name that no object of the tree needs.
fn no_chain(chains: &Chains, arguments: &WhyArguments) -> Failure {
    let WhyArguments { path, query, reach, .. } = arguments;
    let failure = Failure::question(anyhow::anyhow!("nothing in {} needs {query}", path.display()));
    failure.hint(match chains.starts.first() {
        Some(start) => {
            format!("{start} is started by a user, an interpreter or a program, and no object needs it")
        }
        None if reach.direct => "leave out --direct to search what packages load, too".to_owned(),
        None => "`sodeb resolve -v` lists every soname and package".to_owned(),
    })
}
