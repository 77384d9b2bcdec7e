//! musl-on-glibc: an object is for another C library than the image.

use super::Rule;
use crate::audit::finding::Severity;
use crate::audit::view::{Findings, View};
use crate::loader::{Foreign, Libc, foreign};

pub(super) static RULE: Rule = Rule {
    code: "musl-on-glibc",
    severity: Severity::Error,
    title: "an object is for another C library",
    explanation: "The image has the dynamic linker of glibc and the object is for musl, or the reverse. Neither loads \
                  the other's objects; a program fails with \"no such file or directory\". Files for both lie in many \
                  packages of npm: those that nothing is seen to open are notes.",
    fix: "Install the tree in an image with the same C library: Debian's and distroless images have glibc, Alpine's \
           have musl.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for object in &view.linked.objects {
        if let Some(Foreign::Libc(libc)) = foreign(view.root, object.facts) {
            let other = match libc {
                Libc::Musl => "glibc",
                Libc::Glibc => "musl",
            };
            let message = format!("made for {libc}, where the image has {other}");
            let is_opened = super::abi::is_where_it_is_opened(view, object);
            let finding = findings.report(object.node, libc, message);
            if is_opened {
                finding.severity = Severity::Error;
            } else {
                finding.at_most(Severity::Note);
            }
        }
    }
}
