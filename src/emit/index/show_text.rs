//! `sodeb index show` as text.

use crate::debian::catalog::{Catalog, FileCatalog};
use crate::emit::humanize::{counted, index_words, size, target_name};
use crate::emit::lines::Lines;
use crate::emit::style::{DIM, HEADING, paint};

/// Writes a line for each available catalog. `verbose` adds the sources of each; unverified ones are always shown.
pub fn index_show_text(catalogs: &[FileCatalog], verbose: bool) -> String {
    let mut text = Lines::default();
    for catalog in catalogs {
        let provenance = catalog.provenance();
        let (libraries, packages) = catalog.counts();
        let count = |count: u64, noun| counted(usize::try_from(count).unwrap_or(usize::MAX), noun);
        let unverified = match (provenance.verified, catalog.substituted()) {
            (true, _) => String::new(),
            (false, None) => {
                paint(DIM, " · Contents not verified: packages that a library index confirms are")
            }
            (false, Some(_)) => paint(DIM, " · without Contents: libraries of packages that were read"),
        };
        text.line(format_args!(
            "{}  {} · {}, {} · {}{unverified}",
            paint(HEADING, target_name(&provenance.target)),
            index_words(provenance),
            count(libraries, "library path"),
            count(packages, "package"),
            size(catalog.file_size_bytes()),
        ));
        for source in provenance.sources.iter().filter(|source| verbose || !source.verified) {
            let verified = if source.verified { "signed" } else { "not verified" };
            let line = format!(
                "{} {} {} sha256 {} {verified}",
                source.suite, source.file, source.date, source.sha256
            );
            text.line(format_args!("  {}", paint(DIM, line)));
        }
    }
    text.into_text()
}
