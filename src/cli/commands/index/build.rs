//! `sodeb index build`.

use std::collections::BTreeSet;

use super::build_libraries;
use crate::cli::arguments::IndexBuildArguments;
use crate::cli::commands::index::targets::targets;
use crate::cli::config::archive_settings;
use crate::cli::failure::{Exit, Failure};
use crate::cli::library_index;
use crate::cli::session::Session;
use crate::debian::archive::Archive;
use crate::debian::catalog::{Detail, TargetIndex, write_catalog, write_catalog_file};
use crate::debian::library_index::LibraryIndex;
use crate::oci::known_images;
use crate::vocabulary::{PackageName, Target};

pub(super) fn run(arguments: &IndexBuildArguments, session: &Session) -> Result<Exit, Failure> {
    let Some(output) = arguments.output.as_deref().filter(|_| !arguments.from_debs) else {
        return build_libraries::run(arguments, &targets(&arguments.targets, session)?, session);
    };
    let archive = Archive::new(archive_settings(&arguments.archive, session)?)?;
    let mut indices = Vec::new();
    let libraries = library_index::available(session)?;
    for target in targets(&arguments.targets, session)? {
        let set = archive.update(&target, &session.progress)?;
        for diagnostic in &set.diagnostics {
            session.printer.warning(&diagnostic.to_string());
        }
        let mut index = TargetIndex::read(&set)?;
        index.require_debs(indexed_names(&libraries, &target));
        index.require_debs(known_images::all_packages());
        let (malformed, vanished) = (index.malformed(), index.vanished());
        if malformed > 0 || vanished > 0 {
            session.printer.note(&format!(
                "{target}: left out {malformed} malformed lines and {vanished} packages that Packages does not have"
            ));
        }
        indices.push(index);
    }
    let bytes = write_catalog(&indices, Detail::Compact)?;
    write_catalog_file(output, &bytes)?;
    session.printer.note(&format!("{}: {} bytes", output.display(), bytes.len()));
    Ok(Exit::Fine)
}

/// Names of a target's packages in library indices; the catalog decides which of their .debs are the target's.
fn indexed_names(indices: &[LibraryIndex], target: &Target) -> BTreeSet<PackageName> {
    let of_target = indices.iter().filter(|index| index.covers(target));
    of_target.flat_map(LibraryIndex::debs).flatten().flatten().filter_map(|deb| deb.package()).collect()
}
