//! `sodeb why`.

use crate::cli::arguments::{Format, SourceArguments, WhyArguments};
use crate::cli::commands::graph::{GraphQuestion, graph};
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::emit;
use crate::solve::graph::{Chains, MAX_CHAINS};

pub(super) fn run(arguments: &WhyArguments, session: &Session) -> Result<Exit, Failure> {
    let WhyArguments { path, query, place, linker, catalog, answer, reach } = arguments;
    let sources = SourceArguments { paths: vec![path.clone()], place: place.clone() };
    let question = GraphQuestion { sources: &sources, linker, catalog, reach };
    let chains = graph(&question, session)?.graph.chains_to(query.as_bytes(), MAX_CHAINS);
    if chains.chains.is_empty() {
        return Err(nothing_asks(&chains, arguments));
    }
    let text = match answer.format {
        Format::Json => emit::why_json(query, &chains).map_err(Failure::outside)?,
        Format::Text => emit::why_text(&chains, session.printer.verbose),
    };
    session.printer.answer(text, answer.output.as_deref())?;
    Ok(Exit::Fine)
}

fn nothing_asks(chains: &Chains, arguments: &WhyArguments) -> Failure {
    let WhyArguments { path, query, reach, .. } = arguments;
    let failure = Failure::question(anyhow::anyhow!("nothing in {} asks for {query}", path.display()));
    failure.hint(match chains.starts.first() {
        Some(start) => {
            format!("{start} is a start object: a user starts it, or an interpreter or a program opens it")
        }
        None if reach.direct => "without --direct it goes on with what packages load".to_owned(),
        None => "`sodeb resolve -v` lists every soname and package".to_owned(),
    })
}
