//! The steps of a closure: choose, read, probe, choose again, and link the whole.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::choice::Choice;
use super::closed_root::{ClosedRoot, PackageOf};
use super::error::ClosureError;
use super::inputs::ClosureInputs;
use super::options::ClosureOptions;
use super::overlay::Overlay;
use super::read_package::ReadPackage;
use super::requirements::{LibraryRequest, RequiredDefinitions, Requirements};
use super::result::{ClosedResolution, Closure};
use super::state::ClosureState;
use crate::app::{LinkScope, LinkedApps, link};
use crate::debian::catalog::{Catalog, CatalogError, Package};
use crate::debian::debs::{Availability, DebFacts};
use crate::solve::resolve::{Problem, RequiredSymbols, SonameNeed, Status, gather_needs, required_versions};
use crate::solve::solver::{RequirementId, Unsolvable};
use crate::tree::root::Root;
use crate::vocabulary::{PackageName, Soname};

/// A closure that is being computed. The caller reads packages:
///
/// 1. While [`Self::packages_to_read`] returns any, read them and pass them to [`Self::add_packages`].
/// 2. Call [`Self::plan`], [`Self::resolution`] or [`Self::show`]. If there is no result yet, go on with 1.
pub struct ClosureSolver<'trees> {
    state: ClosureState<'trees>,
}

impl<'trees> ClosureSolver<'trees> {
    /// Starts with every soname that the resolution has a package for.
    pub fn new(
        inputs: ClosureInputs<'trees>,
        catalog: &'trees dyn Catalog,
        options: &'trees ClosureOptions,
    ) -> Self {
        let mut requirements = Requirements::default();
        let answers = inputs.resolution.sonames.iter();
        let provided = answers.filter(|answer| answer.status == Status::Package);
        let wanted = provided.map(|answer| requirements.add_answer(answer)).collect();
        let (packages, unread, unknown) = Default::default();
        Self {
            state: ClosureState { inputs, catalog, options, requirements, wanted, packages, unread, unknown },
        }
    }

    /// Returns the packages of the best choice that were not read yet; none if the choice is final.
    ///
    /// # Errors
    /// If no choice provides everything.
    pub fn packages_to_read(&self) -> Result<Vec<Package>, Unsolvable> {
        let state = &self.state;
        let choice = Choice::make(state)?;
        let is_new =
            |name: &&PackageName| !state.packages.contains_key(*name) && !state.unread.contains_key(*name);
        let compared = choice.compared(state);
        let names: BTreeSet<&PackageName> = choice.packages().into_iter().chain(compared).collect();
        let new = names.into_iter().filter(is_new);
        Ok(new.filter_map(|name| state.requirements.package(name).cloned()).collect())
    }

    /// Returns the packages that were not read and whose needs tell if there is a smaller choice. They are not worth a
    /// download.
    ///
    /// # Errors
    /// If no choice provides everything.
    pub fn packages_to_compare(&self) -> Result<Vec<Package>, Unsolvable> {
        Ok(Choice::make(&self.state)?.unread_of_smallest(&self.state))
    }

    /// Adds the packages of [`Self::packages_to_compare`] as far as they are known.
    ///
    /// # Errors
    /// As for [`Self::add_packages`].
    pub fn add_known_packages(
        &mut self,
        known: Vec<(Package, Option<DebFacts>)>,
    ) -> Result<(), CatalogError> {
        let mut read = Vec::new();
        for (package, deb) in known {
            match deb {
                Some(deb) => read.push((package, Availability::from(deb))),
                None => _ = self.state.unknown.insert(package.name),
            }
        }
        self.add_packages(read)
    }

    /// Adds packages that were read, or the causes for which they could not be.
    ///
    /// # Errors
    /// If the catalog's data is broken.
    pub fn add_packages(&mut self, read: Vec<(Package, Availability<DebFacts>)>) -> Result<(), CatalogError> {
        let architecture = self.state.catalog.provenance().target.architecture;
        let parse = |(package, deb): (Package, Availability<DebFacts>)| {
            let name = package.name.clone();
            let read = match deb {
                Availability::Available(deb) => Ok(ReadPackage::new(package, deb, architecture)),
                Availability::Unavailable(cause) => Err(cause.to_string()),
            };
            (name, read)
        };
        let read: Vec<(PackageName, Result<ReadPackage, String>)> = read.into_par_iter().map(parse).collect();
        for (name, read) in read {
            match read {
                Ok(read) => _ = self.state.packages.insert(name, read),
                Err(cause) => _ = self.state.unread.insert(name, cause),
            }
        }
        self.state.probe()
    }

    /// Makes the Plan. Returns none if something is still missing that a package has; that is required from then on.
    ///
    /// # Errors
    /// If no choice provides everything or the catalog's data is broken.
    pub fn plan(&mut self) -> Result<Option<Closure>, ClosureError> {
        self.with_closed_root(ClosureState::plan)
    }

    /// Makes the resolution. Returns none as [`Self::plan`] does.
    ///
    /// # Errors
    /// As for [`Self::plan`].
    pub fn resolution(&mut self, with_graph: bool) -> Result<Option<ClosedResolution>, ClosureError> {
        self.with_closed_root(|state, closed| state.resolution(closed, with_graph))
    }

    /// Calls `show` with the root, everything linked in it and the package of each node, and returns its answer with a
    /// problem for each package that could not be read. Returns none as [`Self::plan`] does.
    ///
    /// # Errors
    /// As for [`Self::plan`].
    pub fn show<Answer>(
        &mut self,
        show: &mut impl FnMut(&Root<'_>, &LinkedApps<'_>, PackageOf<'_>) -> Answer,
    ) -> Result<Option<(Answer, Vec<Problem>)>, ClosureError> {
        self.with_closed_root(|state, ClosedRoot { overlaid, linked, unread, .. }| {
            let package_of = |node| overlaid.package_of(node).map(|read| read.name().clone());
            let answer = show(&overlaid.root, linked, &package_of);
            Ok((answer, state.unread_problems(unread)))
        })
    }

    /// Lays the chosen packages over the apps and links everything.
    fn with_closed_root<Answer>(
        &mut self,
        answer: impl FnOnce(&ClosureState<'trees>, &ClosedRoot<'_, '_>) -> Result<Answer, ClosureError>,
    ) -> Result<Option<Answer>, ClosureError> {
        let choice = Choice::make(&self.state)?;
        let new = {
            let ClosureState { inputs, catalog, options, .. } = self.state;
            let ClosureInputs { root, trees, settings, target, .. } = inputs;
            let overlay = Overlay::new(&choice, &self.state.packages, &options.prefer);
            let overlaid = overlay.over(root, |_, _| true);
            let linked = link(&overlaid.root, trees, settings, LinkScope::InContext);
            let linked = linked.judged(&overlaid.root, trees, Some(target));
            let needs = gather_needs(&overlaid.root, trees, &linked, Some(target), catalog)?;
            let missing = still_missing(&self.state, &overlaid.root, &needs, &linked);
            let new = unmet_by(&choice, missing, &mut self.state.requirements, catalog)?;
            if new.is_empty() {
                let starts = self.state.starts(&linked);
                let unread = choice.unread(&self.state);
                let closed = ClosedRoot {
                    choice: &choice,
                    overlay: &overlay,
                    overlaid: &overlaid,
                    linked: &linked,
                    starts,
                    needs: &needs,
                    unread,
                };
                return answer(&self.state, &closed).map(Some);
            }
            new
        };
        self.state.wanted.extend(new);
        self.state.probe()?;
        Ok(None)
    }
}

/// A request, and what is required of the library.
type MissingLibrary = (LibraryRequest, RequiredDefinitions);

/// Returns the libraries that are missing with the chosen packages, without those that no package provides.
fn still_missing(
    state: &ClosureState<'_>,
    root: &Root<'_>,
    needs: &[(&Soname, SonameNeed)],
    linked: &LinkedApps<'_>,
) -> Vec<MissingLibrary> {
    let unprovided = state.unprovided();
    let is_new =
        |(soname, need): &&(&Soname, SonameNeed)| !need.missing.is_empty() && !unprovided.contains(soname);
    let request = |(soname, need): &(&Soname, SonameNeed)| {
        let objects = need.missing.iter().map(|(start, by)| &linked.starts[*start].map.objects[*by]);
        let mut required = RequiredDefinitions::default();
        for object in objects {
            required.versions.extend(required_versions(object.facts, soname).cloned());
            let trees = state.inputs.trees;
            let symbols = RequiredSymbols::of_object(root, trees, object.node, object.facts, soname);
            required.symbols.extend(&symbols);
        }
        let directories = linked.searched_directories(&need.missing);
        (LibraryRequest { soname: (*soname).clone(), directories }, required)
    };
    needs.iter().filter(is_new).map(request).collect()
}

/// Adds requirements for missing libraries, and returns those that have candidates and that the choice does not meet.
fn unmet_by(
    choice: &Choice,
    missing: Vec<MissingLibrary>,
    requirements: &mut Requirements,
    catalog: &dyn Catalog,
) -> Result<Vec<RequirementId>, CatalogError> {
    let mut unmet = Vec::new();
    for (request, required) in missing {
        let id = requirements.id_of(request, catalog)?;
        requirements.note(id, None, &required);
        if requirements.has_candidate(id) && !choice.meets(id) {
            unmet.push(id);
        }
    }
    Ok(unmet)
}
