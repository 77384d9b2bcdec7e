//! `sodeb index show` as text.

use std::fmt::Write;

use crate::debian::catalog::{Catalog, FileCatalog};
use crate::debian::distributions::full_name;
use crate::emit::style::{BAD, DIM, PATH, paint};
use crate::vocabulary::Target;

/// Which catalogs are at hand; with their sources where `verbose`.
pub fn index_show_text(catalogs: &[FileCatalog], verbose: bool) -> String {
    let mut text = String::new();
    for catalog in catalogs {
        let provenance = catalog.provenance();
        let (libraries, packages) = catalog.counts();
        let date =
            provenance.date.map_or_else(|| "no date".to_owned(), |date| date.strftime("%F").to_string());
        let unverified =
            if provenance.verified { "" } else { " unverified: not what the signed Release lists" };
        let unverified = paint(BAD, unverified);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{}  {} index of {date} · {libraries} library paths, {packages} packages · {} kB{unverified}",
            paint(PATH, name(&provenance.target)),
            provenance.index,
            catalog.file_size_bytes().div_ceil(1000),
        );
        for source in provenance.sources.iter().filter(|source| verbose || !source.verified) {
            let verified = if source.verified { "signed" } else { "not verified" };
            let line = format!(
                "{} {} {} sha256 {} {verified}",
                source.suite, source.file, source.date, source.sha256
            );
            let _ = writeln!(text, "  {}", paint(DIM, line));
        }
    }
    text
}

/// A release and an architecture.
pub(in crate::emit) fn name(target: &Target) -> String {
    format!("{} {}", full_name(target.distribution, &target.release), target.architecture)
}
