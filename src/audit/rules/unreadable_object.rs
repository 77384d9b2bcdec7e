//! unreadable-object: an object cannot be read.

use crate::audit::finding::Reach;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::Severity;

pub(super) static RULE: Rule = Rule {
    code: "unreadable-object",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "an object cannot be read",
    explanation: "A file is an ELF file by its first bytes, but is truncated or broken, so that the dynamic \
                  linker refuses it; or a file or directory may not be read. What it needs is unknown. Files \
                  with debugging information (`.debug`) are left out: some tools keep in them the headers of \
                  the whole object.",
    fix: "Restore the file or the permission to read it, or leave it out.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    // A member of an image that no engine unpacks is not in the image.
    let is_image = view.trees.base.is_none() && view.trees.image.is_some();
    for app in &view.trees.apps {
        for file in app.inventory.diagnostics() {
            let has_entry = app.inventory.get(&file.path).is_some();
            if is_debug_file(&file.path) || is_image && !has_entry {
                continue;
            }
            let path = app.at.join(&file.path);
            findings.report_at(&path, Reach::Possible, &file.cause, file.cause.clone());
        }
    }
}

fn is_debug_file(path: &[u8]) -> bool {
    path.ends_with(b".debug") || path.ends_with(b".dbg")
}
