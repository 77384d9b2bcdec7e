//! From what the trees lack to the packages that close the gap: what each package that could answer brings along,
//! which of them are chosen, and whether the linker then finds everything.
//!
//! A [`ClosureSolver`] begins with the names that a [`Resolution`] has packages for. Each name with the directories in which
//! it is looked for is an *ask*; the catalog tells the packages that could answer it, and the solver chooses
//! ([`crate::solve::solver`]). What a package brings along is known only from its .deb, so that the first choice counts
//! packages that were not read as if they needed nothing. Whatever the choice uses is then read, linked by itself
//! on what is there (`options.rs`), and the choice is made again. Since a package costs at least what it was taken
//! for, a choice that uses read packages only is the best of all, and packages that can't be part of it are never
//! fetched.
//!
//! At last all that was chosen is laid over the trees and linked as a whole (`overlay.rs`). What is missing then
//! that the asks did not tell, because another package's file is found first or a search path is handed down, is
//! one more ask. What is loaded is what is taken (`planned.rs`).

mod asks;
mod closure;
mod compare;
mod data_loads;
mod depends;
mod graph;
mod included;
mod options;
mod overlay;
mod planned;
mod pose;
mod release_check;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use closure::ClosedGap;
pub use data_loads::{DataLoad, data_loads, missing_data_loads};
pub use depends::depends_closure;
pub use included::IncludedPackage;
pub use planned::Closed;
pub use release_check::{MissingEdge, ReleaseCheck, WhyMissing, check_release};
pub use versions::{Since, Successor};

use rayon::prelude::*;

use crate::app::{InputTrees, LinkScope, LinkedApps, StartObject, link};
use crate::debian::catalog::{
    Catalog, CatalogError, IndexKind, Package, Relation, RelationGroup, parse_relations,
};
use crate::debian::debs::{Availability, DebFacts};
use crate::debian::inclusions::{Inclusion, Pattern, Runtime};
use crate::debian::maintainer_scripts::Actions;
use crate::loader::LinkerSettings;
use crate::solve::resolve::{Need, Problem, Resolution, Status, TargetAbi, gather};
use crate::solve::solver::{self, RequirementId, Selection, Unsolvable};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{Architecture, Grade, PackageName, RootedPath, Soname, Target};
use asks::{Ask, AskId, Asks};
use overlay::{Laid, Overlay};
use pose::Posed;

/// The package that a node of a root comes from; none for the trees' own files and the base's.
pub type PackageOf<'root> = &'root dyn Fn(NodeId) -> Option<PackageName>;

/// The maintainer scripts that run when a package is installed, in their order.
const SCRIPTS: [&str; 2] = ["preinst", "postinst"];

/// On which terms a gap is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosureOptions {
    /// Packages that are taken wherever they can answer.
    pub prefer: BTreeSet<PackageName>,
    /// Packages that are never taken.
    pub avoid: BTreeSet<PackageName>,
    /// The packages of the base and the virtual ones that they provide, which cost nothing.
    pub present: BTreeSet<PackageName>,
    /// Files of packages that are taken though nothing loads them.
    pub include: Vec<Inclusion>,
    /// Interpreters that are taken from Debian.
    pub runtimes: Vec<&'static Runtime>,
    /// How much weight a rule on the data of libraries must have for the data to be taken; none for no data at all.
    pub data: Option<Grade>,
}

/// What a closing begins with.
#[derive(Clone, Copy)]
pub struct Trees<'trees> {
    /// The root that the sources make.
    pub root: &'trees Root<'trees>,
    /// The trees, the base and what is included.
    pub sources: &'trees InputTrees,
    /// What the image's environment will set.
    pub settings: &'trees LinkerSettings,
    /// Which objects count.
    pub scene: TargetAbi,
    /// What they lack.
    pub resolution: &'trees Resolution,
    /// The packages of which the sources' included files are, in their order.
    pub included: &'trees [IncludedPackage],
}

/// A closing that is under way.
pub struct ClosureSolver<'trees> {
    root: &'trees Root<'trees>,
    sources: &'trees InputTrees,
    settings: &'trees LinkerSettings,
    scene: TargetAbi,
    resolution: &'trees Resolution,
    catalog: &'trees dyn Catalog,
    terms: &'trees ClosureOptions,
    included: &'trees [IncludedPackage],
    asks: Asks,
    /// What must be answered whatever is chosen.
    wanted: Vec<AskId>,
    known: BTreeMap<PackageName, Known>,
    /// Packages whose .deb can't be had or read, and why: what they need is not known.
    unread: BTreeMap<PackageName, String>,
}

/// A package whose .deb was read.
struct Known {
    package: Package,
    deb: Arc<DebFacts>,
    actions: Actions,
    /// Depends and Pre-Depends.
    depends: Vec<RelationGroup>,
    /// Conflicts and Breaks.
    conflicts: Vec<Relation>,
    /// The virtual packages that it provides, and the versions in which it does.
    provides: Vec<Relation>,
}

/// What the solver chose.
struct Choice {
    selection: Selection,
    posed: Posed,
}

/// A choice with which everything is found that any package has.
struct Settled<'settled, 'root> {
    choice: &'settled Choice,
    overlay: &'settled Overlay<'settled>,
    /// The chosen packages over the trees.
    laid: &'root Laid<'root>,
    /// All of it linked.
    linked: &'settled LinkedApps<'root>,
    /// What is asked for then, sorted.
    needs: &'settled [(&'root Soname, Need)],
}

impl<'root> Settled<'_, 'root> {
    /// The start objects that count.
    fn starts(&self, scene: TargetAbi) -> Vec<&StartObject<'root>> {
        let starts = self.linked.starts.iter();
        starts.filter(|start| scene.holds(start.map.start().facts)).collect()
    }
}

/// A gap can't be closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// No choice of packages closes it.
    #[error("cannot choose packages that close the gap")]
    Unsolvable(#[from] Unsolvable),
    /// A catalog's data is broken.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A package of which files are to be included is not known.
    #[error("cannot include files of {package}: the {index} index of {target} does not know it")]
    NotInIndex {
        /// The package.
        package: PackageName,
        /// The kind of index.
        index: IndexKind,
        /// Which one.
        target: Target,
    },
    /// A package has no such file.
    #[error("cannot include {pattern} of {package}: it has no such file")]
    NothingIncluded {
        /// The package.
        package: PackageName,
        /// What was asked for.
        pattern: Pattern,
    },
    /// The .deb of a package of which files are to be included can't be had or read.
    #[error("cannot include files of {package}: {cause}")]
    UnreadInclusion {
        /// The package.
        package: PackageName,
        /// Why.
        cause: String,
    },
    /// An object of the base can't be read again for its digest.
    #[error("cannot read an object of the base")]
    Base(#[source] std::io::Error),
    /// The files that are taken do not do what the whole packages do. It is a fault of this program.
    #[error("cannot take single files: {object} loads something else with them than with the whole packages")]
    Contradiction {
        /// The first start object that is loaded otherwise.
        object: RootedPath,
    },
}

impl<'trees> ClosureSolver<'trees> {
    /// Begins with every soname that a resolution has a package for.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    pub fn new(
        trees: Trees<'trees>,
        catalog: &'trees dyn Catalog,
        terms: &'trees ClosureOptions,
    ) -> Result<Self, CatalogError> {
        let Trees { root, sources, settings, scene, resolution, included } = trees;
        let mut closing = Self {
            root,
            sources,
            settings,
            scene,
            resolution,
            catalog,
            terms,
            included,
            asks: Asks::default(),
            wanted: Vec::new(),
            known: BTreeMap::new(),
            unread: BTreeMap::new(),
        };
        for answer in resolution.sonames.iter().filter(|answer| answer.status == Status::Package) {
            let ask = Ask { soname: answer.soname.clone(), directories: answer.searched.clone() };
            let id = closing.asks.id_of(ask, catalog)?;
            closing.asks.note(id, None, &answer.versions);
            closing.wanted.push(id);
        }
        Ok(closing)
    }

    /// The packages that the best choice uses and that were not read yet: to be fetched, read and handed to
    /// [`Self::learn`]. None when the choice stands.
    ///
    /// # Errors
    /// When no choice closes the gap.
    pub fn unread(&self) -> Result<Vec<Package>, Unsolvable> {
        let choice = self.choose()?;
        let chosen = choice.packages();
        let is_new =
            |name: &&PackageName| !self.known.contains_key(*name) && !self.unread.contains_key(*name);
        Ok(chosen.into_iter().filter(is_new).filter_map(|name| self.asks.package(name)).collect())
    }

    /// Takes in what was read of packages, or why one could not be.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    pub fn learn(&mut self, read: Vec<(Package, Availability<DebFacts>)>) -> Result<(), CatalogError> {
        let architecture = self.catalog.provenance().target.architecture;
        let known = |(package, deb): (Package, Availability<DebFacts>)| {
            let name = package.name.clone();
            let known = match deb {
                Availability::Available(deb) => Ok(Known::new(package, deb, architecture)),
                Availability::Unavailable(cause) => Err(cause.to_string()),
            };
            (name, known)
        };
        let read: Vec<(PackageName, Result<Known, String>)> = read.into_par_iter().map(known).collect();
        for (name, known) in read {
            match known {
                Ok(known) => _ = self.known.insert(name, known),
                Err(cause) => _ = self.unread.insert(name, cause),
            }
        }
        self.study()
    }

    /// Lays what is chosen over the trees and links everything. What is missing still and some package has is
    /// wanted from then on, and there is no answer yet.
    ///
    /// # Errors
    /// When no choice closes the gap or the catalog's data is broken.
    pub fn settle(&mut self) -> Result<Option<Closed>, CloseError> {
        self.settle_for(Self::closed)
    }

    /// As [`Self::settle`], for what a resolution tells of it.
    ///
    /// # Errors
    /// As for [`Self::settle`].
    pub fn settle_closure(&mut self, wants_graph: bool) -> Result<Option<ClosedGap>, CloseError> {
        self.settle_for(|closing, settled| closing.closed_gap(settled, wants_graph))
    }

    /// As [`Self::settle`], for whoever looks at the linked whole itself; beside the answer stands what packages that
    /// could not be read leave open.
    ///
    /// # Errors
    /// As for [`Self::settle`].
    pub fn settle_shown<Answer>(
        &mut self,
        show: &mut impl FnMut(&Root<'_>, &LinkedApps<'_>, PackageOf<'_>) -> Answer,
    ) -> Result<Option<(Answer, Vec<Problem>)>, CloseError> {
        self.settle_for(|closing, Settled { choice, laid, linked, .. }| {
            let package_of = |node| laid.origin(node).map(|(known, _)| known.package.name.clone());
            let answer = show(&laid.root, linked, &package_of);
            Ok((answer, closing.problems_of(&closing.unread_of(choice))))
        })
    }

    fn settle_for<Answer>(
        &mut self,
        answer: impl FnOnce(&Self, &Settled<'_, '_>) -> Result<Answer, CloseError>,
    ) -> Result<Option<Answer>, CloseError> {
        let choice = self.choose()?;
        let new = {
            let overlay = Overlay::new(&choice, &self.known, self.terms);
            let laid = overlay.lay(self.root, |_, _| true);
            let linked = link(&laid.root, self.sources, self.settings, LinkScope::InContext);
            let needs = gather(&laid.root, self.sources, &linked, Some(self.scene), self.catalog)?;
            let mut new = Vec::new();
            for (ask, versions) in self.still_missing(&needs, &linked) {
                let id = self.asks.id_of(ask, self.catalog)?;
                self.asks.note(id, None, &versions);
                if self.asks.is_answerable(id) && !choice.counts(id) {
                    new.push(id);
                }
            }
            if new.is_empty() {
                let settled = Settled {
                    choice: &choice,
                    overlay: &overlay,
                    laid: &laid,
                    linked: &linked,
                    needs: &needs,
                };
                return answer(self, &settled).map(Some);
            }
            new
        };
        self.wanted.extend(new);
        self.study()?;
        Ok(None)
    }

    fn choose(&self) -> Result<Choice, Unsolvable> {
        let posed = self.pose();
        let selection = solver::solve(&posed.instance)?;
        Ok(Choice { selection, posed })
    }
}

impl Choice {
    /// The names of the packages that answer an ask, sorted.
    fn packages(&self) -> Vec<&PackageName> {
        let requirements = self.posed.instance.requirements.iter().take(self.posed.usable.len());
        let answering = requirements.enumerate().filter_map(|(ask, requirement)| {
            let option = self.selection.met_by.get(&RequirementId(ask))?;
            Some(self.posed.name(requirement.options.get(*option)?.package))
        });
        answering.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether an ask is answered by the choice.
    fn counts(&self, id: AskId) -> bool {
        self.selection.met_by.contains_key(&RequirementId(id.0))
    }
}

impl Known {
    fn new(package: Package, deb: Arc<DebFacts>, architecture: Architecture) -> Self {
        let relations = |fields: &[&str]| -> Vec<RelationGroup> {
            let fields = fields.iter().filter_map(|field| deb.field(field));
            fields.flat_map(|field| parse_relations(field, architecture)).collect()
        };
        let single = |fields: &[&str]| relations(fields).into_iter().flat_map(|group| group.0).collect();
        Self {
            actions: actions_of(&deb),
            depends: relations(&["Pre-Depends", "Depends"]),
            conflicts: single(&["Conflicts", "Breaks"]),
            provides: single(&["Provides"]),
            package,
            deb,
        }
    }
}

/// What a package's maintainer scripts do.
fn actions_of(deb: &DebFacts) -> Actions {
    Actions::of_scripts(SCRIPTS.iter().filter_map(|name| deb.scripts.get(*name)).map(Vec::as_slice))
}

/// The name of the source package.
fn source_of(deb: &DebFacts, name: &PackageName) -> String {
    let source = deb.field("Source").and_then(|field| field.split([' ', '(']).next());
    source.filter(|name| !name.is_empty()).unwrap_or(name.as_str()).to_owned()
}
