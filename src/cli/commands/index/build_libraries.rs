//! `sodeb index build --from-debs`.

use std::path::Path;

use anyhow::Context;

use crate::cli::arguments::IndexBuildArguments;
use crate::cli::config::archive_settings;
use crate::cli::debs::deb_store;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::archive::Archive;
use crate::debian::catalog::{Catalog, refresh_catalog};
use crate::debian::library_index::{
    IndexedDeb, IndexedTarget, SonameTable, cached_index_path, merge_targets, save_library_index,
};
use crate::pipeline::gather_library_index;
use crate::vocabulary::Target;

/// Reads the packages of each target and writes their library index: one file for all targets, or one in the cache for each.
pub(super) fn run(
    arguments: &IndexBuildArguments,
    targets: &[Target],
    session: &Session,
) -> Result<Exit, Failure> {
    let archive = archive_settings(&arguments.archive, session)?;
    let (mut all_targets, mut all_sonames, mut all_debs) = (Vec::new(), Vec::new(), Vec::new());
    for target in targets {
        // Contents decides which packages are read: those of an older library index may be too few.
        let indices = Archive::new(archive.clone())?.update(target, &session.progress)?;
        let catalog = refresh_catalog(&indices, None, &archive.cache_dir)?;
        indices.diagnostics.iter().for_each(|diagnostic| session.printer.warning(&diagnostic.to_string()));
        if !catalog.provenance().verified {
            session.printer.warning(&format!(
                "the Contents of {target} is unverified: it only decides which packages are read"
            ));
        }
        let store = deb_store(archive.clone(), None, session);
        let store = if arguments.keep_debs { store } else { store.without_files() };
        let (indexed, sonames, debs) = gather_library_index(&store, &catalog, &indices, &session.progress)?;
        session.printer.note(&format!("{target}: {} packages", debs.len()));
        if arguments.output.is_none() {
            write(
                &cached_index_path(&archive.cache_dir, target, &archive.scope(target.distribution)),
                &[indexed],
                &[sonames],
                &debs,
                session,
            )?;
        } else {
            all_targets.push(indexed);
            all_sonames.push(sonames);
            all_debs.extend(debs);
        }
    }
    if let Some(output) = &arguments.output {
        write(output, &all_targets, &all_sonames, &merge_targets(all_debs), session)?;
    }
    Ok(Exit::Fine)
}

fn write(
    path: &Path,
    targets: &[IndexedTarget],
    sonames: &[SonameTable],
    debs: &[IndexedDeb],
    session: &Session,
) -> Result<(), Failure> {
    let size = save_library_index(path, targets, sonames, debs)
        .with_context(|| format!("cannot write {}", path.display()))
        .map_err(Failure::external)?;
    session.printer.note(&format!("{}: {} .debs, {size} bytes", path.display(), debs.len()));
    Ok(())
}
