//! wrong-architecture: an object is for another machine than the image.

use super::Rule;
use crate::audit::finding::Severity;
use crate::audit::view::{Findings, View};
use crate::loader::Platform;

pub(super) static RULE: Rule = Rule {
    code: "wrong-architecture",
    severity: Severity::Error,
    title: "an object is for another machine",
    explanation: "The image has the dynamic linker of one machine, and this object is for another: a wheel or a binary \
                  of the machine on which the image was built. Packages of npm and some wheels bring files for many \
                  machines, of which one is used: those that nothing is seen to open are notes.",
    fix: "Install the tree for the platform of the image (`pip download --platform`, `docker build --platform`).",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let Some(scene) = view.scene else { return };
    for object in &view.linked.objects {
        let machine = object.facts.machine;
        if machine == scene.machine {
            continue;
        }
        let name = Platform::of(machine).map_or_else(
            || format!("machine {} of ELF", machine.number),
            |platform| platform.triplet.to_owned(),
        );
        let own = Platform::of(scene.machine).map_or("another machine", |platform| platform.triplet);
        let message = format!("made for {name}, where the image is for {own}");
        let is_opened = super::abi::is_where_it_is_opened(view, object);
        let finding = findings.report(object.node, &name, message);
        if is_opened {
            finding.severity = Severity::Error;
        } else {
            finding.at_most(Severity::Note);
        }
    }
}
