//! ruby-abi-mismatch: an extension of a gem is for another Ruby than the image has.

use super::interpreters::{extensions, reach_by_interpreter};
use crate::app::{InterpreterRequest, Language};
use crate::audit::finding::Fix;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::loader::Outcome;
use crate::tree::root::NodeId;
use crate::vocabulary::Severity;

pub(super) static RULE: Rule = Rule {
    code: "ruby-abi-mismatch",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "an extension is for another version of Ruby",
    explanation: "RubyGems keeps extensions by Ruby's ABI (`extensions/x86_64-linux/3.1.0/…`), which changes \
                  with every minor version; a Ruby of another version does not look there and reports that the \
                  gem's extensions are not built. The version of the image's Ruby is that of the libruby that \
                  it loads, or that in its program's name.",
    fix: "Install the gems with the Ruby of the image: `gem pristine --all --only-executables` or `bundle \
          install`.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for extension in extensions(view, Language::Ruby) {
        let Some(built_for) = &extension.built_for else { continue };
        let home = InterpreterRequest { language: Language::Ruby, venv: None, prefix: None, version: None };
        let Some(interpreter) = extension.interpreter.or_else(|| home.find(view.root)) else {
            continue;
        };
        let Some(version) = ruby_version(view, interpreter) else { continue };
        let minor = |version: &str| version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
        if minor(built_for) == minor(&version) {
            continue;
        }
        let reach = reach_by_interpreter(view, Some(interpreter));
        let message = format!("built for Ruby {built_for}; the image has Ruby {version}");
        let finding = findings.report_at(&extension.path, reach, format!("Ruby {built_for}"), message);
        finding.evidence.push(format!("the interpreter is {}", view.root.path(interpreter)));
        finding.fix.push(Fix::Instruction(format!("install the gems again with Ruby {version}")));
    }
}

/// Returns the version of a Ruby: that of the libruby that it loads (`libruby-3.1.so.3.1`, `libruby.so.3.3`), or that in
/// its program's name.
fn ruby_version(view: &View<'_>, interpreter: NodeId) -> Option<String> {
    let by_name = super::interpreters::version_of_program(view, interpreter);
    let start = view.linked.starts.iter().find(|start| start.map.start().node == interpreter);
    let by_library = start.and_then(|start| {
        start.map.edges.iter().find_map(|edge| {
            let name = std::str::from_utf8(edge.soname().as_bytes()).ok()?;
            let is_found = matches!(edge.outcome, Outcome::Found { .. });
            let version = name.strip_prefix("libruby").filter(|_| is_found)?.rsplit_once(".so.")?.1;
            Some(version.to_owned())
        })
    });
    by_library.or(by_name)
}
