//! Encoding of the requirements as an instance for the solver.
//!
//! An option's rank is its place in Debian's own order of the candidates; candidates that Debian does not tell apart share a
//! rank. Packages of different versions of one source, such as llvm-toolchain-13 and -14, whose libraries replace each
//! other conflict: their libraries were never built for each other.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::read_package::ReadPackage;
use super::requirements::{CandidateFacts, LibraryRequirement, ProviderCandidate, UsableCandidates};
use super::state::ClosureState;
use crate::debian::catalog::{Relation, source_and_version};
use crate::debian::debs::stated_dependency;
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
    ///
    /// With `may_mix`, versions of one source may be mixed.
    pub(super) fn of(state: &ClosureState<'_>, may_mix: bool) -> Self {
        let options = state.options;
        let requirements = &state.requirements.all;
        let mut usable: Vec<UsableCandidates> = requirements
            .iter()
            .map(|requirement| requirement.usable(&state.requirements, &options.prefer, &options.avoid))
            .collect();
        let mut ranks: Vec<Vec<u32>> = Vec::with_capacity(usable.len());
        for (requirement, usable) in requirements.iter().zip(&mut usable) {
            ranks.push(rank(state, requirement, &mut usable.indices));
        }
        let mut sizes: BTreeMap<&PackageName, u64> = BTreeMap::new();
        for (requirement, usable) in requirements.iter().zip(&usable) {
            for index in &usable.indices {
                let package = &requirement.candidates[*index].candidate.package;
                sizes.insert(&package.name, package.installed_size_kib);
            }
        }
        let ids: Ids<'_> = sizes.keys().enumerate().map(|(index, name)| (*name, PackageId(index))).collect();
        let ranked = requirements.iter().zip(usable.iter().zip(&ranks));
        let of_libraries = ranked.map(|(requirement, (usable, ranks))| Requirement {
            label: requirement.label(&options.avoid),
            options: solver_options(state, requirement, usable, ranks, &ids),
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
        let versions = if may_mix { BTreeMap::new() } else { source_versions(requirements) };
        let conflicts = |name: &PackageName| {
            let mut conflicts = conflicts(state, name, &ids, &by_name);
            conflicts.extend(other_versions(name, &versions, &ids));
            conflicts
        };
        let instance = Instance {
            wanted: with_candidates(state, &state.wanted).into_iter().chain(of_base).collect(),
            requirements: encoded,
            packages: sizes
                .iter()
                .map(|(name, size)| Solvable {
                    name: (*name).clone(),
                    installed_size_kib: *size,
                    conflicts: conflicts(name),
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
    ranks: &[u32],
    ids: &Ids<'_>,
) -> Vec<SolverOption> {
    let ranked = ranks.iter().zip(&usable.indices);
    let option = |(rank, index): (&u32, &usize)| {
        let candidate = &requirement.candidates[*index];
        let needs = match &candidate.facts {
            Some(CandidateFacts::Fits { needs, .. }) => with_candidates(state, needs),
            _ => Vec::new(),
        };
        Some(SolverOption { package: *ids.get(candidate.name())?, needs, rank: *rank })
    };
    ranked.filter_map(option).collect()
}

/// Returns the requirements that have a candidate. The others are problems of the answer, and not the solver's.
fn with_candidates(state: &ClosureState<'_>, ids: &[RequirementId]) -> Vec<RequirementId> {
    ids.iter().copied().filter(|id| state.requirements.has_candidate(*id)).collect()
}

/// Sorts the candidates of a requirement by Debian's order, and returns the rank of each.
fn rank(state: &ClosureState<'_>, requirement: &LibraryRequirement, indices: &mut Vec<usize>) -> Vec<u32> {
    let named_first = match indices.len() {
        0 | 1 => Vec::new(),
        _ => named_first(state, requirement),
    };
    let key = |index: &usize| preference(state, requirement, &named_first, &requirement.candidates[*index]);
    let mut keyed: Vec<_> = indices.iter().map(|index| (key(index), *index)).collect();
    let name = |index: &usize| requirement.candidates[*index].name();
    keyed.sort_by(|(one, first), (other, second)| one.cmp(other).then_with(|| name(first).cmp(name(second))));
    *indices = keyed.iter().map(|(_, index)| *index).collect();
    let mut ranks: Vec<u32> = Vec::with_capacity(keyed.len());
    for (position, (key, _)) in keyed.iter().enumerate() {
        let before = position.checked_sub(1).map(|before| (&keyed[before].0, ranks[before]));
        ranks.push(before.map_or(0, |(before, rank)| rank + u32::from(before != key)));
    }
    ranks
}

/// Returns the packages that the candidates' own symbols and shlibs files name first, as far as they were read.
fn named_first(state: &ClosureState<'_>, requirement: &LibraryRequirement) -> Vec<PackageName> {
    let file_name = requirement.request.soname.file_name();
    let read = requirement.candidates.iter().filter_map(|candidate| state.packages.get(candidate.name()));
    let stated = read.map(|read| stated_dependency(&read.deb, file_name));
    stated.filter_map(|names| names.into_iter().find(|name| requirement.index_of(name).is_some())).collect()
}

/// Returns the key of Debian's order, the lowest first: a package of the base, the order that the catalog knows, the
/// package that the candidates name first, the library's own package, an earlier alternative in the Depends of the
/// packages that need the library, and the higher priority of update-alternatives.
fn preference(
    state: &ClosureState<'_>,
    requirement: &LibraryRequirement,
    named_first: &[PackageName],
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
        !state.options.present.contains(&package.name),
        candidate.candidate.preference.debians_order(),
        Reverse(named_first.iter().filter(|name| **name == package.name).count()),
        candidate.candidate.preference,
        alternative.unwrap_or(usize::MAX),
        Reverse(priority),
    )
}

/// Source of a package, whose name ends with a version: `llvm-toolchain-` and `14`.
type SourceVersion<'name> = (&'name str, &'name str);

/// Returns the sources with a version in their names of the packages that provide libraries in place of another version's.
fn source_versions(requirements: &[LibraryRequirement]) -> BTreeMap<&PackageName, SourceVersion<'_>> {
    let mut versions = BTreeMap::new();
    for requirement in requirements.iter().filter(|requirement| requirement.candidates.len() > 1) {
        let of_source = requirement.candidates.iter().filter_map(|candidate| {
            let package = &candidate.candidate.package;
            Some((&package.name, source_version(package.pool_source()?)?))
        });
        let of_source: Vec<(&PackageName, SourceVersion<'_>)> = of_source.collect();
        for (name, (source, version)) in &of_source {
            let is_other =
                |(_, other): &&(&PackageName, SourceVersion<'_>)| other.0 == *source && other.1 != *version;
            if of_source.iter().any(|other| is_other(&other)) {
                versions.insert(*name, (*source, *version));
            }
        }
    }
    versions
}

fn source_version(source: &str) -> Option<SourceVersion<'_>> {
    let (stem, version) = source_and_version(source);
    (!stem.is_empty() && !version.is_empty()).then_some((stem, version))
}

/// Returns the packages of other versions of a package's source.
fn other_versions(
    name: &PackageName,
    versions: &BTreeMap<&PackageName, SourceVersion<'_>>,
    ids: &Ids<'_>,
) -> Vec<PackageId> {
    let Some((source, version)) = versions.get(name) else { return Vec::new() };
    let others = versions.iter().filter(|(_, other)| other.0 == *source && other.1 != *version);
    others.filter_map(|(other, _)| ids.get(*other).copied()).collect()
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
