//! `sodeb index check`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::libraries::visit_packages;
use super::targets::{catalog_of, targets};
use crate::cli::arguments::{Format, IndexReportArguments};
use crate::cli::debs::library_indices;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::catalog::Catalog;
use crate::debian::library_index::IndexedCatalog;
use crate::emit::{self, CheckAnswer};
use crate::loader::Platform;
use crate::solve::closure::{check_release, check_shared_names};

pub(super) fn run(arguments: &IndexReportArguments, session: &Session) -> Result<Exit, Failure> {
    let indices = library_indices(session)?;
    let mut results = Vec::new();
    for target in targets(&arguments.targets, session)? {
        let catalog = catalog_of(&target, &arguments.scope, session)?;
        let cannot = || anyhow::anyhow!("cannot check {target}: its dynamic linker is unknown");
        let platform = Platform::of_triplet(target.architecture.triplet());
        let platform = platform.ok_or_else(|| Failure::input(cannot()))?;
        let mut packages = BTreeMap::new();
        visit_packages(&catalog, &indices, session, |indexed| {
            packages.insert(indexed.package.name.clone(), indexed.facts.clone());
            Ok(())
        })?;
        let check = check_release(&packages, platform.machine()).map_err(Failure::input)?;
        let indexed = IndexedCatalog::new(&catalog, Arc::clone(&indices));
        let shared_names = check_shared_names(&packages, &indexed, indexed.names())?;
        results.push(CheckAnswer { provenance: catalog.provenance().clone(), check, shared_names });
    }
    let text = match arguments.output.format {
        Format::Json => emit::index_check_json(&results).map_err(Failure::external)?,
        Format::Text => emit::index_check_text(&results, session.printer.verbose),
    };
    session.printer.print_or_write(text, arguments.output.output.as_deref())?;
    Ok(Exit::Fine)
}
