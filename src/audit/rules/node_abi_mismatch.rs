//! node-abi-mismatch: an addon is for another Node.js than the image has.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::interpreters::{extensions, reach_by_interpreter};
use crate::app::Language;
use crate::audit::finding::Fix;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "node-abi-mismatch",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "an addon is for another version of Node.js",
    explanation: "An addon that does not use Node-API is built for one NODE_MODULE_VERSION, and a Node.js of \
                  another one refuses to load it. The number of the addon is taken from its name \
                  (`node.abi108.node`, `node-v108-…`), that of the image's Node.js from its libnode.so.NUMBER \
                  or its node_version.h. Addons that use Node-API fit every version; of several files for one \
                  addon it is enough that one fits.",
    fix: "Run `npm rebuild` with the Node.js of the image, or use an image with the Node.js of the app.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let addons = extensions(view, Language::Node);
    let Some(version) = module_version(view) else { return };
    let named: Vec<_> = addons.iter().filter_map(|addon| Some((addon, number_in(&addon.path)?))).collect();
    let fitting: BTreeSet<RootedPath> = named
        .iter()
        .filter(|(_, number)| *number == version)
        .map(|(addon, _)| package_of(&addon.path))
        .collect();
    for (addon, number) in &named {
        let uses_node_api = addon.object.facts.defined.iter().any(|symbol| symbol.starts_with("napi_"));
        if *number == version || uses_node_api || fitting.contains(&package_of(&addon.path)) {
            continue;
        }
        let reach = reach_by_interpreter(view, addon.interpreter);
        let message =
            format!("built for NODE_MODULE_VERSION {number}; the Node.js of the image has {version}");
        let subject = format!("NODE_MODULE_VERSION {number}");
        let finding = findings.report_at(&addon.path, reach, subject, message);
        finding.fix.push(Fix::Instruction("run `npm rebuild` with the Node.js of the image".to_owned()));
    }
}

/// Returns the NODE_MODULE_VERSION of the image's Node.js.
fn module_version(view: &View<'_>) -> Option<u32> {
    let by_library = view
        .by_name()
        .keys()
        .filter_map(|name| name.strip_prefix(b"libnode.so.")?.to_str().ok()?.parse().ok());
    by_library.max().or_else(|| {
        let prefixes = ["usr/local/include/node", "usr/include/node"];
        prefixes.iter().find_map(|prefix| {
            let text = view.text_at(&RootedPath::new(format!("{prefix}/node_version.h")))?;
            text.lines().find_map(|line| {
                let rest = line.strip_prefix(b"#define NODE_MODULE_VERSION")?;
                rest.to_str().ok()?.trim().parse().ok()
            })
        })
    })
}

/// Parses the number after `abi` or `node-v` in a path.
fn number_in(path: &RootedPath) -> Option<u32> {
    let text = path.as_bytes().to_str().ok()?;
    ["abi", "node-v"].iter().find_map(|mark| {
        let (_, rest) = text.rsplit_once(mark)?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    })
}

/// Returns the directory of the package that contains an addon.
fn package_of(path: &RootedPath) -> RootedPath {
    let components: Vec<&[u8]> = path.components().collect();
    let place = components.iter().rposition(|component| *component == b"node_modules");
    let end = place.map_or(components.len(), |place| {
        let is_scoped = components.get(place + 1).is_some_and(|name| name.starts_with(b"@"));
        (place + 2 + usize::from(is_scoped)).min(components.len())
    });
    RootedPath::of_components(&components[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_packages_are_parsed_from_paths() {
        let number = |path: &str| number_in(&RootedPath::new(path));
        assert_eq!(number("/a/node_modules/x/prebuilds/linux-x64/node.abi108.node"), Some(108));
        assert_eq!(number("/a/node_modules/y/lib/binding/node-v115-linux-x64/y.node"), Some(115));
        assert_eq!(number("/a/node_modules/z/build/Release/z.node"), None);
        let package = |path: &str| package_of(&RootedPath::new(path)).to_string();
        assert_eq!(package("/a/node_modules/@s/x/p/n.node"), "/a/node_modules/@s/x");
        assert_eq!(package("/a/node_modules/x/n.node"), "/a/node_modules/x");
    }
}
