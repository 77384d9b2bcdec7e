//! The rules, one a file. A rule has a code that never changes, a severity, and words for what it means and how it is
//! fixed; it looks at a [`View`] and reports.

mod conflicting_sonames;
mod dangling_soname_link;
mod dlopen_target_missing;
mod find_library_unavailable;
mod insecure_search_path;
mod load_order_dependent;
mod missing_data;
mod missing_interpreter;
mod missing_library;
mod missing_symbol_version;
mod musl_on_glibc;
mod node_abi_mismatch;
mod off_path_library;
mod python_abi_mismatch;
mod ruby_abi_mismatch;
mod scanner_blind;
mod stale_ld_so_cache;
mod unused_library;
mod unused_package;
mod wrong_architecture;

mod abi;
mod unused;

use super::finding::{Finding, Severity};
use super::view::{Findings, View};

/// A rule of the audit.
#[derive(Debug)]
pub struct Rule {
    /// Its name, which stays.
    pub code: &'static str,
    /// How bad its findings are where they are certain; what nothing gets to is graded one lower.
    pub severity: Severity,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// What that means, and when it is reported.
    pub explanation: &'static str,
    /// How it is fixed.
    pub fix: &'static str,
    check: fn(&View<'_>, &mut Findings<'_, '_>),
}

/// Every rule, in the order in which findings are shown.
pub const ALL: &[&Rule] = &[
    &missing_library::RULE,
    &off_path_library::RULE,
    &dangling_soname_link::RULE,
    &load_order_dependent::RULE,
    &missing_symbol_version::RULE,
    &missing_interpreter::RULE,
    &wrong_architecture::RULE,
    &musl_on_glibc::RULE,
    &python_abi_mismatch::RULE,
    &ruby_abi_mismatch::RULE,
    &node_abi_mismatch::RULE,
    &dlopen_target_missing::RULE,
    &find_library_unavailable::RULE,
    &missing_data::RULE,
    &conflicting_sonames::RULE,
    &insecure_search_path::RULE,
    &stale_ld_so_cache::RULE,
    &scanner_blind::RULE,
    &unused_package::RULE,
    &unused_library::RULE,
];

/// The rule of this code.
pub fn by_code(code: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.code == code)
}

impl Rule {
    /// What it finds in an image.
    pub(super) fn findings(&'static self, view: &View<'_>) -> Vec<Finding> {
        let mut findings = Findings::of(view, self);
        (self.check)(view, &mut findings);
        findings.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_differ() {
        let mut codes: Vec<&str> = ALL.iter().map(|rule| rule.code).collect();
        for code in &codes {
            assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code}");
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ALL.len());
        assert!(ALL.iter().all(|rule| !rule.explanation.is_empty() && !rule.fix.is_empty()));
    }
}
