//! ruby-abi-mismatch: a gem's extension is for another Ruby than the image has.

use super::Rule;
use super::abi::{extensions, reach_of_home};
use crate::app::{Home, Language};
use crate::audit::finding::{Fix, Severity};
use crate::audit::view::{Findings, View};
use crate::loader::Outcome;
use crate::tree::root::NodeId;

pub(super) static RULE: Rule = Rule {
    code: "ruby-abi-mismatch",
    severity: Severity::Error,
    title: "an extension is for another version of Ruby",
    explanation: "RubyGems keeps extensions by Ruby's ABI (`extensions/x86_64-linux/3.1.0/…`), which changes with every \
                  minor version; a Ruby of another version does not look there and says that the gem's extensions are \
                  not built. The version of the image's Ruby is that of the libruby which it loads, or of its program's \
                  name.",
    fix: "Install the gems with the Ruby of the image: `gem pristine --all --only-executables` or `bundle install`.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for extension in extensions(view, Language::Ruby) {
        let Some(built_for) = &extension.built_for else { continue };
        let home = Home { language: Language::Ruby, venv: None, prefix: None, version: None };
        let Some(interpreter) = extension.interpreter.or_else(|| home.interpreter(view.root)) else {
            continue;
        };
        let Some(version) = ruby_version(view, interpreter) else { continue };
        let minor = |version: &str| version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
        if minor(built_for) == minor(&version) {
            continue;
        }
        let reach = reach_of_home(view, Some(interpreter));
        let message = format!("built for Ruby {built_for}, where the image has Ruby {version}");
        let finding = findings.report_at(&extension.path, reach, format!("Ruby {built_for}"), message);
        finding.why.push(format!("the interpreter is {}", view.root.path(interpreter)));
        finding.fix.push(Fix::Words(format!("install the gems again with Ruby {version}")));
    }
}

/// The version of a Ruby, by the libruby that it loads (`libruby-3.1.so.3.1`, `libruby.so.3.3`) or its program's name.
fn ruby_version(view: &View<'_>, interpreter: NodeId) -> Option<String> {
    let by_name = super::abi::version_of_program(view, interpreter);
    let start = view.linked.starts.iter().find(|start| start.map.start().node == interpreter);
    let by_library = start.and_then(|start| {
        start.map.edges.iter().find_map(|edge| {
            let name = std::str::from_utf8(edge.soname.as_bytes()).ok()?;
            let is_found = matches!(edge.outcome, Outcome::Found { .. });
            let version = name.strip_prefix("libruby").filter(|_| is_found)?.rsplit_once(".so.")?.1;
            Some(version.to_owned())
        })
    });
    by_library.or(by_name)
}
