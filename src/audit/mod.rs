//! What is missing, mismatched, unsafe or superfluous in an image.
//!
//! ```text
//!  Subject ──► Root ──► Linked ──► Resolution ─┐
//!     │ config ─► Entrypoint ─► Reached             ├─► View ──► each rule ──► Report
//!     └ lists of packages ─► Owners ───────────┘
//! ```
//!
//! An image is one tree at `/`. What it starts decides what is certain: entrypoint → interpreter → extensions of the
//! installed distributions → libraries; what nothing gets to is graded lower. A rule is a file of [`rules`] and sees a
//! [`View`] alone; nothing is opened again and nothing is run.

mod baseline;
mod difference;
mod entrypoint;
mod finding;
mod owners;
mod policy;
mod reach;
mod report;
pub mod rules;
mod sizes;
mod view;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use baseline::{Baseline, BaselineError};
pub use difference::{Changed, Difference, Fault, PackageFacts, PackageKey, Side};
pub use entrypoint::Entrypoint;
pub use finding::{Finding, Fix, Reach, Severity};
pub use owners::{Owner, OwnerKind, Owners};
pub use policy::{Ignore, Judged, Level, Policy, Verdict};
pub use reach::Reached;
pub use report::{ReportedImage, Unread};
pub use sizes::{AuditedObject, LayerSize, OwnerSize, sizes};
pub use view::{Cause, Findings, Unmet, View};

use crate::app::{Scope, Source, Sources, Tree, TreeKind, link};
use crate::debian::catalog::{Catalog, CatalogError};
use crate::elf::DlopenPriority;
use crate::loader::{LinkerSettings, Platform, Traces};
use crate::solve::resolve;
use crate::tree::inventory::{ImageFacts, Inventory, LayerNumber};
use crate::vocabulary::{Architecture, RootedPath};

/// An image, or a root file system, that is looked at.
#[derive(Debug)]
pub struct Subject {
    /// What it is called.
    pub name: String,
    /// It as the one tree, at `/`.
    pub sources: Sources,
    /// The layer that each entry is from, in the order of the inventory's; empty for what has no layers.
    pub layer_numbers: Vec<LayerNumber>,
}

impl Subject {
    /// A root of which just the files are known, or an image.
    pub fn new(
        name: String,
        inventory: Inventory,
        layer_numbers: Vec<LayerNumber>,
        image: Option<ImageFacts>,
    ) -> Self {
        let top = RootedPath::root();
        let tree = Tree { kind: TreeKind::Rootfs, abi: None };
        let host_path = PathBuf::from(&name);
        let app = Source { host_path, at: top.clone(), shown_as: top, inventory, tree };
        let sources = Sources { base: None, image, included: Vec::new(), apps: vec![app] };
        Self { name, sources, layer_numbers }
    }

    /// What is in it.
    pub fn inventory(&self) -> &Inventory {
        // `new` makes it with one tree, and nothing takes that away.
        &self.sources.apps[0].inventory
    }
}

/// What is asked of an audit.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditSettings {
    /// Every object is linked by itself, as `ld.so --list` would, and counts as reached.
    pub is_strict: bool,
}

/// What was found in one image.
#[derive(Debug)]
pub struct Audited {
    /// The findings, sorted by rule, subject and path.
    pub findings: Vec<Finding>,
    /// What it comes to, by layer and by owner.
    pub sizes: Vec<LayerSize>,
    /// How many regular files there are.
    pub files: usize,
    /// Every object that a linker could load, by its path with links resolved.
    pub objects: BTreeMap<RootedPath, AuditedObject>,
    /// Where packages were looked up.
    pub resolution: resolve::Resolution,
    /// What everything loads, for whoever shows it.
    pub graph: crate::solve::graph::Graph,
    /// Whether anything may be started, since the image names nothing or a shell.
    pub is_open: bool,
}

/// Looks at one image. `choose` opens the catalogs for the architecture of its objects.
///
/// # Errors
/// When `choose` fails or a catalog's data is broken.
pub fn audit<Error: From<CatalogError>>(
    subject: &Subject,
    linker: &LinkerSettings,
    settings: AuditSettings,
    choose: impl FnOnce(Option<Architecture>) -> Result<(Box<dyn Catalog>, Vec<Box<dyn Catalog>>), Error>,
) -> Result<Audited, Error> {
    let root = subject.sources.root();
    let linker = LinkerSettings {
        traces: Traces::Missing,
        opens: Some(DlopenPriority::Recommended),
        ..linker.clone()
    };
    let scope = if settings.is_strict { Scope::EachAlone } else { Scope::InContext };
    let linked = link(&root, &subject.sources, &linker, scope);
    let scene = resolve::scene(&root, &linked, false, None);
    let triplet = scene.and_then(|scene| Platform::of(scene.machine)).map(|platform| platform.triplet);
    let (catalog, others) = choose(triplet.and_then(Architecture::from_triplet))?;
    let others: Vec<&dyn Catalog> = others.iter().map(AsRef::as_ref).collect();
    let resolution = resolve::resolve(&root, &subject.sources, &linked, scene, catalog.as_ref(), &others)?;
    let graph = crate::solve::graph::Graph::of_trees(
        &root,
        &subject.sources,
        &linked,
        scene,
        &resolution,
        catalog.as_ref(),
    )?;
    let (findings, sizes, objects, is_open) = {
        let view = View::new(subject, &root, &linked, scene, &resolution, settings.is_strict);
        let found = rules::ALL.iter().flat_map(|rule| rule.findings(&view));
        let mut findings: Vec<Finding> = found.collect();
        findings.sort_by_cached_key(|finding| {
            let place = rules::ALL.iter().position(|rule| rule.code == finding.rule.code);
            (place, finding.subject.clone(), finding.path.clone())
        });
        (findings, sizes(&view), sizes::objects(&view), view.entry.is_open)
    };
    let files = subject.inventory().files().count();
    Ok(Audited { findings, sizes, files, objects, resolution, graph, is_open })
}
