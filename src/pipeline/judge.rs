//! Judgement on the root of a plan: the rules of the audit on what packages do not fix.

use super::inputs::Inputs;
use crate::app::LinkedApps;
use crate::audit::{self, Finding, RunConfig, ViewInputs};
use crate::solve::resolve::{Problem, ProblemKind, Resolution, TargetAbi};
use crate::tree::root::Root;

/// Judge of the roots of one plan.
#[derive(Clone, Copy)]
pub(super) struct Judge<'run> {
    pub(super) inputs: Inputs<'run>,
    pub(super) target: Option<TargetAbi>,
    /// Resolution of the trees' own needs.
    pub(super) resolution: &'run Resolution,
}

impl Judge<'_> {
    /// Returns the problems of the trees in a root, linked there, that packages do not fix; sorted.
    pub(super) fn problems(&self, root: &Root<'_>, linked: &LinkedApps<'_>) -> Vec<Problem> {
        let Self { inputs: Inputs { trees, .. }, target, resolution } = *self;
        let config = RunConfig::of_image(trees.image.as_ref()).without_command();
        let findings = audit::judge(ViewInputs {
            trees,
            root,
            linked,
            target_abi: target,
            resolution,
            config: &config,
            layer_numbers: &[],
            is_strict: false,
        });
        let mut problems: Vec<Problem> = findings.into_iter().map(problem).collect();
        problems.sort();
        problems.dedup();
        problems
    }
}

/// Converts a finding to a problem of a plan.
fn problem(finding: Finding) -> Problem {
    Problem {
        kind: ProblemKind::Rule(finding.rule.code.into()),
        object: finding.path,
        detail: finding.message,
        grade: finding.severity,
        fix: finding.fix.iter().map(ToString::to_string).collect(),
    }
}
