//! From a closed root to the Plan.

use std::collections::BTreeSet;

use super::choice::Choice;
use super::closed_root::ClosedRoot;
use super::error::ClosureError;
use super::included_files::{add_included, copyright_files, listed_inclusions};
use super::loads::{Loads, PackageLoad, needs_of};
use super::read_package::source_package;
use super::requirements::{LibraryRequirement, ProviderCandidate, UsableCandidates};
use super::result::{Closure, planned_apps};
use super::state::ClosureState;
use super::taken_files::TakenFiles;
use crate::debian::catalog::{Provenance, source_and_version};
use crate::debian::inclusions::Inclusion;
use crate::solve::plan::{LockOptions, PackageChoice, Plan, PlannedPackage};
use crate::solve::solver::{Decision, decisions};
use crate::tree::root::{MountId, NodeId};
use crate::vocabulary::{ChoiceReason, PackageName, RootedPath};

impl ClosureState<'_> {
    /// Makes the Plan of a closed root.
    pub(super) fn plan(&self, closed: &ClosedRoot<'_, '_>) -> Result<Closure, ClosureError> {
        let ClosedRoot { choice, overlaid, starts, unread, .. } = closed;
        let inputs = self.inputs;
        let taken = TakenFiles::of(closed);
        let judged = taken.prove(self, closed)?;
        let mut loads = Loads::of(overlaid, starts, inputs.trees);
        let package_loads = std::mem::take(&mut loads.of_packages);
        let mut packages = self.planned_packages(choice, taken, &loads, &package_loads);
        add_included(&mut packages, inputs.included, inputs.root, &package_loads);
        let copyright_files = self.copyright_files(&packages);
        let plan = Plan {
            provenance: self.provenance(unread),
            snapshot: None,
            base: None,
            options: LockOptions::new(),
            apps: planned_apps(inputs.resolution),
            included: listed_inclusions(&packages, inputs.included, &[]),
            packages,
            problems: [self.problems(closed, judged), self.unread_problems(unread)].concat(),
            libraries: loads.libraries(),
        };
        let packages = plan.packages.iter().map(|planned| planned.package.clone()).collect();
        Ok(Closure {
            comparison: self.comparison(&plan, choice, &package_loads)?,
            graph: self.graph(packages, closed)?,
            undefined_versions: closed.undefined_versions(),
            base_objects: self.base_objects(closed),
            unread: unread.clone(),
            copyright_files,
            left_out: Vec::new(),
            optional: inputs.resolution.optional.len(),
            plan,
        })
    }

    /// Returns the provenance of a Plan. It is verified if all packages were read out of .debs with signed digests, whatever
    /// its index says of their files.
    fn provenance(&self, unread: &[PackageName]) -> Provenance {
        let provenance = self.catalog.provenance().clone();
        Provenance { verified: provenance.verified || unread.is_empty(), ..provenance }
    }

    fn planned_packages(
        &self,
        choice: &Choice,
        mut taken: TakenFiles,
        loads: &Loads,
        package_loads: &BTreeSet<PackageLoad>,
    ) -> Vec<PlannedPackage> {
        let decisions = decisions(&choice.encoding.instance, &choice.selection);
        let planned = |name: &PackageName| {
            let read = self.packages.get(name);
            Some(PlannedPackage {
                package: self.requirements.package(name)?.clone(),
                source: read.map_or_else(|| name.to_string(), |read| source_package(&read.deb, name)),
                urls: Vec::new(),
                direct: loads.is_direct(name),
                choice: self.package_choice(choice, name, &decisions),
                needs: needs_of(name, package_loads),
                files: taken.remove(name),
            })
        };
        choice.packages().into_iter().filter_map(planned).collect()
    }

    /// Returns the reason for a package: of the requirements that it meets, the one that left the least choice decides.
    fn package_choice(&self, choice: &Choice, name: &PackageName, decisions: &[Decision]) -> PackageChoice {
        let mut found: Option<PackageChoice> = None;
        for (id, option) in &choice.selection.met_by {
            let requirement = self.requirements.all.get(id.0).zip(choice.encoding.usable.get(id.0));
            let Some((requirement, usable)) = requirement else { continue };
            let candidate = usable.indices.get(*option).map(|index| &requirement.candidates[*index]);
            if candidate.is_none_or(|candidate| candidate.name() != name) {
                continue;
            }
            let decision = decisions.iter().find(|decision| decision.requirement == *id);
            let index = usable.indices[*option];
            let reason = match (self.reason_for(usable, requirement, index), decision) {
                (
                    own @ (ChoiceReason::Preferred
                    | ChoiceReason::InBase
                    | ChoiceReason::Symbols
                    | ChoiceReason::SameSource),
                    _,
                ) => own,
                (_, None) => ChoiceReason::Only,
                (
                    own @ (ChoiceReason::OnSearchPath | ChoiceReason::NamedForSoname | ChoiceReason::Section),
                    Some(decision),
                ) if decision.reason == ChoiceReason::DebiansPreference => own,
                (_, Some(decision)) => decision.reason,
            };
            if found.as_ref().is_none_or(|known| reason < known.reason) {
                let instead_of = self.instead_of(choice, name, requirement, usable, reason, decision);
                found = Some(PackageChoice { reason, instead_of });
            }
        }
        found.unwrap_or(PackageChoice { reason: ChoiceReason::Only, instead_of: Vec::new() })
    }

    /// Returns the criterion by which a candidate comes before the others of its requirement.
    pub(super) fn reason_for(
        &self,
        usable: &UsableCandidates,
        requirement: &LibraryRequirement,
        index: usize,
    ) -> ChoiceReason {
        let chosen = &requirement.candidates[index];
        let others = requirement.candidates.iter().filter(|other| other.name() != chosen.name());
        let mut later = others.clone().filter(|other| usable.has(requirement, other.name()));
        let is_better = |other: &ProviderCandidate| other.candidate.preference <= chosen.candidate.preference;
        let undefined_in = others.filter(|other| usable.undefined_in.contains(other.name()));
        if usable.is_preferred && requirement.candidates.len() > 1 {
            ChoiceReason::Preferred
        } else if self.options.present.contains(chosen.name()) {
            ChoiceReason::InBase
        } else if undefined_in.into_iter().any(is_better) {
            ChoiceReason::Symbols
        } else {
            match later.next().map(|other| (other, chosen.candidate.reason_before(&other.candidate))) {
                None => ChoiceReason::Only,
                Some((other, _)) if other.candidate.preference < chosen.candidate.preference => {
                    let source = |candidate: &ProviderCandidate| {
                        let source = candidate.candidate.package.pool_source().map(source_and_version);
                        source.map(|(stem, _)| stem.to_owned())
                    };
                    match source(other) == source(chosen) {
                        true => ChoiceReason::SameSource,
                        false => ChoiceReason::SmallestSet,
                    }
                }
                Some((other, ChoiceReason::FewestBytes | ChoiceReason::Name))
                    if requirement.index_of(other.name()) < Some(index) =>
                {
                    ChoiceReason::SmallestSet
                }
                Some((_, reason)) => reason,
            }
        }
    }

    /// Returns the packages that the next best choice has in place of a package, sorted.
    fn instead_of(
        &self,
        choice: &Choice,
        name: &PackageName,
        requirement: &LibraryRequirement,
        usable: &UsableCandidates,
        reason: ChoiceReason,
        decision: Option<&Decision>,
    ) -> Vec<PackageName> {
        let others: BTreeSet<PackageName> =
            match (reason, decision.and_then(|decision| decision.without.as_ref())) {
                (ChoiceReason::Symbols, _) => usable.undefined_in.iter().cloned().collect(),
                (ChoiceReason::Preferred | ChoiceReason::InBase, _) => {
                    let candidates = requirement.candidates.iter().map(|candidate| candidate.name().clone());
                    candidates.filter(|other| other != name).collect()
                }
                (_, Some(cost)) => {
                    let chosen = choice.packages();
                    let is_new = |other: &&PackageName| {
                        !chosen.contains(other) && !self.options.present.contains(*other)
                    };
                    cost.names.iter().filter(is_new).cloned().collect()
                }
                (_, None) => BTreeSet::new(),
            };
        others.into_iter().collect()
    }

    /// Returns the copyright files that packages outside of the Plan contain for those of the Plan.
    fn copyright_files(&self, packages: &[PlannedPackage]) -> Vec<Inclusion> {
        let read = packages.iter().filter_map(|planned| self.packages.get(&planned.package.name));
        let read = read.map(|read| (read.name(), read.deb.as_ref()));
        let included = self.inputs.included.iter();
        let included = included.map(|included| (&included.package.name, included.deb.as_ref()));
        copyright_files(read.chain(included))
    }

    /// Returns the objects that are loaded from the base, dynamic linkers included, sorted.
    fn base_objects(&self, closed: &ClosedRoot<'_, '_>) -> Vec<RootedPath> {
        if self.inputs.trees.base.is_none() {
            return Vec::new();
        }
        let root = &closed.overlaid.root;
        let objects = closed.starts.iter().flat_map(|start| &start.map.objects);
        let nodes: BTreeSet<NodeId> = objects.map(|object| object.node).collect();
        let of_base = nodes.into_iter().filter(|node| root.mount_of(*node) == MountId(0));
        let mut paths: Vec<RootedPath> = of_base.map(|node| root.path(node)).collect();
        paths.sort();
        paths
    }
}
