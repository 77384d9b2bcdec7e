//! Libraries that packages have to provide, and the candidates for each.

use std::collections::{BTreeMap, BTreeSet};

use bstr::BString;
use rayon::prelude::*;

use crate::debian::catalog::{
    Catalog, CatalogError, LibraryCandidate, Package, Visibility, is_named_for, look_up,
};
use crate::solve::resolve::SonameAnswer;
use crate::solve::solver::RequirementId;
use crate::vocabulary::{ChoiceReason, PackageName, RootedPath, Soname};

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
    /// Packages that need it.
    pub(super) needed_by: BTreeSet<PackageName>,
    /// Packages whose file the search finds, the preferred one first.
    pub(super) candidates: Vec<ProviderCandidate>,
    /// Reason for the preferred one, unless something else decides.
    pub(super) reason: Option<ChoiceReason>,
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
    /// Packages that were left out, since another one is the library's own.
    pub(super) not_named_for_soname: Vec<PackageName>,
    /// True if the user prefers one of the candidates.
    pub(super) is_preferred: bool,
}

/// Candidates for a request, and the reason for the order of the first.
type Found = (Vec<LibraryCandidate>, Option<ChoiceReason>);

/// All requirements; the index of each is the id of the solver's requirement.
#[derive(Default)]
pub(super) struct Requirements {
    pub(super) all: Vec<LibraryRequirement>,
    ids: BTreeMap<LibraryRequest, RequirementId>,
    /// Candidates that were looked up for requests without a requirement yet.
    looked_up: BTreeMap<LibraryRequest, Found>,
}

impl LibraryRequest {
    fn look_up(&self, catalog: &dyn Catalog) -> Result<Found, CatalogError> {
        let answer = look_up(catalog, &self.soname, &self.directories, &[])?;
        Ok((answer.candidates, answer.reason))
    }
}

impl Requirements {
    /// Returns the requirement of a request; the candidates of a new one are looked up.
    pub(super) fn id_of(
        &mut self,
        request: LibraryRequest,
        catalog: &dyn Catalog,
    ) -> Result<RequirementId, CatalogError> {
        if let Some(id) = self.ids.get(&request) {
            return Ok(*id);
        }
        let looked_up = self.looked_up.remove(&request);
        let found = looked_up.map_or_else(|| request.look_up(catalog), Ok)?;
        Ok(self.add(request, found))
    }

    /// Adds the requirement of a soname that was looked up when the apps were resolved.
    pub(super) fn add_answer(&mut self, answer: &SonameAnswer) -> RequirementId {
        let request = LibraryRequest { soname: answer.soname.clone(), directories: answer.searched.clone() };
        let reason = answer.package.as_ref().map(|(_, reason)| *reason);
        let id = self.add(request, (answer.candidates.clone(), reason));
        self.note(id, None, &answer.versions);
        id
    }

    fn add(&mut self, request: LibraryRequest, (candidates, reason): Found) -> RequirementId {
        let on_path = candidates.into_iter().filter(|candidate| candidate.visibility != Visibility::OffPath);
        let candidates = on_path.map(|candidate| ProviderCandidate { candidate, facts: None }).collect();
        let id = RequirementId(self.all.len());
        self.ids.insert(request.clone(), id);
        let (versions, needed_by) = (BTreeSet::new(), BTreeSet::new());
        self.all.push(LibraryRequirement { request, versions, needed_by, candidates, reason });
        id
    }

    /// Looks up the candidates of new requests on every core: most decode blocks of the catalog.
    pub(super) fn look_up_ahead<'requests>(
        &mut self,
        requests: impl Iterator<Item = &'requests LibraryRequest>,
        catalog: &dyn Catalog,
    ) -> Result<(), CatalogError> {
        let new: BTreeSet<&LibraryRequest> =
            requests.filter(|request| !self.ids.contains_key(*request)).collect();
        let found = new.into_par_iter().map(|request| Ok((request.clone(), request.look_up(catalog)?)));
        self.looked_up = found.collect::<Result<_, CatalogError>>()?;
        Ok(())
    }

    /// Adds a package that needs a requirement, and the symbol versions that are needed.
    pub(super) fn note(
        &mut self,
        id: RequirementId,
        needed_by: Option<&PackageName>,
        versions: &BTreeSet<BString>,
    ) {
        let requirement = &mut self.all[id.0];
        requirement.versions.extend(versions.iter().cloned());
        requirement.needed_by.extend(needed_by.cloned());
    }

    /// Returns true if any package may provide the library, whether or not the user avoids it.
    pub(super) fn has_candidate(&self, id: RequirementId) -> bool {
        self.all[id.0].candidates.iter().any(ProviderCandidate::may_fit)
    }

    /// Returns the requirements for a soname.
    pub(super) fn for_soname(&self, soname: &Soname) -> impl Iterator<Item = &LibraryRequirement> {
        self.all.iter().filter(move |requirement| requirement.request.soname == *soname)
    }

    /// Returns the candidates for a soname.
    pub(super) fn candidates_for(&self, soname: &Soname) -> impl Iterator<Item = &ProviderCandidate> {
        self.for_soname(soname).flat_map(|requirement| &requirement.candidates)
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
    /// those, the ones that the user prefers, or else the library's own package (Debian Policy §8.1) if there is one;
    /// and of those, the ones that define the needed versions, if any does.
    pub(super) fn usable(
        &self,
        prefer: &BTreeSet<PackageName>,
        avoid: &BTreeSet<PackageName>,
    ) -> UsableCandidates {
        let candidates = self.candidates.iter().enumerate();
        let fitting =
            candidates.filter(|(_, candidate)| candidate.may_fit() && !avoid.contains(candidate.name()));
        let mut left: Vec<(usize, &ProviderCandidate)> = fitting.collect();
        let is_preferred = left.iter().any(|(_, candidate)| prefer.contains(candidate.name()));
        let mut not_named_for_soname = Vec::new();
        if is_preferred {
            left.retain(|(_, candidate)| prefer.contains(candidate.name()));
        } else {
            let is_own = |candidate: &ProviderCandidate| {
                candidate.candidate.visibility == Visibility::OnPath
                    && is_named_for(candidate.name(), &self.request.soname)
            };
            if left.iter().any(|(_, candidate)| is_own(candidate)) {
                let others = left.iter().filter(|(_, candidate)| !is_own(candidate));
                not_named_for_soname = others.map(|(_, candidate)| candidate.name().clone()).collect();
                left.retain(|(_, candidate)| is_own(candidate));
            }
        }
        if left.iter().any(|(_, candidate)| candidate.defines_all(&self.versions)) {
            left.retain(|(_, candidate)| candidate.defines_all(&self.versions));
        }
        let indices = left.into_iter().map(|(index, _)| index).collect();
        UsableCandidates { indices, not_named_for_soname, is_preferred }
    }
}
