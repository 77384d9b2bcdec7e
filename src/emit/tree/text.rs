//! `sodeb tree` as text: each start object with what it loads below it, at the place where it is loaded first.

use super::problems::{LinkProblem, link_problems, problem_of_script};
use crate::app::LinkedApps;
use crate::emit::escape::printable;
use crate::emit::humanize::counted;
use crate::emit::lines::Lines;
use crate::emit::style::{BAD, DIM, GOOD, HEADING, paint};
use crate::loader::{Attempt, Edge, LinkMap, LoadedObject, ObjectIndex, Outcome, SearchRule};
use crate::solve::closure::PackageOf;
use crate::tree::root::Root;

/// Writes the link maps as text with colours as ANSI sequences. `traces` adds every path that was tried.
pub fn tree_text(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    package_of: PackageOf<'_>,
    traces: bool,
) -> String {
    let mut text = Lines::default();
    let path = |node| printable(root.path(node));
    for start in &linked.starts {
        let map = &start.map;
        let heading = paint(HEADING, path(map.start().node));
        text.line(format_args!("{heading}  {}", paint(DIM, start.role)));
        if let Some(process) = start.process {
            text.line(paint(DIM, format_args!("  in the process of {}", path(process))));
        }
        Branch { map, package_of, traces, text: &mut text }.needs_of(map.start, "");
        problem_lines(&mut text, link_problems(root, linked, start));
    }
    for script in &linked.scripts {
        let interpreter = paint(DIM, format_args!("script for {}", printable(script.interpreter)));
        text.line(format_args!("{}  {interpreter}", paint(HEADING, path(script.node))));
        if let Some(map) = &script.map {
            Branch { map, package_of, traces, text: &mut text }.needs_of(map.start, "");
        }
        problem_lines(&mut text, problem_of_script(root, script));
    }
    text.into_text()
}

fn problem_lines(text: &mut Lines, problems: impl IntoIterator<Item = LinkProblem>) {
    for LinkProblem { object, detail, .. } in problems {
        let words = printable(format_args!("{object}: {detail}"));
        text.line(format_args!("{} {words}", paint(BAD, "problem")));
    }
}

struct Branch<'text, 'map, 'root> {
    map: &'map LinkMap<'root>,
    package_of: PackageOf<'map>,
    traces: bool,
    text: &'text mut Lines,
}

impl<'root> Branch<'_, '_, 'root> {
    /// Writes the needs of an object that load something or are not met, and what they load.
    fn needs_of(&mut self, by: ObjectIndex, indent: &str) {
        let is_shown = |edge: &&Edge<'root>| match &edge.outcome {
            Outcome::Found { rule, object, .. } => {
                *rule != SearchRule::Loaded && self.map[*object].loader == Some(by)
            }
            Outcome::Missing { .. } => true,
        };
        let edges: Vec<_> = self.map.edges.iter().filter(|edge| edge.by == by).filter(is_shown).collect();
        for (index, edge) in edges.iter().enumerate() {
            let is_last = index + 1 == edges.len();
            let (fork, below) = if is_last { ("└── ", "    ") } else { ("├── ", "│   ") };
            let below = format!("{indent}{below}");
            let soname = printable(edge.soname());
            match &edge.outcome {
                Outcome::Found { object, rule, tried, .. } => {
                    let LoadedObject { node, path, .. } = &self.map[*object];
                    let rule = paint(DIM, format_args!("[{rule}]"));
                    let package = (self.package_of)(*node).map(|name| format!("  {}", paint(GOOD, name)));
                    let package = package.unwrap_or_default();
                    let path = printable(path);
                    self.text.line(format_args!("{indent}{fork}{soname} → {path} {rule}{package}"));
                    self.trace(tried, &below);
                    self.needs_of(*object, &below);
                }
                Outcome::Missing { fatal, tried } => {
                    let cause = match fatal {
                        Some(fatal) => printable(format_args!("{}: {}", fatal.path, fatal.why)),
                        None => format!("not found in {}", counted(tried.len(), "path")),
                    };
                    self.text.line(format_args!("{indent}{fork}{}  {cause}", paint(BAD, soname)));
                    self.trace(tried, &below);
                }
            }
        }
    }

    fn trace(&mut self, tried: &[Attempt], indent: &str) {
        for attempt in tried.iter().filter(|_| self.traces) {
            let words = printable(format_args!("{}: {}", attempt.path, attempt.why));
            self.text.line(format_args!("{indent}{}", paint(DIM, words)));
        }
    }
}
