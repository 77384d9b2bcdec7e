//! Findings on files for another platform, shared by the rules on machines and on C libraries.

use std::collections::HashSet;

use super::interpreters::reach_by_interpreter;
use crate::app::{InterpreterRequest, Language, TargetAbi, UnfitModule};
use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::view::View;
use crate::loader::libc_of;
use crate::tree::root::NodeId;
use crate::vocabulary::Severity;

/// Reports the modules and programs of which no file is for the target, and as notes the other objects that are not: those
/// that differ in the C library alone, or all others.
pub(super) fn report(view: &View<'_>, findings: &mut Findings<'_, '_>, by_libc: bool) {
    let Some(target) = view.target_abi else { return };
    let unfit = view.linked.standings.unfit();
    for module in unfit.iter().filter(|module| module.differs_in_libc == by_libc) {
        let made_for: Vec<&str> = module.made_for.iter().map(String::as_str).collect();
        let made_for = made_for.join(", ");
        let message = match module.nodes.len() {
            1 => format!("built for {made_for}, not for {target}"),
            files => format!("none of its {files} files is for {target}: built for {made_for}"),
        };
        let finding = findings.report_at(&module.path, reach(view, module), made_for, message);
        finding.fix.push(Fix::Instruction(fix(module.language, target)));
    }
    let reported: HashSet<NodeId> = unfit.iter().flat_map(|module| &module.nodes).copied().collect();
    for object in view.linked.objects.iter().filter(|object| !reported.contains(&object.node)) {
        let facts = object.facts;
        let Some(made_for) = target.difference(facts) else { continue };
        if (made_for == libc_of(facts).to_string()) != by_libc {
            continue;
        }
        let message = format!("built for {made_for}, not for {target}");
        let is_started = view.entrypoint.programs.contains(&object.node);
        let finding = findings.report(object.node, &made_for, message);
        if is_started {
            finding.severity = Severity::Error;
        } else {
            finding.at_most(Severity::Note);
        }
    }
}

/// Returns the way to get the module for the target.
fn fix(language: Option<Language>, target: TargetAbi) -> String {
    match language {
        Some(Language::Python) => {
            format!("install the wheel for {target}: `pip install --platform`, or in the base")
        }
        Some(Language::Ruby) => {
            format!("install the gem for {target}: `bundle lock --add-platform`, or in the base")
        }
        Some(Language::Node) => {
            format!("install the package for {target}: `npm install --os --cpu --libc`, or in the base")
        }
        None => format!("use a build for {target}, or a base for the platform of the app"),
    }
}

/// Returns the reach of a module: that of the interpreter that would open one of its files.
fn reach(view: &View<'_>, module: &UnfitModule) -> Reach {
    if view.entrypoint.may_start_anything {
        return Reach::Possible;
    }
    if module.nodes.iter().any(|node| view.entrypoint.programs.contains(node)) {
        return Reach::Entrypoint;
    }
    let interpreter = module
        .language
        .and_then(|language| InterpreterRequest::in_root(view.root, &module.path, language).find(view.root));
    reach_by_interpreter(view, interpreter)
}
