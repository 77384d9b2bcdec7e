//! Judgement on the root of a plan: the rules of the audit on what packages do not fix.

use super::inputs::Inputs;
use crate::app::{App, AppKind, InputTrees, LinkedApps};
use crate::audit::{self, Finding, RunConfig, ViewInputs};
use crate::oci::image::ImageSettings;
use crate::solve::resolve::{Problem, ProblemKind, Resolution, TargetAbi};
use crate::tree::inventory::ImageFacts;
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

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
        let Self { inputs: Inputs { trees, image, .. }, target, resolution } = *self;
        let base = trees.image.as_ref();
        let config = match image {
            Some(settings) => built_config(base, settings),
            None => RunConfig::of_image(base).without_command(),
        };
        let findings = audit::judge(ViewInputs {
            trees,
            root,
            linked,
            target_abi: target,
            resolution,
            config: &config,
            layer_numbers: &[],
            is_complete: trees.base.is_some() || image.is_some() || trees.apps.iter().any(is_root),
            is_strict: false,
        });
        let mut problems: Vec<Problem> = findings.into_iter().map(problem).collect();
        problems.sort();
        problems.dedup();
        problems
    }
}

/// Returns the programs that an image starts that is built of the trees with these settings.
pub(super) fn started_programs(trees: &InputTrees, settings: &ImageSettings) -> Vec<RootedPath> {
    audit::started_programs(&trees.root(), trees, &built_config(trees.image.as_ref(), settings))
}

/// Returns the configuration of an image that is built on another one with these settings.
fn built_config(base: Option<&ImageFacts>, settings: &ImageSettings) -> RunConfig {
    let of_base = RunConfig::of_image(base);
    let start = base.and_then(|facts| facts.start.clone()).unwrap_or_default();
    let (entrypoint, cmd) = match (&settings.entrypoint, &settings.cmd) {
        (Some(entrypoint), cmd) => (entrypoint.clone(), cmd.clone().unwrap_or_default()),
        (None, cmd) => (start.entrypoint, cmd.clone().unwrap_or(start.cmd)),
    };
    let command: Vec<String> = entrypoint.into_iter().chain(cmd).collect();
    let variable = |name: &str| {
        let set = settings.environment.iter().rev().find(|(its, _)| its == name);
        set.map(|(_, value)| value.clone())
    };
    RunConfig {
        may_start_anything: command.is_empty(),
        command,
        path: variable("PATH").unwrap_or(of_base.path),
        workdir: settings.workdir.clone().unwrap_or(of_base.workdir),
        user: settings.user.clone().unwrap_or(of_base.user),
        ld_library_path: variable("LD_LIBRARY_PATH").or(of_base.ld_library_path),
        ld_preload: variable("LD_PRELOAD").or(of_base.ld_preload),
    }
}

/// True for a whole root file system.
fn is_root(app: &App) -> bool {
    app.kind == AppKind::Rootfs && app.at == RootedPath::root()
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
