//! Libraries that packages have to provide, and the candidates for each.

use std::collections::{BTreeMap, BTreeSet};

use bstr::BString;
use rayon::prelude::*;

use crate::debian::catalog::{Catalog, CatalogError, LibraryCandidate, Package, Visibility, look_up};
use crate::elf::SymbolHash;
use crate::solve::resolve::{RequiredSymbols, SonameAnswer};
use crate::solve::solver::RequirementId;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// A soname, and the directories in which the objects that need it search for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LibraryRequest {
    pub(super) soname: Soname,
    pub(super) directories: Vec<RootedPath>,
}

/// A requested library with everything that is known about it.
pub(super) struct LibraryRequirement {
    pub(super) request: LibraryRequest,
    /// Symbol versions that the objects which need it require.
    pub(super) versions: BTreeSet<BString>,
    /// Symbols that those objects require and this library may have to define; not recorded if there is no choice.
    pub(super) symbols: RequiredSymbols,
    /// Packages that need it.
    pub(super) needed_by: BTreeSet<PackageName>,
    /// Packages whose file the search finds, the preferred one first.
    pub(super) candidates: Vec<ProviderCandidate>,
}

/// A package that may provide a library.
pub(super) struct ProviderCandidate {
    pub(super) candidate: LibraryCandidate,
    /// Facts about the package's file; none while its .deb was not read.
    pub(super) facts: Option<CandidateFacts>,
}

/// Facts about a candidate, known from its .deb.
pub(super) enum CandidateFacts {
    /// The dynamic linker accepts it.
    Fits {
        /// Symbol versions that it defines; empty if it has no versions at all.
        defines: Vec<BString>,
        /// Symbols that it and the package's other libraries that it loads export, sorted; none if they are not known, and
        /// empty if there is no other candidate.
        exports: Option<Vec<SymbolHash>>,
        /// Further libraries that it needs.
        needs: Vec<RequirementId>,
    },
    /// The dynamic linker rejects it, for this cause.
    Unfit(String),
}

/// Candidates of a requirement that the solver chooses from.
pub(super) struct UsableCandidates {
    /// Indices of [`LibraryRequirement::candidates`].
    pub(super) indices: Vec<usize>,
    /// Packages that were left out, since they do not define a version or a symbol that is required.
    pub(super) undefined_in: Vec<PackageName>,
    /// True if the user prefers one of the candidates.
    pub(super) is_preferred: bool,
}

impl RequiredDefinitions {
    fn is_empty(&self) -> bool {
        self.versions.is_empty() && self.symbols.is_empty()
    }
}

impl UsableCandidates {
    /// Returns true if a package is among the candidates to choose from.
    pub(super) fn has(&self, requirement: &LibraryRequirement, package: &PackageName) -> bool {
        self.indices.iter().any(|index| requirement.candidates[*index].name() == package)
    }
}

/// Symbols and symbol versions that an object requires of a library.
#[derive(Clone, Debug, Default)]
pub(super) struct RequiredDefinitions {
    /// Symbol versions.
    pub(super) versions: BTreeSet<BString>,
    /// Symbols that this library may have to define.
    pub(super) symbols: RequiredSymbols,
}

/// All requirements; the index of each is the id of the solver's requirement.
#[derive(Default)]
pub(super) struct Requirements {
    pub(super) all: Vec<LibraryRequirement>,
    /// Ids by the request and, if only that tells which candidate fits, the package that needs the library.
    ids: BTreeMap<(LibraryRequest, Option<PackageName>), RequirementId>,
    /// Candidates that were looked up for requests without a requirement yet.
    looked_up: BTreeMap<LibraryRequest, Vec<LibraryCandidate>>,
}

impl LibraryRequest {
    fn look_up(&self, catalog: &dyn Catalog) -> Result<Vec<LibraryCandidate>, CatalogError> {
        Ok(look_up(catalog, &self.soname, &self.directories, &[])?.candidates)
    }
}

impl Requirements {
    /// Returns the requirement of a request; the candidates of a new one are looked up.
    pub(super) fn id_of(
        &mut self,
        request: LibraryRequest,
        catalog: &dyn Catalog,
    ) -> Result<RequirementId, CatalogError> {
        let key = (request, None);
        if let Some(id) = self.ids.get(&key) {
            return Ok(*id);
        }
        let (request, _) = key;
        let looked_up = self.looked_up.remove(&request);
        let found = looked_up.map_or_else(|| request.look_up(catalog), Ok)?;
        Ok(self.add(request, None, found))
    }

    /// Returns the requirement of a library that a package needs. Where several packages provide it, what one package
    /// requires of it must not decide for another one that may not be chosen: each has a requirement of its own.
    pub(super) fn id_for_package(
        &mut self,
        request: LibraryRequest,
        package: &PackageName,
        required: &RequiredDefinitions,
        catalog: &dyn Catalog,
    ) -> Result<RequirementId, CatalogError> {
        let mut id = self.id_of(request.clone(), catalog)?;
        if self.all[id.0].candidates.len() > 1 && !required.is_empty() {
            let key = (request, Some(package.clone()));
            id = match self.ids.get(&key) {
                Some(known) => *known,
                None => {
                    let candidates = self.all[id.0].candidates.iter();
                    let candidates = candidates.map(|candidate| candidate.candidate.clone()).collect();
                    self.add(key.0, key.1, candidates)
                }
            };
        }
        self.note(id, Some(package), required);
        Ok(id)
    }

    /// Adds the requirement of a soname that was looked up when the apps were resolved.
    pub(super) fn add_answer(&mut self, answer: &SonameAnswer) -> RequirementId {
        let request = LibraryRequest { soname: answer.soname.clone(), directories: answer.searched.clone() };
        let id = self.add(request, None, answer.candidates.clone());
        let required =
            RequiredDefinitions { versions: answer.versions.clone(), symbols: answer.symbols.clone() };
        self.note(id, None, &required);
        id
    }

    fn add(
        &mut self,
        request: LibraryRequest,
        package: Option<PackageName>,
        candidates: Vec<LibraryCandidate>,
    ) -> RequirementId {
        let on_path = candidates.into_iter().filter(|candidate| candidate.visibility != Visibility::OffPath);
        let candidates = on_path.map(|candidate| ProviderCandidate { candidate, facts: None }).collect();
        let id = RequirementId(self.all.len());
        self.ids.insert((request.clone(), package), id);
        let (versions, symbols, needed_by) = Default::default();
        self.all.push(LibraryRequirement { request, versions, symbols, needed_by, candidates });
        id
    }

    /// Looks up the candidates of new requests on every core: most decode blocks of the catalog.
    pub(super) fn look_up_ahead<'requests>(
        &mut self,
        requests: impl Iterator<Item = &'requests LibraryRequest>,
        catalog: &dyn Catalog,
    ) -> Result<(), CatalogError> {
        let new: BTreeSet<&LibraryRequest> =
            requests.filter(|request| !self.ids.contains_key(&((*request).clone(), None))).collect();
        let found = new.into_par_iter().map(|request| Ok((request.clone(), request.look_up(catalog)?)));
        self.looked_up = found.collect::<Result<_, CatalogError>>()?;
        Ok(())
    }

    /// Adds a package that needs a requirement, and what it requires of the library.
    pub(super) fn note(
        &mut self,
        id: RequirementId,
        needed_by: Option<&PackageName>,
        required: &RequiredDefinitions,
    ) {
        let requirement = &mut self.all[id.0];
        requirement.versions.extend(required.versions.iter().cloned());
        if requirement.candidates.len() > 1 {
            requirement.symbols.extend(&required.symbols);
        }
        requirement.needed_by.extend(needed_by.cloned());
    }

    /// Returns true if any package may provide the library, whether or not the user avoids it.
    pub(super) fn has_candidate(&self, id: RequirementId) -> bool {
        self.all[id.0].candidates.iter().any(ProviderCandidate::may_fit)
    }

    /// Returns the requirements for a soname.
    pub(super) fn for_soname(
        &self,
        soname: &Soname,
    ) -> impl Iterator<Item = (RequirementId, &LibraryRequirement)> {
        let all = self.all.iter().enumerate().map(|(id, requirement)| (RequirementId(id), requirement));
        all.filter(move |(_, requirement)| requirement.request.soname == *soname)
    }

    /// Returns the candidates for a soname.
    pub(super) fn candidates_for(&self, soname: &Soname) -> impl Iterator<Item = &ProviderCandidate> {
        self.for_soname(soname).flat_map(|(_, requirement)| &requirement.candidates)
    }

    /// Returns the record of a package that is a candidate.
    pub(super) fn package(&self, name: &PackageName) -> Option<&Package> {
        Some(&self.candidate(name)?.candidate.package)
    }

    /// Returns the path of a library in a package that is a candidate, according to the catalog.
    pub(super) fn path_of(&self, name: &PackageName) -> Option<&RootedPath> {
        Some(&self.candidate(name)?.candidate.path)
    }

    fn candidate(&self, name: &PackageName) -> Option<&ProviderCandidate> {
        let mut candidates = self.all.iter().flat_map(|requirement| &requirement.candidates);
        candidates.find(|candidate| candidate.name() == name)
    }
}

impl ProviderCandidate {
    pub(super) fn name(&self) -> &PackageName {
        &self.candidate.package.name
    }

    /// Returns the symbols that the candidate exports, if they are known.
    fn exports(&self) -> Option<&[SymbolHash]> {
        match &self.facts {
            Some(CandidateFacts::Fits { exports, .. }) => exports.as_deref(),
            _ => None,
        }
    }

    fn may_fit(&self) -> bool {
        !matches!(self.facts, Some(CandidateFacts::Unfit(_)))
    }

    fn defines_all(&self, versions: &BTreeSet<BString>) -> bool {
        match &self.facts {
            // ld.so accepts a library without any versions, and does not warn.
            Some(CandidateFacts::Fits { defines, .. }) => {
                defines.is_empty() || versions.iter().all(|version| defines.contains(version))
            }
            _ => true,
        }
    }
}

impl LibraryRequirement {
    /// Returns the index of a package among the candidates.
    pub(super) fn index_of(&self, package: &PackageName) -> Option<usize> {
        self.candidates.iter().position(|candidate| candidate.name() == package)
    }

    /// Returns the soname for explanations, with the candidates that the user avoids.
    pub(super) fn label(&self, avoid: &BTreeSet<PackageName>) -> String {
        let names = self.candidates.iter().map(ProviderCandidate::name).filter(|name| avoid.contains(*name));
        let avoided: Vec<&str> =
            names.map(PackageName::as_str).collect::<BTreeSet<_>>().into_iter().collect();
        match avoided[..] {
            [] => self.request.soname.to_string(),
            _ => format!("{} (avoided: {})", self.request.soname, avoided.join(", ")),
        }
    }

    /// Returns the candidates to choose from: those that the dynamic linker accepts and the user does not avoid; of
    /// those, the ones that the user prefers; of those, the ones that define the needed versions, if any does; and of
    /// those, the ones that lack the fewest of the required symbols that any of them exports. `all` has the other libraries
    /// that may define a symbol instead.
    pub(super) fn usable(
        &self,
        all: &Requirements,
        prefer: &BTreeSet<PackageName>,
        avoid: &BTreeSet<PackageName>,
    ) -> UsableCandidates {
        let candidates = self.candidates.iter().enumerate();
        let fitting =
            candidates.filter(|(_, candidate)| candidate.may_fit() && !avoid.contains(candidate.name()));
        let mut left: Vec<(usize, &ProviderCandidate)> = fitting.collect();
        let is_preferred = left.iter().any(|(_, candidate)| prefer.contains(candidate.name()));
        if is_preferred {
            left.retain(|(_, candidate)| prefer.contains(candidate.name()));
        }
        let before: Vec<&PackageName> = left.iter().map(|(_, candidate)| candidate.name()).collect();
        if left.iter().any(|(_, candidate)| candidate.defines_all(&self.versions)) {
            left.retain(|(_, candidate)| candidate.defines_all(&self.versions));
        }
        self.retain_by_symbols(&mut left, all);
        let is_left_out = |name: &&PackageName| !left.iter().any(|(_, candidate)| candidate.name() == *name);
        let undefined_in = before.into_iter().filter(is_left_out).cloned().collect();
        let indices = left.into_iter().map(|(index, _)| index).collect();
        UsableCandidates { indices, undefined_in, is_preferred }
    }

    /// Keeps the candidates that lack the fewest of the required symbols that any of them exports and no candidate of another
    /// library that the same objects need. One whose symbols are not known lacks none.
    fn retain_by_symbols(&self, left: &mut Vec<(usize, &ProviderCandidate)>, all: &Requirements) {
        if left.len() < 2 || self.symbols.is_empty() {
            return;
        }
        let exports: Vec<&[SymbolHash]> =
            left.iter().filter_map(|(_, candidate)| candidate.exports()).collect();
        let is_exported =
            |symbol: &SymbolHash| exports.iter().any(|exports| exports.binary_search(symbol).is_ok());
        let may_define = |other: &Soname, symbol: SymbolHash| {
            let mut exports = all.candidates_for(other).filter_map(ProviderCandidate::exports);
            exports.any(|exports| exports.binary_search(&symbol).is_ok())
        };
        let required = self.symbols.iter().filter(|(symbol, others)| {
            is_exported(symbol) && !others.iter().any(|other| may_define(other, *symbol))
        });
        let required: Vec<SymbolHash> = required.map(|(symbol, _)| symbol).collect();
        let lacking = |candidate: &ProviderCandidate| {
            let lacks = |exports: &[SymbolHash]| {
                required.iter().filter(|symbol| exports.binary_search(symbol).is_err()).count()
            };
            candidate.exports().map_or(0, lacks)
        };
        let fewest = left.iter().map(|(_, candidate)| lacking(candidate)).min().unwrap_or(0);
        left.retain(|(_, candidate)| lacking(candidate) == fewest);
    }
}
