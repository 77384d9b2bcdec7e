//! `sodeb index build`.

use super::build_libraries;
use super::targets::targets;
use crate::cli::arguments::IndexBuildArguments;
use crate::cli::config::archive_settings;
use crate::cli::debs::library_indices;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::archive::Archive;
use crate::debian::catalog::{Detail, write_catalog, write_catalog_file};
use crate::pipeline::compact_index;

pub(super) fn run(arguments: &IndexBuildArguments, session: &Session) -> Result<Exit, Failure> {
    let targets = targets(&arguments.targets, session)?;
    let Some(output) = arguments.output.as_deref().filter(|_| !arguments.from_debs) else {
        return build_libraries::run(arguments, &targets, session);
    };
    let archive = Archive::new(archive_settings(&arguments.archive, session)?)?;
    let libraries = library_indices(session)?;
    let mut indices = Vec::new();
    for target in targets {
        let set = archive.update(&target, &session.progress)?;
        set.diagnostics.iter().for_each(|diagnostic| session.printer.warning(&diagnostic.to_string()));
        let index = compact_index(&set, &libraries)?;
        let (malformed, vanished) = (index.malformed(), index.vanished());
        if malformed > 0 || vanished > 0 {
            session.printer.note(&format!(
                "{target}: left out {malformed} malformed lines and {vanished} packages that are not in Packages"
            ));
        }
        indices.push(index);
    }
    let bytes = write_catalog(&indices, Detail::Compact)?;
    write_catalog_file(output, &bytes)?;
    session.printer.note(&format!("{}: {} bytes", output.display(), bytes.len()));
    Ok(Exit::Fine)
}
