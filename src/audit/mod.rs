//! Audit of images: what is missing, mismatched, unsafe or unused in them.
//!
//! ```text
//!  Subject ──► Root ──► LinkedApps ──► Resolution ──┐
//!     │ configuration ─► Entrypoint ─► ReachMap ├─► View ──► each rule ──► Audited ──► ReportedImage
//!     └ lists of packages ─► Owners ────────────┘
//! ```
//!
//! An image is one app at `/`. Its entrypoint decides what is certain: entrypoint → interpreter → extensions of the
//! installed distributions → libraries; unreached objects are graded lower. A rule is one file of [`rules`] and depends
//! on a [`View`] alone; no file is opened again and nothing is run.

mod audited;
mod baseline;
mod difference;
mod entrypoint;
mod finding;
mod findings;
mod owners;
mod policy;
mod preloads;
mod reach;
mod report;
mod rule;
pub mod rules;
mod run_config;
mod sizes;
mod subject;
mod unmet;
mod view;

pub use audited::Audited;
pub use baseline::{Baseline, BaselineError};
pub use difference::{Changed, ComparedFinding, Difference, PackageFacts, PackageKey, Side};
pub use entrypoint::{Entrypoint, StartFault, StartFaultCause, started_programs};
pub use finding::{Finding, Fix, Reach};
pub use findings::Findings;
pub use owners::{Owner, OwnerKind, Owners};
pub use policy::{FindingStatus, Ignore, JudgedFinding, Policy, RuleLevel};
pub use preloads::Preload;
pub use reach::ReachMap;
pub use report::{ReportedImage, UnreadImage};
pub use rule::{Rule, RuleScope};
pub use run_config::RunConfig;
pub use sizes::{AuditedObject, LayerSize, OwnerSize};
pub use subject::Subject;
pub use unmet::{UnmetCause, UnmetNeed};
pub use view::{View, ViewInputs};

use crate::app::{LinkScope, link};
use crate::debian::catalog::{Catalog, CatalogError};
use crate::loader::{LinkerSettings, Platform, Traces};
use crate::solve::graph::Graph;
use crate::solve::resolve::{self, TargetAbi};
use crate::vocabulary::{Architecture, Grade};

/// Judges trees, or an image, by the rules that apply everywhere: those on what packages do not fix.
pub fn judge(inputs: ViewInputs<'_>) -> Vec<Finding> {
    rules::findings(&View::new(inputs), |rule| rule.scope == RuleScope::Everywhere)
}

/// Settings of an audit.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditSettings {
    /// True if every object is linked by itself, as `ld.so --list` does, and counts as reached.
    pub is_strict: bool,
}

/// Audits one image. `choose` opens the catalogs for the architecture of its objects: the main one, and those of other
/// releases.
///
/// # Errors
/// When `choose` fails or a catalog's data is broken.
pub fn audit<Error: From<CatalogError>>(
    subject: &Subject,
    linker: &LinkerSettings,
    settings: AuditSettings,
    choose: impl FnOnce(Option<Architecture>) -> Result<(Box<dyn Catalog>, Vec<Box<dyn Catalog>>), Error>,
) -> Result<Audited, Error> {
    let (root, trees) = (subject.trees.root(), &subject.trees);
    let linker =
        LinkerSettings { traces: Traces::Missing, runtime_loads: Some(Grade::Recommended), ..linker.clone() };
    let scope = if settings.is_strict { LinkScope::EachAlone } else { LinkScope::InContext };
    let linked = link(&root, trees, &linker, scope);
    let target_abi = TargetAbi::of_apps(&root, &linked, false, None);
    let linked = linked.judged(&root, trees, target_abi);
    let linked = if settings.is_strict { linked.with_all_required() } else { linked };
    let platform = target_abi.and_then(|abi| Platform::of(abi.machine));
    let architecture = platform.and_then(|platform| Architecture::from_triplet(platform.triplet));
    let (catalog, others) = choose(architecture)?;
    let others: Vec<&dyn Catalog> = others.iter().map(AsRef::as_ref).collect();
    let resolution = resolve::resolve(&root, trees, &linked, target_abi, catalog.as_ref(), &others)?;
    let graph = Graph::from_apps(&root, trees, &linked, target_abi, &resolution, catalog.as_ref())?;
    let (findings, sizes, objects, may_start_anything) = {
        let config = RunConfig::of_image(trees.image.as_ref());
        let view = View::new(ViewInputs {
            trees,
            root: &root,
            linked: &linked,
            target_abi,
            resolution: &resolution,
            config: &config,
            layer_numbers: &subject.layer_numbers,
            is_complete: true,
            is_strict: settings.is_strict,
        });
        let findings = rules::findings(&view, |_| true);
        (findings, sizes::sizes(&view), sizes::objects(&view), view.entrypoint.may_start_anything)
    };
    let files = subject.inventory().file_paths().count();
    Ok(Audited { findings, sizes, files, objects, resolution, graph, may_start_anything })
}
