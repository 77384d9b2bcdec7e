//! Encoding of the requirements as an instance for the solver.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::read_package::ReadPackage;
use super::requirements::{CandidateFacts, LibraryRequirement, ProviderCandidate, UsableCandidates};
use super::state::ClosureState;
use crate::debian::catalog::{Relation, is_named_for};
use crate::solve::solver::{Instance, PackageId, Requirement, RequirementId, Solvable, SolverOption};
use crate::vocabulary::PackageName;

/// An instance for the solver. Its requirements have the ids of the library requirements; after them comes one
/// for each package of the base that is a candidate.
pub(super) struct Encoding {
    pub(super) instance: Instance,
    /// Candidates that the options of each requirement stand for.
    pub(super) usable: Vec<UsableCandidates>,
}

impl Encoding {
    /// Encodes everything that is known.
    pub(super) fn of(state: &ClosureState<'_>) -> Self {
        let options = state.options;
        let requirements = &state.requirements.all;
        let mut usable: Vec<UsableCandidates> = requirements
            .iter()
            .map(|requirement| requirement.usable(&options.prefer, &options.avoid))
            .collect();
        for (requirement, usable) in requirements.iter().zip(&mut usable) {
            let candidates = &requirement.candidates;
            usable.indices.sort_by_cached_key(|index| preference(state, requirement, &candidates[*index]));
        }
        let mut sizes: BTreeMap<&PackageName, u64> = BTreeMap::new();
        for (requirement, usable) in requirements.iter().zip(&usable) {
            for index in &usable.indices {
                let package = &requirement.candidates[*index].candidate.package;
                sizes.insert(&package.name, package.installed_size_kib);
            }
        }
        let ids: Ids<'_> = sizes.keys().enumerate().map(|(index, name)| (*name, PackageId(index))).collect();
        let of_libraries = requirements.iter().zip(&usable).map(|(requirement, usable)| Requirement {
            label: requirement.label(&options.avoid),
            options: solver_options(state, requirement, usable, &ids),
        });
        // The base's packages are present whatever is chosen, and so cost nothing.
        let present = ids.iter().filter(|(name, _)| options.present.contains(**name));
        let present = present.map(|(name, id)| Requirement {
            label: format!("{name} of the base"),
            options: vec![SolverOption { package: *id, needs: Vec::new(), rank: 0 }],
        });
        let encoded: Vec<Requirement> = of_libraries.chain(present).collect();
        let of_base = (usable.len()..encoded.len()).map(RequirementId);
        let by_name = packages_by_name(state);
        let instance = Instance {
            wanted: with_candidates(state, &state.wanted).into_iter().chain(of_base).collect(),
            requirements: encoded,
            packages: sizes
                .iter()
                .map(|(name, size)| Solvable {
                    name: (*name).clone(),
                    installed_size_kib: *size,
                    conflicts: conflicts(state, name, &ids, &by_name),
                })
                .collect(),
        };
        Self { instance, usable }
    }

    pub(super) fn name(&self, package: PackageId) -> &PackageName {
        &self.instance.packages[package.0].name
    }
}

type Ids<'names> = BTreeMap<&'names PackageName, PackageId>;

fn solver_options(
    state: &ClosureState<'_>,
    requirement: &LibraryRequirement,
    usable: &UsableCandidates,
    ids: &Ids<'_>,
) -> Vec<SolverOption> {
    let ranked = (0..).zip(&usable.indices);
    let option = |(rank, index): (u32, &usize)| {
        let candidate = &requirement.candidates[*index];
        let needs = match &candidate.facts {
            Some(CandidateFacts::Fits { needs, .. }) => with_candidates(state, needs),
            _ => Vec::new(),
        };
        Some(SolverOption { package: *ids.get(candidate.name())?, needs, rank })
    };
    ranked.filter_map(option).collect()
}

/// Returns the requirements that have a candidate. The others are problems of the answer, and not the solver's.
fn with_candidates(state: &ClosureState<'_>, ids: &[RequirementId]) -> Vec<RequirementId> {
    ids.iter().copied().filter(|id| state.requirements.has_candidate(*id)).collect()
}

/// Returns the key of Debian's preference, the lowest first: an earlier alternative in the Depends of the packages that
/// need the library, section libs, a higher priority of update-alternatives, the package that is named for the soname.
fn preference(
    state: &ClosureState<'_>,
    requirement: &LibraryRequirement,
    candidate: &ProviderCandidate,
) -> impl Ord + use<> {
    let package = &candidate.candidate.package;
    let read = state.packages.get(&package.name);
    let provided: BTreeSet<&str> =
        read.iter().flat_map(|read| &read.provides).map(|relation| relation.name.as_str()).collect();
    let needing = requirement.needed_by.iter().filter_map(|name| state.packages.get(name));
    let alternative = needing
        .flat_map(|read| &read.depends)
        .filter_map(|group| {
            let names = |relation: &Relation| {
                relation.name == package.name || provided.contains(relation.name.as_str())
            };
            group.0.iter().position(names)
        })
        .min();
    let priority = read.and_then(|read| read.priority_for(&requirement.request.soname));
    (
        alternative.unwrap_or(usize::MAX),
        !package.is_in_libs(),
        Reverse(priority),
        !is_named_for(&package.name, &requirement.request.soname),
        package.name.clone(),
    )
}

/// Returns the packages that were read, by their names and the virtual packages that they provide.
fn packages_by_name<'state>(
    state: &'state ClosureState<'_>,
) -> HashMap<&'state PackageName, Vec<&'state ReadPackage>> {
    let mut by_name: HashMap<&PackageName, Vec<&ReadPackage>> = HashMap::new();
    for read in state.packages.values() {
        let provided = read.provides.iter().map(|relation| &relation.name);
        for name in provided.chain([read.name()]) {
            by_name.entry(name).or_default().push(read);
        }
    }
    by_name
}

/// Returns the candidates that a package declares a conflict with.
fn conflicts(
    state: &ClosureState<'_>,
    name: &PackageName,
    ids: &Ids<'_>,
    by_name: &HashMap<&PackageName, Vec<&ReadPackage>>,
) -> Vec<PackageId> {
    let relations = state.packages.get(name).into_iter().flat_map(|read| &read.conflicts);
    let meant = relations.flat_map(|relation| {
        let read = by_name.get(&relation.name).into_iter().flatten();
        read.filter(|other| other.is_meant_by(relation)).map(|other| other.name())
    });
    let others = meant.filter(|other| *other != name).collect::<BTreeSet<_>>().into_iter();
    others.filter_map(|other| ids.get(other).copied()).collect()
}
