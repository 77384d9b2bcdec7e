//! Rules of the audit, one file each, and their registry.
//!
//! The file of a rule defines the rule's data, `RULE`, and the function `check`, which reports what it finds in a
//! [`View`]. A line of `CHECKS` registers it. The code of a rule never changes.

mod command_fails;
mod conflicting_sonames;
mod cpu_level;
mod dangling_link;
mod dangling_soname_link;
mod dlopen_target_missing;
mod find_library_unavailable;
mod insecure_search_path;
mod load_order_dependent;
mod missing_data;
mod missing_interpreter;
mod missing_library;
mod missing_preload;
mod missing_symbol_version;
mod missing_user;
mod missing_workdir;
mod musl_on_glibc;
mod node_abi_mismatch;
mod off_path_library;
mod page_size;
mod python_abi_mismatch;
mod ruby_abi_mismatch;
mod scanner_blind;
mod stale_ld_so_cache;
mod unreadable_object;
mod unused_library;
mod unused_package;
mod wheel_mismatch;
mod wrong_architecture;

mod groups;
mod interpreters;
mod platforms;
mod pythons;
mod source_code;
mod unused;

use super::finding::Finding;
use super::findings::Findings;
use super::rule::Rule;
use super::view::View;

/// Function that reports what a rule finds in an image.
type Check = fn(&View<'_>, &mut Findings<'_, '_>);

/// Registry of the rules, in the order in which findings are shown.
const CHECKS: &[(&Rule, Check)] = &[
    (&missing_library::RULE, missing_library::check),
    (&off_path_library::RULE, off_path_library::check),
    (&dangling_soname_link::RULE, dangling_soname_link::check),
    (&load_order_dependent::RULE, load_order_dependent::check),
    (&missing_symbol_version::RULE, missing_symbol_version::check),
    (&command_fails::RULE, command_fails::check),
    (&missing_user::RULE, missing_user::check),
    (&missing_workdir::RULE, missing_workdir::check),
    (&missing_interpreter::RULE, missing_interpreter::check),
    (&missing_preload::RULE, missing_preload::check),
    (&dangling_link::RULE, dangling_link::check),
    (&unreadable_object::RULE, unreadable_object::check),
    (&cpu_level::RULE, cpu_level::check),
    (&page_size::RULE, page_size::check),
    (&wrong_architecture::RULE, wrong_architecture::check),
    (&musl_on_glibc::RULE, musl_on_glibc::check),
    (&python_abi_mismatch::RULE, python_abi_mismatch::check),
    (&wheel_mismatch::RULE, wheel_mismatch::check),
    (&ruby_abi_mismatch::RULE, ruby_abi_mismatch::check),
    (&node_abi_mismatch::RULE, node_abi_mismatch::check),
    (&dlopen_target_missing::RULE, dlopen_target_missing::check),
    (&find_library_unavailable::RULE, find_library_unavailable::check),
    (&missing_data::RULE, missing_data::check),
    (&conflicting_sonames::RULE, conflicting_sonames::check),
    (&insecure_search_path::RULE, insecure_search_path::check),
    (&stale_ld_so_cache::RULE, stale_ld_so_cache::check),
    (&scanner_blind::RULE, scanner_blind::check),
    (&unused_package::RULE, unused_package::check),
    (&unused_library::RULE, unused_library::check),
];

/// Codes of the rules on the command of an image: with an error of one, none of its containers starts.
pub const ON_START: [&str; 3] =
    [command_fails::RULE.code, missing_user::RULE.code, missing_workdir::RULE.code];

/// Returns every rule, in the order in which findings are shown.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    CHECKS.iter().copied().map(|(rule, _)| rule)
}

/// Returns the rule with this code.
pub fn by_code(code: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.code == code)
}

/// Applies the rules that `applies` accepts. The findings are sorted by rule, subject and path.
pub(super) fn findings(view: &View<'_>, applies: impl Fn(&Rule) -> bool) -> Vec<Finding> {
    let of_rule = |(rule, check): (&'static Rule, Check)| {
        let mut findings = Findings::new(view, rule);
        check(view, &mut findings);
        let mut list = findings.into_list();
        list.sort_by_cached_key(|finding| (finding.subject.clone(), finding.path.clone()));
        list
    };
    CHECKS.iter().copied().filter(|(rule, _)| applies(rule)).flat_map(of_rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_distinct() {
        let mut codes: Vec<&str> = all().map(|rule| rule.code).collect();
        for code in &codes {
            assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code}");
        }
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CHECKS.len());
        assert!(all().all(|rule| !rule.explanation.is_empty() && !rule.fix.is_empty()));
    }
}
