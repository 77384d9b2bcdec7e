//! `sodeb tree` for people: each start object with what it loads below it, where it is loaded first.

use std::fmt::Write as _;

use crate::app::LinkedApps;
use crate::loader::{Attempt, LinkMap, LoadedObject, ObjectIndex, Outcome, SearchRule};
use crate::solve::closure::PackageOf;
use crate::tree::root::Root;

use super::problems::LinkProblem;
use crate::emit::style::{BAD, DIM, GOOD, PATH, paint};

/// The whole answer as text with colours as ANSI sequences. With `traces` every place that was tried is
/// listed.
pub fn tree_text(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    package_of: PackageOf<'_>,
    traces: bool,
) -> String {
    let mut text = String::new();
    for start in &linked.starts {
        let map = &start.map;
        let role = start.role;
        line(&mut text, format_args!("{}  {}", paint(PATH, root.path(map.start().node)), paint(DIM, role)));
        if let Some(process) = start.process {
            line(
                &mut text,
                format_args!("{}", paint(DIM, format!("  in the process of {}", root.path(process)))),
            );
        }
        Branch { map, package_of, traces, text: &mut text }.below(map.start, "");
        say_problems(&mut text, super::problems::problems(root, linked, start));
    }
    for script in &linked.scripts {
        let words = paint(DIM, format!("script for {}", script.interpreter));
        line(&mut text, format_args!("{}  {words}", paint(PATH, root.path(script.node))));
        if let Some(map) = &script.map {
            Branch { map, package_of, traces, text: &mut text }.below(map.start, "");
        }
        say_problems(&mut text, super::problems::problem_of_script(root, script));
    }
    text
}

fn say_problems(text: &mut String, problems: impl IntoIterator<Item = LinkProblem>) {
    for problem in problems {
        line(text, format_args!("{} {}: {}", paint(BAD, "problem"), problem.object, problem.detail));
    }
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing to a String can't fail.
    let _ = writeln!(text, "{words}");
}

struct Branch<'text, 'map, 'root> {
    map: &'map LinkMap<'root>,
    package_of: PackageOf<'map>,
    traces: bool,
    text: &'text mut String,
}

impl Branch<'_, '_, '_> {
    /// The edges of one object: those that load something, and those that come to nothing.
    fn below(&mut self, by: ObjectIndex, indent: &str) {
        let edges: Vec<_> = self
            .map
            .edges
            .iter()
            .filter(|edge| edge.by == by)
            .filter(|edge| match &edge.outcome {
                Outcome::Found { rule, object, .. } => {
                    *rule != SearchRule::Loaded && self.map[*object].loader == Some(by)
                }
                Outcome::Missing { .. } => true,
            })
            .collect();
        for (index, edge) in edges.iter().enumerate() {
            let is_last = index + 1 == edges.len();
            let (fork, below) = if is_last { ("└── ", "    ") } else { ("├── ", "│   ") };
            let below = format!("{indent}{below}");
            match &edge.outcome {
                Outcome::Found { object, rule, tried, .. } => {
                    let LoadedObject { node, path, .. } = &self.map[*object];
                    let rule = paint(DIM, format!("[{rule}]"));
                    let package = (self.package_of)(*node).map(|name| format!("  {}", paint(GOOD, name)));
                    let package = package.unwrap_or_default();
                    line(self.text, format_args!("{indent}{fork}{} → {path} {rule}{package}", edge.soname()));
                    self.trace(tried, &below);
                    self.below(*object, &below);
                }
                Outcome::Missing { fatal, tried } => {
                    let why = match fatal {
                        Some(fatal) => format!("{}: {}", fatal.path, fatal.why),
                        None => format!("not found in {} places", tried.len()),
                    };
                    line(self.text, format_args!("{indent}{fork}{}  {why}", paint(BAD, edge.soname())));
                    self.trace(tried, &below);
                }
            }
        }
    }

    fn trace(&mut self, tried: &[Attempt], indent: &str) {
        if self.traces {
            for place in tried {
                line(
                    self.text,
                    format_args!("{indent}{}", paint(DIM, format!("{}: {}", place.path, place.why))),
                );
            }
        }
    }
}
