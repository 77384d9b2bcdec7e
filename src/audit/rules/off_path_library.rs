//! off-path-library: the library is in the image, but not where the linker looks for it.

use super::Rule;
use crate::audit::finding::{Fix, Reach, Severity};
use crate::audit::view::{Cause, Findings, View};
use crate::loader::NeedKind;
use crate::vocabulary::RootedPath;

pub(super) static RULE: Rule = Rule {
    code: "off-path-library",
    severity: Severity::Error,
    title: "a library lies where the linker does not look",
    explanation: "An object asks for a library that the image has, for the same machine, in a directory that is not \
                  searched for that object: in no RPATH or RUNPATH that counts, not in LD_LIBRARY_PATH, not in \
                  ld.so.cache and in none of the default directories. Loading fails as if it were missing. Libraries that \
                  nothing is seen to load and that lie above or below what they ask for, as those of Java do, are \
                  notes: whoever opens them will have loaded that before.",
    fix: "Put the library into a directory that is searched, set LD_LIBRARY_PATH in the image, build with a RUNPATH, or \
           run ldconfig where ld.so.conf names the directory.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for unmet in view.unmet.iter().filter(|unmet| unmet.kind == NeedKind::Needed) {
        if let Cause::OffPath(file) = unmet.cause {
            let path = view.root.path(file);
            let message = format!("{} is at {path}, where it is not looked for", unmet.soname);
            let (directory, own_directory) = (path.parent(), view.root.path(unmet.by).parent());
            let finding = findings.report_unmet(unmet, message);
            if unmet.reach == Reach::Unreached && is_of_one_place(&directory, &own_directory) {
                finding.at_most(Severity::Note);
            }
            finding
                .fix
                .insert(0, Fix::Words(format!("set LD_LIBRARY_PATH={directory} in the image's environment")));
        }
    }
}

/// Whether one directory is below the other, and neither is the top.
fn is_of_one_place(one: &RootedPath, other: &RootedPath) -> bool {
    one.below(other).is_some() || other.below(one).is_some()
}
