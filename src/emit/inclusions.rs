//! Included files and left-out files as lines of text.

use std::collections::BTreeMap;

use crate::debian::inclusions::{FileSet, Inclusion, Pattern};

/// Lists the included files, one line for each reason.
pub(super) fn included_lines(included: &[Inclusion]) -> Vec<String> {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for inclusion in included {
        reasons.entry(&inclusion.reason).or_default().push(files_of(inclusion));
    }
    let line = |(reason, files): (&str, Vec<String>)| format!("included: {} ({reason})", files.join(", "));
    reasons.into_iter().map(line).collect()
}

/// Lists the files that belong to the libraries but are left out, since only some programs need them.
pub(super) fn left_out_lines(optional: &[Inclusion]) -> Vec<String> {
    let line = |inclusion: &Inclusion| format!("left out: {} ({})", files_of(inclusion), inclusion.reason);
    let mut lines: Vec<String> = optional.iter().map(line).collect();
    if !lines.is_empty() {
        lines.push("--data all includes them".to_owned());
    }
    lines
}

/// Names the package of an inclusion and the patterns of its files.
fn files_of(inclusion: &Inclusion) -> String {
    match &inclusion.extent {
        FileSet::Files(patterns) => {
            let patterns: Vec<&str> = patterns.iter().map(Pattern::as_str).collect();
            format!("{} {}", inclusion.package, patterns.join(" "))
        }
        FileSet::AllExcept(_) => inclusion.package.to_string(),
    }
}
