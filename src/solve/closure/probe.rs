//! Links each candidate's file on its own, over the apps and with its own package, to find its further needs.

use std::collections::BTreeMap;

use bstr::BString;
use rayon::prelude::*;

use super::overlay::alternative_links;
use super::read_package::ReadPackage;
use super::requirements::{CandidateFacts, LibraryRequest, LibraryRequirement, RequiredDefinitions};
use super::state::ClosureState;
use crate::app::linker;
use crate::debian::catalog::CatalogError;
use crate::debian::inclusions::is_processor_copy;
use crate::elf::SymbolHash;
use crate::loader::{LinkMap, Linker};
use crate::solve::resolve::{RequiredSymbols, requested_soname, required_versions};
use crate::solve::solver::RequirementId;
use crate::tree::inventory::Content;
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::PackageName;

/// A requirement, and the index of one of its candidates.
type CandidateId = (RequirementId, usize);

/// Result of linking one candidate's file.
enum Probed {
    Fits {
        defines: Vec<BString>,
        exports: Option<Vec<SymbolHash>>,
        needs: Vec<(LibraryRequest, RequiredDefinitions)>,
    },
    Unfit(String),
}

impl Probed {
    fn requests(&self) -> impl Iterator<Item = &LibraryRequest> {
        let needs = match self {
            Self::Fits { needs, .. } => needs.as_slice(),
            Self::Unfit(_) => &[],
        };
        needs.iter().map(|(request, _)| request)
    }
}

impl ClosureState<'_> {
    /// Finds the needs of every candidate whose package was read, and the candidates for those needs.
    pub(super) fn probe(&mut self) -> Result<(), CatalogError> {
        loop {
            let open = self.unprobed();
            if open.is_empty() {
                return Ok(());
            }
            let probed: Vec<Vec<(CandidateId, Probed)>> = open
                .par_iter()
                .map(|(package, candidates)| self.probe_package(package, candidates))
                .collect::<Result<_, CatalogError>>()?;
            let requests = probed.iter().flatten().flat_map(|(_, probed)| probed.requests());
            self.requirements.look_up_ahead(requests, self.catalog)?;
            for ((package, _), candidates) in open.into_iter().zip(probed) {
                for ((id, index), probed) in candidates {
                    let facts = self.facts(&package, probed)?;
                    self.requirements.all[id.0].candidates[index].facts = Some(facts);
                }
            }
        }
    }

    /// Returns the candidates without facts whose packages were read, by package.
    fn unprobed(&self) -> Vec<(PackageName, Vec<CandidateId>)> {
        let mut open: BTreeMap<PackageName, Vec<CandidateId>> = BTreeMap::new();
        for (id, requirement) in self.requirements.all.iter().enumerate() {
            for (index, candidate) in requirement.candidates.iter().enumerate() {
                if candidate.facts.is_none() && self.packages.contains_key(candidate.name()) {
                    open.entry(candidate.name().clone()).or_default().push((RequirementId(id), index));
                }
            }
        }
        open.into_iter().collect()
    }

    fn facts(&mut self, package: &PackageName, probed: Probed) -> Result<CandidateFacts, CatalogError> {
        match probed {
            Probed::Unfit(cause) => Ok(CandidateFacts::Unfit(cause)),
            Probed::Fits { defines, exports, needs } => {
                let mut ids = Vec::new();
                for (request, required) in needs {
                    ids.push(self.requirements.id_for_package(request, package, &required, self.catalog)?);
                }
                ids.sort_unstable();
                ids.dedup();
                Ok(CandidateFacts::Fits { defines, exports, needs: ids })
            }
        }
    }

    fn probe_package(
        &self,
        package: &PackageName,
        candidates: &[CandidateId],
    ) -> Result<Vec<(CandidateId, Probed)>, CatalogError> {
        let Some(read) = self.packages.get(package) else { return Ok(Vec::new()) };
        let links = alternative_links(&read.actions, &read.deb, |_| true);
        let mut root = Root::over(self.inputs.root);
        let own = root.install(&read.deb.inventory, |path| !is_processor_copy(path));
        root.install(&links, |_| true);
        let Ok(mut linker) = linker(&root, self.inputs.target.machine, self.inputs.settings) else {
            return Ok(Vec::new());
        };
        candidates
            .iter()
            .map(|candidate| {
                let requirement = &self.requirements.all[candidate.0.0];
                Ok((*candidate, self.probe_file(read, &root, own, &mut linker, requirement)?))
            })
            .collect()
    }

    fn probe_file<'root>(
        &self,
        read: &ReadPackage,
        root: &'root Root<'root>,
        own: MountId,
        linker: &mut Linker<'root>,
        requirement: &LibraryRequirement,
    ) -> Result<Probed, CatalogError> {
        let request = &requirement.request;
        let Some(node) = find_own(root, own, request) else {
            let name = read.name();
            return Ok(Probed::Unfit(format!("{name} has no {} where it is searched for", request.soname)));
        };
        let facts = match root.content(node) {
            Some(Content::Object(facts)) if self.inputs.target.matches(facts) => facts,
            _ => return Ok(Probed::Unfit(format!("{} is not a library for this machine", root.path(node)))),
        };
        let map = linker.library(node, facts, None);
        let mut needs: BTreeMap<LibraryRequest, RequiredDefinitions> = BTreeMap::new();
        for edge in map.missing() {
            let directories = linker.searched_directories(std::iter::once((&map, edge.by.get())));
            let soname = requested_soname(edge, self.catalog)?;
            let facts = map[edge.by].facts;
            let request = LibraryRequest { soname: soname.clone(), directories };
            let required = needs.entry(request).or_default();
            required.versions.extend(required_versions(facts, soname).cloned());
            required.symbols.extend(&RequiredSymbols::of_facts(facts, soname));
        }
        let exports = match requirement.candidates.len() {
            0 | 1 => Some(Vec::new()),
            _ => exports(&map, |node| root.mount_of(node) == own),
        };
        let defines = facts.version_definitions.clone();
        Ok(Probed::Fits { defines, exports, needs: needs.into_iter().collect() })
    }
}

/// Returns the symbols that a library exports together with those libraries that it loads from its own package; none if
/// they are not known.
fn exports(map: &LinkMap<'_>, is_own: impl Fn(NodeId) -> bool) -> Option<Vec<SymbolHash>> {
    let mut exported = map.start().facts.symbols.as_ref()?.exported.clone();
    let others = map.objects.iter().filter(|object| object.node != map.start().node && is_own(object.node));
    let symbols = others.filter_map(|object| object.facts.symbols.as_ref());
    exported.extend(symbols.flat_map(|symbols| &symbols.exported));
    exported.sort_unstable();
    exported.dedup();
    Some(exported)
}

/// Returns the package's own file that the dynamic linker finds for a request, if it finds one.
fn find_own(root: &Root<'_>, own: MountId, request: &LibraryRequest) -> Option<NodeId> {
    let name = request.soname.as_bytes();
    let at = |path: &[u8]| root.resolve(root.top(), path).ok().filter(|node| root.mount_of(*node) == own);
    if name.contains(&b'/') {
        return at(name);
    }
    request.directories.iter().find_map(|directory| at(directory.join(name).as_bytes()))
}
