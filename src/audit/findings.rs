//! Collector of the findings of one rule.

use super::finding::{Finding, Reach};
use super::rule::Rule;
use super::unmet::UnmetNeed;
use super::view::View;
use crate::tree::root::NodeId;
use crate::vocabulary::RootedPath;

/// Findings that one rule reports, completed with what the view knows about the files.
pub struct Findings<'view, 'root> {
    view: &'view View<'root>,
    rule: &'static Rule,
    list: Vec<Finding>,
}

impl<'view, 'root> Findings<'view, 'root> {
    pub(super) fn new(view: &'view View<'root>, rule: &'static Rule) -> Self {
        Self { view, rule, list: Vec::new() }
    }

    /// Returns the reported findings.
    pub(super) fn into_list(self) -> Vec<Finding> {
        self.list
    }

    /// Reports a defect of a file, graded by the file's reach.
    pub fn report(&mut self, node: NodeId, subject: impl ToString, message: String) -> &mut Finding {
        let reach = self.view.reach_map().reach(node);
        self.report_at(&self.view.root.path(node), reach, subject, message)
    }

    /// Reports a defect of a path, graded by the given reach.
    pub fn report_at(
        &mut self,
        path: &RootedPath,
        reach: Reach,
        subject: impl ToString,
        message: String,
    ) -> &mut Finding {
        let view = self.view;
        let node = view.node_at(path);
        let is_certain = view.is_strict || reach != Reach::Unreached;
        let severity = if is_certain { self.rule.severity } else { self.rule.severity.lower() };
        let owned = node.and_then(|node| view.root.follow(node).ok().or(Some(node)));
        self.list.push(Finding {
            rule: self.rule,
            severity,
            path: path.clone(),
            subject: subject.to_string(),
            message,
            layer: view.layer(path),
            owner: owned.and_then(|node| view.owners().of_file(view.root, node)),
            reach,
            chain: node.map(|node| view.reach_map().chain(view.root, view.linked, node)).unwrap_or_default(),
            evidence: Vec::new(),
            fix: Vec::new(),
            reclaimable_bytes: 0,
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Reports a library that an object needs and that is not found.
    pub fn report_unmet(&mut self, unmet: &UnmetNeed<'_>, message: String) -> &mut Finding {
        let view = self.view;
        let path = view.root.path(unmet.by);
        let finding = self.report_at(&path, unmet.reach, unmet.soname, message);

        finding.chain = view.chain(unmet.start, unmet.by);
        finding.evidence = unmet.tried.clone();
        finding.fix = view.packages_with(unmet.soname).into_iter().collect();
        finding
    }
}
