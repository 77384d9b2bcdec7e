//! dangling-soname-link: the link by which a library is found leads nowhere.

use std::collections::HashSet;

use super::Rule;
use crate::audit::finding::Severity;
use crate::audit::view::{Cause, Findings, View};
use crate::loader::NeedKind;
use crate::tree::root::NodeId;

pub(super) static RULE: Rule = Rule {
    code: "dangling-soname-link",
    severity: Severity::Error,
    title: "a library's link leads nowhere",
    explanation: "A link of the name that is asked for is where the linker looks, and what it points to is not in the \
                  image: the link was copied without its file, or the file was left out of a later stage. Links in \
                  the default directories that nothing asks for are notes.",
    fix: "Copy the file that the link points to as well, or the whole package's libraries.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let mut told: HashSet<NodeId> = HashSet::new();
    for unmet in view.unmet.iter().filter(|unmet| unmet.kind == NeedKind::Needed) {
        if let Cause::Dangling(link) = unmet.cause {
            told.insert(link);
            let message = format!("{} is {}", unmet.soname, words(view, link));
            findings.report_unmet(unmet, message);
        }
    }
    let directories = &view.default_directories;
    let mut links: Vec<NodeId> = view.by_name.values().flatten().copied().collect();
    links.retain(|link| {
        view.root.link_target(*link).is_some()
            && view.root.follow(*link).is_err()
            && directories.contains(&view.root.path(*link).parent())
            && !told.contains(link)
    });
    links.sort_by_cached_key(|link| view.root.path(*link));
    for link in links {
        let name = bstr::BStr::new(view.root.name(link)).to_string();
        findings.report(link, name, words(view, link)).at_most(Severity::Note);
    }
}

fn words(view: &View<'_>, link: NodeId) -> String {
    let target = bstr::BStr::new(view.root.link_target(link).unwrap_or_default());
    format!("a link at {} to {target}, which is not there", view.root.path(link))
}
