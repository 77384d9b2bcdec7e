//! From the linked whole to the Plan: what is loaded from a package is taken, with the links that lead to it, and
//! nothing else.

use std::collections::{BTreeMap, BTreeSet};

use bstr::{BString, ByteSlice};
use hashbrown::HashSet;

use super::asks::{Ask, Facts};
use super::compare::Loading;
use super::included::{add_included, inclusions, licences};
use super::overlay::{Laid, Overlay};
use super::{Choice, CloseError, ClosureSolver, Settled, source_of};
use crate::app::{InputTrees, LinkScope, LinkedApps, StartObject, link};
use crate::debian::inclusions::Inclusion;
use crate::loader::{NeedKind, Outcome};
use crate::solve::graph::Graph;
use crate::solve::plan::{
    Comparison, PackageChoice, Plan, PlannedApp, PlannedLibrary, PlannedPackage, TakenFile, TakenKind,
};
use crate::solve::resolve::{
    AppSummary, LackingVersion, Need, Problem, ProblemKind, Resolution, Status, object_problems,
    versions_needed,
};
use crate::solve::solver::{self, Decision};
use crate::tree::inventory::EntryKind;
use crate::tree::root::{MountId, NodeId};
use crate::vocabulary::{ChoiceReason, PackageName, RootedPath, Soname};

/// What a closing comes to.
#[derive(Debug)]
pub struct Closed {
    /// The Plan, without what only the outside knows: URLs, the snapshot and the digest of the base.
    pub plan: Plan,
    /// The Plan beside what apt would do.
    pub comparison: Comparison,
    /// Who loads what, the packages' files among them.
    pub graph: Graph,
    /// Symbol versions that no chosen library defines; they are not among the Plan's problems yet.
    pub lacking: Vec<LackingVersion>,
    /// The objects that are loaded from the base, sorted.
    pub base_objects: Vec<RootedPath>,
    /// Packages whose files are not known, so that the Plan is not whole; their causes are among its problems.
    pub unread: Vec<PackageName>,
    /// Copyright files that other packages have for those of the Plan.
    pub licences: Vec<Inclusion>,
    /// Files that go with what is taken and are not, since only some programs want them; sorted.
    pub useful: Vec<Inclusion>,
}

impl Closed {
    /// Of trees without any object that could be linked.
    pub fn of_nothing(resolution: &Resolution) -> Self {
        let plan = Plan {
            provenance: resolution.provenance.clone(),
            snapshot: None,
            base: None,
            apps: planned_apps(resolution),
            libraries: Vec::new(),
            packages: Vec::new(),
            included: Vec::new(),
            problems: resolution.problems.clone(),
        };
        let comparison = Comparison {
            depends_closure: None,
            elf_closure: plan.package_totals(),
            taken: plan.file_totals(),
            declared_never_loaded: Vec::new(),
            loaded_never_declared: Vec::new(),
        };
        let graph = Graph::default();
        Self {
            plan,
            comparison,
            graph,
            lacking: Vec::new(),
            base_objects: Vec::new(),
            unread: Vec::new(),
            licences: Vec::new(),
            useful: Vec::new(),
        }
    }
}

fn planned_apps(resolution: &Resolution) -> Vec<PlannedApp> {
    let app = |app: &AppSummary| PlannedApp { at: app.at.clone(), kind: app.kind, objects: app.objects };
    resolution.apps.iter().map(app).collect()
}

/// What is taken of each package, by its path in the image: with the path that it has in the package.
type Taken = BTreeMap<PackageName, BTreeMap<RootedPath, (TakenKind, BString)>>;

impl ClosureSolver<'_> {
    /// The sonames that no package answers, which the resolution's problems tell.
    fn given_up(&self) -> BTreeSet<&Soname> {
        let is_given_up = |status| matches!(status, Status::Unresolved | Status::Host | Status::OffPath);
        let answers = self.resolution.sonames.iter().filter(|answer| is_given_up(answer.status));
        answers.map(|answer| &answer.soname).collect()
    }

    /// Which of the needs are in vain, and were not given up before, with the versions that are needed.
    pub(super) fn still_missing(
        &self,
        needs: &[(&Soname, Need)],
        linked: &LinkedApps<'_>,
    ) -> Vec<(Ask, BTreeSet<BString>)> {
        let given_up = self.given_up();
        let missing =
            needs.iter().filter(|(soname, need)| !need.missing.is_empty() && !given_up.contains(soname));
        let asks = missing.map(|(soname, need)| {
            let versions = need.missing.iter().flat_map(|(start, by)| {
                versions_needed(linked.starts[*start].map.objects[*by].facts, soname)
            });
            let versions = versions.cloned().collect();
            let directories = linked.searched_directories(&need.missing);
            (Ask { soname: (*soname).clone(), directories }, versions)
        });
        asks.collect()
    }

    /// The packages of a choice whose .debs could not be read.
    pub(super) fn unread_of(&self, choice: &Choice) -> Vec<PackageName> {
        choice.packages().into_iter().filter(|name| self.unread.contains_key(*name)).cloned().collect()
    }

    /// The Plan of a choice with which everything is found that any package has.
    pub(super) fn closed(&self, settled: &Settled<'_, '_>) -> Result<Closed, CloseError> {
        let Settled { choice, overlay, laid, .. } = *settled;
        let starts = settled.starts(self.scene);
        let taken = taken(laid, &starts);
        self.prove(overlay, &taken, &starts, laid)?;
        let mut loads = Loads::default();
        for start in &starts {
            loads.add(laid, start, self.sources);
        }
        let unread = self.unread_of(choice);
        let loadings = std::mem::take(&mut loads.loadings);
        let mut packages = self.packages(choice, taken, &loads, &loadings);
        add_included(&mut packages, self.included, self.root, &loadings);
        let chosen = packages.iter().filter_map(|planned| self.known.get(&planned.package.name));
        let chosen = chosen.map(|known| (&known.package.name, known.deb.as_ref()));
        let included = self.included.iter().map(|included| (&included.package.name, included.deb.as_ref()));
        let licences = licences(chosen.chain(included));
        let plan = Plan {
            provenance: self.resolution.provenance.clone(),
            snapshot: None,
            base: None,
            apps: planned_apps(self.resolution),
            included: inclusions(&packages, self.included, &[]),
            packages,
            problems: [self.problems(settled, &unread), self.problems_of(&unread)].concat(),
            libraries: loads.libraries.into_iter().map(Load::planned).collect(),
        };
        let comparison = self.compare(&plan, &loadings)?;
        let packages = plan.packages.iter().map(|planned| planned.package.clone()).collect();
        let graph = self.graph(packages, laid, &starts, &unread)?;
        Ok(Closed {
            plan,
            comparison,
            graph,
            lacking: lacking(laid, &starts),
            base_objects: self.base_objects(laid, &starts),
            unread,
            licences,
            useful: Vec::new(),
        })
    }

    /// That the files that are taken do what the whole packages do: every start object loads the same.
    fn prove(
        &self,
        overlay: &Overlay<'_>,
        taken: &Taken,
        starts: &[&StartObject<'_>],
        laid: &Laid<'_>,
    ) -> Result<(), CloseError> {
        let entries: HashSet<(&PackageName, &[u8])> = taken
            .iter()
            .flat_map(|(package, files)| files.values().map(move |(_, entry)| (package, entry.as_slice())))
            .collect();
        let only = overlay.lay(self.root, |package, path| entries.contains(&(package, path)));
        let proof = link(&only.root, self.sources, self.settings, LinkScope::InContext);
        let proven: Vec<&StartObject<'_>> =
            proof.starts.iter().filter(|start| self.scene.holds(start.map.start().facts)).collect();
        let differs = |(one, other): (&&StartObject<'_>, &&StartObject<'_>)| {
            let paths = |start: &StartObject<'_>| -> Vec<BString> {
                start.map.objects.iter().map(|object| object.path.as_ref().clone()).collect()
            };
            (paths(one) != paths(other)).then(|| laid.root.path(one.map.start().node))
        };
        match starts.iter().zip(&proven).find_map(differs) {
            None if starts.len() == proven.len() => Ok(()),
            found => Err(CloseError::Contradiction { object: found.unwrap_or_else(RootedPath::root) }),
        }
    }

    fn packages(
        &self,
        choice: &Choice,
        taken: Taken,
        loads: &Loads,
        loadings: &BTreeSet<Loading>,
    ) -> Vec<PlannedPackage> {
        let decisions = solver::decisions(&choice.posed.instance, &choice.selection);
        let mut taken = taken;
        let planned = |name: &PackageName| {
            let package = self.asks.package(name)?;
            let source = self.known.get(name);
            let source = source.map_or_else(|| name.to_string(), |known| source_of(&known.deb, name));
            let files = taken.remove(name).unwrap_or_default();
            Some(PlannedPackage {
                package,
                source,
                urls: Vec::new(),
                direct: loads.libraries.values().any(|library| library.package == *name && library.direct()),
                choice: self.package_choice(choice, name, &decisions),
                needs: needs_of(name, loadings),
                files: files.into_iter().map(|(path, (kind, _))| TakenFile { path, kind }).collect(),
            })
        };
        choice.packages().into_iter().filter_map(planned).collect()
    }

    /// What decided for a package: of the asks that it answers, the one that left the least choice.
    fn package_choice(&self, choice: &Choice, name: &PackageName, decisions: &[Decision]) -> PackageChoice {
        let posed = &choice.posed;
        let mut found: Option<PackageChoice> = None;
        for (requirement, option) in &choice.selection.met_by {
            let Some((ask, usable)) = self.asks.all.get(requirement.0).zip(posed.usable.get(requirement.0))
            else {
                continue;
            };
            let answer = usable.answers.get(*option).map(|answer| &ask.answers[*answer]);
            if answer.is_none_or(|answer| answer.name() != name) {
                continue;
            }
            let decided = decisions.iter().find(|reason| reason.requirement == *requirement);
            let reason = match decided.map(|decision| decision.reason) {
                _ if usable.is_preferred && ask.answers.len() > 1 => ChoiceReason::Preferred,
                _ if self.terms.present.contains(name) => ChoiceReason::InBase,
                None if usable.not_its_own.is_empty() => ChoiceReason::Only,
                None => ChoiceReason::NamedForSoname,
                Some(reason) => reason,
            };
            let mut instead_of: Vec<PackageName> = match (reason, decided) {
                (ChoiceReason::NamedForSoname, _) => usable.not_its_own.clone(),
                (ChoiceReason::Preferred | ChoiceReason::InBase, _) => {
                    let others = ask.answers.iter().map(|answer| answer.name().clone());
                    others.filter(|other| other != name).collect()
                }
                (_, Some(Decision { without: Some(cost), .. })) => {
                    let chosen = choice.packages();
                    let is_new = |other: &&PackageName| {
                        !chosen.contains(other) && !self.terms.present.contains(*other)
                    };
                    cost.names.iter().filter(is_new).cloned().collect()
                }
                _ => Vec::new(),
            };
            instead_of.sort();
            instead_of.dedup();
            if found.as_ref().is_none_or(|known| reason < known.reason) {
                found = Some(PackageChoice { reason, instead_of });
            }
        }
        found.unwrap_or(PackageChoice { reason: ChoiceReason::Only, instead_of: Vec::new() })
    }

    /// What keeps objects from loading even with all that is taken.
    pub(super) fn problems(&self, settled: &Settled<'_, '_>, unread: &[PackageName]) -> Vec<Problem> {
        let Settled { laid, linked, .. } = *settled;
        let told = self
            .resolution
            .problems
            .iter()
            .filter(|problem| matches!(problem.kind, ProblemKind::Unresolved | ProblemKind::OffPath));
        let mut problems: Vec<Problem> = told.cloned().collect();
        let objects = object_problems(&laid.root, self.sources, linked, Some(self.scene));
        problems.extend(objects.into_iter().filter(|problem| problem.kind != ProblemKind::Version));
        let given_up = self.given_up();
        for (soname, need) in settled.needs {
            if given_up.contains(soname) || !unread.is_empty() && self.would_be_answered(soname) {
                continue;
            }
            let asking: BTreeSet<RootedPath> = need
                .missing
                .iter()
                .map(|(start, by)| laid.root.path(linked.starts[*start].map.objects[*by].node))
                .collect();
            problems.extend(asking.into_iter().map(|object| Problem {
                kind: ProblemKind::Unresolved,
                object,
                detail: self.why_unanswered(soname),
            }));
        }
        problems.sort();
        problems.dedup();
        problems
    }

    /// What packages that could not be read leave open.
    pub(super) fn problems_of(&self, unread: &[PackageName]) -> Vec<Problem> {
        let problem = |name: &PackageName| {
            let cause = self.unread.get(name).map(String::as_str).unwrap_or_default();
            let object = self.asks.path_of(name).unwrap_or_else(RootedPath::root);
            let detail = format!("{name} could not be read, so that what it needs is not known: {cause}");
            Problem { kind: ProblemKind::Unread, object, detail }
        };
        unread.iter().map(problem).collect()
    }

    /// Whether one of the packages that could not be read may have a library.
    fn would_be_answered(&self, soname: &Soname) -> bool {
        self.asks
            .all
            .iter()
            .filter(|asked| asked.ask.soname == *soname)
            .any(|asked| asked.answers.iter().any(|answer| self.unread.contains_key(answer.name())))
    }

    fn why_unanswered(&self, soname: &Soname) -> String {
        let asked = self.asks.all.iter().filter(|asked| asked.ask.soname == *soname);
        let mut causes = asked.flat_map(|asked| &asked.answers).filter_map(|answer| match &answer.facts {
            Some(Facts::Unfit(cause)) => Some(cause),
            _ => None,
        });
        match causes.next() {
            Some(cause) => format!("the index names a package for {soname}, but {cause}"),
            None => format!("no package has {soname}"),
        }
    }

    /// The objects of the base that are loaded, and the dynamic linkers.
    fn base_objects(&self, laid: &Laid<'_>, starts: &[&StartObject<'_>]) -> Vec<RootedPath> {
        if self.sources.base.is_none() {
            return Vec::new();
        }
        let nodes: BTreeSet<NodeId> =
            starts.iter().flat_map(|start| &start.map.objects).map(|object| object.node).collect();
        let of_base = nodes.into_iter().filter(|node| laid.root.mount_of(*node) == MountId(0));
        let mut paths: Vec<RootedPath> = of_base.map(|node| laid.root.path(node)).collect();
        paths.sort();
        paths
    }
}

/// Every file of a package that is loaded, and every link of one on the way to it.
fn taken(laid: &Laid<'_>, starts: &[&StartObject<'_>]) -> Taken {
    let root = &laid.root;
    let mut taken = Taken::new();
    let mut seen: HashSet<&[u8]> = HashSet::new();
    for start in starts {
        let linker = start.map.interpreter.map(|interpreter| interpreter.path.as_bytes());
        let paths = start.map.objects.iter().map(|object| object.path.as_slice());
        for path in paths.chain(linker) {
            if !seen.insert(path) {
                continue;
            }
            let Ok((links, end)) = root.resolve_with_links(root.top(), path) else { continue };
            for node in links.into_iter().chain([end]) {
                take(laid, node, &mut taken);
            }
        }
    }
    taken
}

fn take(laid: &Laid<'_>, node: NodeId, taken: &mut Taken) {
    let Some((known, origin)) = laid.origin(node) else { return };
    let Some(entry) = laid.root.entry(node) else { return };
    let kind = match &entry.kind {
        EntryKind::Symlink(target) => TakenKind::Link { target: target.clone(), origin },
        EntryKind::File(_) => match known.deb.file(&entry.path) {
            Some(file) => TakenKind::File {
                sha256: file.sha256,
                size_bytes: file.size_bytes,
                mode: file.permissions.mode,
            },
            None => return,
        },
        EntryKind::Directory(_) | EntryKind::Special => return,
    };
    let files = taken.entry(known.package.name.clone()).or_default();
    files.insert(laid.root.path(node), (kind, entry.path.clone()));
}

/// Who asks for what of the packages.
#[derive(Default)]
struct Loads {
    libraries: BTreeMap<(Soname, RootedPath), Load>,
    /// Who of the packages loads what of which other.
    loadings: BTreeSet<Loading>,
}

/// A library of a package, and the objects that ask for it.
struct Load {
    kind: NeedKind,
    package: PackageName,
    apps: BTreeSet<RootedPath>,
    others: BTreeSet<RootedPath>,
}

impl Load {
    fn direct(&self) -> bool {
        !self.apps.is_empty()
    }

    fn planned(((soname, path), load): ((Soname, RootedPath), Self)) -> PlannedLibrary {
        let direct = load.direct();
        let needed_by = if direct { load.apps } else { load.others };
        PlannedLibrary {
            soname,
            need: load.kind,
            package: load.package,
            path,
            needed_by: needed_by.into_iter().collect(),
            direct,
        }
    }
}

impl Loads {
    fn add(&mut self, laid: &Laid<'_>, start: &StartObject<'_>, sources: &InputTrees) {
        let map = &start.map;
        for edge in &map.edges {
            let Outcome::Found { object, .. } = &edge.outcome else { continue };
            let library = &map[*object];
            let Some((known, _)) = laid.origin(library.node) else { continue };
            let by = map[edge.by].node;
            let path = RootedPath::new(library.path.as_slice());
            let load = self.libraries.entry((edge.soname().clone(), path)).or_insert_with(|| Load {
                kind: edge.kind,
                package: known.package.name.clone(),
                apps: BTreeSet::new(),
                others: BTreeSet::new(),
            });
            load.kind = load.kind.min(edge.kind);
            let mount = laid.root.mount_of(by);
            let is_apps = sources.app_mounts().any(|(app, _)| app == mount);
            let asking = if is_apps { &mut load.apps } else { &mut load.others };
            asking.insert(laid.root.path(by));
            let of_included = || sources.included_mounts().find(|(included, _)| *included == mount);
            let asker = match laid.origin(by) {
                Some((asker, _)) => Some(&asker.package.name),
                None => of_included().map(|(_, included)| &included.package),
            };
            if let Some(asker) = asker.filter(|asker| **asker != load.package) {
                let asker = asker.clone();
                self.loadings.insert((asker, edge.soname().clone(), load.package.clone()));
            }
        }
    }
}

/// The other packages that files of one load from, sorted.
pub(super) fn needs_of(package: &PackageName, loadings: &BTreeSet<Loading>) -> Vec<PackageName> {
    let own = loadings.iter().filter(|(by, _, _)| by == package);
    let needs: BTreeSet<&PackageName> = own.map(|(_, _, provider)| provider).collect();
    needs.into_iter().cloned().collect()
}

pub(super) fn lacking(laid: &Laid<'_>, starts: &[&StartObject<'_>]) -> Vec<LackingVersion> {
    let mut lacking = Vec::new();
    for start in starts {
        let map = &start.map;
        for missing in map.missing_versions.iter().filter(|missing| !missing.weak) {
            let provider = &map.objects[missing.provider];
            let origin = laid.origin(provider.node).map(|(known, _)| &known.package);
            let soname = provider.facts.soname.clone();
            lacking.push(LackingVersion {
                object: laid.root.path(map.objects[missing.by].node),
                soname: soname.unwrap_or_else(|| Soname::new(laid.root.name(provider.node))),
                version: missing.version.to_string(),
                provider: laid.root.path(provider.node),
                package: origin.map(|package| (package.name.clone(), package.version.clone())),
            });
        }
    }
    lacking.sort();
    lacking.dedup();
    lacking
}
