//! dangling-soname-link: the link by which a library is found has no target.

use std::collections::HashSet;

use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::unmet::UnmetCause;
use crate::audit::view::View;
use crate::loader::NeedKind;
use crate::tree::root::NodeId;
use crate::vocabulary::Severity;

pub(super) static RULE: Rule = Rule {
    code: "dangling-soname-link",
    scope: RuleScope::Images,
    severity: Severity::Error,
    title: "a library's link is broken",
    explanation: "The linker finds a link of the name that is needed, but its target is not in the image: the \
                  link was copied without its file, or the file was left out of a later stage. Broken links in \
                  the default directories that nothing needs are notes.",
    fix: "Copy the target of the link as well, or all libraries of the package.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let mut reported: HashSet<NodeId> = HashSet::new();
    for unmet in view.unmet().iter().filter(|unmet| unmet.kind == NeedKind::Needed) {
        if let UnmetCause::Dangling(link) = unmet.cause {
            reported.insert(link);
            let message = format!("{} is {}", unmet.soname, description(view, link));
            findings.report_unmet(unmet, message);
        }
    }
    let directories = &view.default_directories;
    let mut links: Vec<NodeId> = view.by_name().values().flatten().copied().collect();
    links.retain(|link| {
        view.root.link_target(*link).is_some()
            && view.root.follow(*link).is_err()
            && directories.contains(&view.root.path(*link).parent())
            && !reported.contains(link)
    });
    links.sort_by_cached_key(|link| view.root.path(*link));
    for link in links {
        let name = bstr::BStr::new(view.root.name(link)).to_string();
        findings.report(link, name, description(view, link)).at_most(Severity::Note);
    }
}

/// Describes a broken link.
fn description(view: &View<'_>, link: NodeId) -> String {
    let target = bstr::BStr::new(view.root.link_target(link).unwrap_or_default());
    format!("a link at {} to {target}, which does not exist", view.root.path(link))
}
