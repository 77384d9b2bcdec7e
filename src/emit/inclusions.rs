//! What is included and what is left out, in words.

use std::collections::BTreeMap;

use crate::debian::inclusions::{FileSet, Inclusion, Pattern};

/// A row for each reason for which files are included.
pub(super) fn included_rows(included: &[Inclusion]) -> Vec<String> {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for inclusion in included {
        reasons.entry(&inclusion.reason).or_default().push(files_of(inclusion));
    }
    let row = |(reason, files): (&str, Vec<String>)| format!("included: {} ({reason})", files.join(", "));
    reasons.into_iter().map(row).collect()
}

/// A row for what goes with libraries and is left out, since only some programs want it.
pub(super) fn left_out_rows(useful: &[Inclusion]) -> Vec<String> {
    let row = |inclusion: &Inclusion| format!("left out: {} ({})", files_of(inclusion), inclusion.reason);
    let mut rows: Vec<String> = useful.iter().map(row).collect();
    if !rows.is_empty() {
        rows.push("--data all takes what is left out".to_owned());
    }
    rows
}

/// What of which package.
fn files_of(inclusion: &Inclusion) -> String {
    match &inclusion.extent {
        FileSet::Files(patterns) => {
            let patterns: Vec<&str> = patterns.iter().map(Pattern::as_str).collect();
            format!("{} {}", inclusion.package, patterns.join(" "))
        }
        FileSet::AllExcept(_) => inclusion.package.to_string(),
    }
}
