//! `sodeb index build --from-debs`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use crate::cli::arguments::IndexBuildArguments;
use crate::cli::catalogs::update;
use crate::cli::config::archive_settings;
use crate::cli::failure::{Exit, Failure};
use crate::cli::library_index::{self, default_directories};
use crate::cli::session::Session;
use crate::debian::catalog::Catalog;
use crate::debian::debs::DebStore;
use crate::debian::library_index::{
    IndexedDeb, IndexedTarget, gather_packages, merge_targets, write_library_index,
};
use crate::support::files::write_atomically;
use crate::vocabulary::Target;

/// Reads the packages of each target and writes what they have in libraries.
pub(super) fn run(
    arguments: &IndexBuildArguments,
    targets: &[Target],
    session: &Session,
) -> Result<Exit, Failure> {
    let (mut known_targets, mut all) = (Vec::new(), Vec::new());
    for target in targets {
        let catalog = update(&arguments.archive, target, session)?;
        if !catalog.provenance().verified {
            session.printer.warning(&format!(
                "the Contents of {target} is unverified: it only decides which packages are read"
            ));
        }
        let settings = archive_settings(&arguments.archive, session)?;
        let store = DebStore::new(settings, HashMap::new(), &session.progress);
        let store = if arguments.keep_debs { store } else { store.without_files() };
        let gathered = gather_packages(&store, &catalog, &default_directories(target), &session.progress)?;
        session.printer.note(&format!("{target}: {} packages", gathered.len()));
        let known = IndexedTarget {
            target: target.clone(),
            packages: u32::try_from(gathered.len()).unwrap_or(u32::MAX),
            date: catalog.provenance().date,
        };
        if arguments.output.is_none() {
            let path = library_index::cached_path(session, target)?;
            write(&path, &[known], &gathered, session)?;
        } else {
            known_targets.push(known);
            all.extend(gathered);
        }
    }
    if let Some(output) = &arguments.output {
        write(output, &known_targets, &merge_targets(all), session)?;
    }
    Ok(Exit::Fine)
}

fn write(
    path: &Path,
    targets: &[IndexedTarget],
    debs: &[IndexedDeb],
    session: &Session,
) -> Result<(), Failure> {
    let cannot = || format!("cannot write {}", path.display());
    let bytes = write_library_index(targets, debs).map_err(Failure::outside)?;
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)
            .map_err(|error| Failure::outside(anyhow::Error::new(error).context(cannot())))?;
    }
    write_atomically(path, &bytes)
        .map_err(|error| Failure::outside(anyhow::Error::new(error).context(cannot())))?;
    session.printer.note(&format!("{}: {} .debs, {} bytes", path.display(), debs.len(), bytes.len()));
    Ok(())
}
