//! The packages of which files are included, read.

use std::collections::BTreeSet;

use super::debs::Debs;
use crate::app::{IncludedFiles, InputTrees};
use crate::debian::catalog::{Catalog, CatalogError, Package, parse_relations};
use crate::debian::debs::{Availability, DebFacts};
use crate::debian::inclusions::{FileSet, Inclusion, Runtime};
use crate::solve::closure::{CloseError, Closed, ClosureOptions, IncludedPackage, missing_data_loads};
use crate::vocabulary::PackageName;

/// The fields in which packages name what they can't do without.
const DEPENDS: [&str; 2] = ["Pre-Depends", "Depends"];

/// What is included so far.
pub(super) struct Including {
    /// The packages, in the order in which they came.
    pub(super) packages: Vec<IncludedPackage>,
    /// What goes with libraries of the Plan and only some programs want, sorted.
    pub(super) useful: Vec<Inclusion>,
    /// What should be there, and why its .deb could not be read.
    pub(super) unread: Vec<(Inclusion, String)>,
    /// What rules name and this release's packages do not have.
    unmet: Vec<Inclusion>,
}

impl Including {
    /// What the user names.
    pub(super) fn named<Error>(
        terms: &ClosureOptions,
        catalog: &dyn Catalog,
        debs: &impl Debs<Error = Error>,
    ) -> Result<Self, Error>
    where
        Error: From<CatalogError> + From<CloseError>,
    {
        let mut including =
            Self { packages: Vec::new(), useful: Vec::new(), unread: Vec::new(), unmet: Vec::new() };
        // What a user names may be any file.
        let reader = Reader { catalog, debs, reads_whole: true };
        for inclusion in &terms.include {
            let read = reader.read_all(slice_of(inclusion))?;
            let met = read.iter().any(|one| has_first(&one.deb, &inclusion.extent));
            if let (false, FileSet::Files(patterns)) = (met, &inclusion.extent)
                && let Some(pattern) = patterns.first()
            {
                let (package, pattern) = (inclusion.package.clone(), pattern.clone());
                return Err(CloseError::NothingIncluded { package, pattern }.into());
            }
            including.add(read);
        }
        for runtime in &terms.runtimes {
            including.add_runtime(runtime, &reader)?;
        }
        Ok(including)
    }

    /// Included files, as a part of the trees.
    pub(super) fn included_files(&self) -> Vec<IncludedFiles> {
        self.packages.iter().map(IncludedPackage::source).collect()
    }

    /// An interpreter: its first packages, and what they depend on as far as it belongs to the interpreter.
    fn add_runtime<Error, D: Debs<Error = Error>>(
        &mut self,
        runtime: &Runtime,
        reader: &Reader<'_, D>,
    ) -> Result<(), Error>
    where
        Error: From<CatalogError> + From<CloseError>,
    {
        let mut wanted = runtime.seeds();
        let mut known: BTreeSet<PackageName> =
            wanted.iter().map(|inclusion| inclusion.package.clone()).collect();
        while !wanted.is_empty() {
            let read = reader.read_all(&wanted)?;
            let depends = read.iter().flat_map(|one| reader.depends(&one.deb));
            let follows = depends.filter_map(|name| runtime.follow(&name));
            wanted = follows.filter(|inclusion| known.insert(inclusion.package.clone())).collect();
            self.add(read);
        }
        Ok(())
    }

    /// The copyright files that are elsewhere, and what the rules on the data of libraries say of a Plan, read; what is
    /// included already is left out.
    pub(super) fn due<Error>(
        &mut self,
        closed: &Closed,
        trees: &InputTrees,
        terms: &ClosureOptions,
        catalog: &dyn Catalog,
        debs: &impl Debs<Error = Error>,
    ) -> Result<Vec<IncludedPackage>, Error>
    where
        Error: From<CatalogError> + From<CloseError>,
    {
        let mut wanted: Vec<Inclusion> = Vec::new();
        for licence in &closed.licences {
            // An index without the package is no reason to give no answer: the layer tells what it lacks.
            let is_there = terms.present.contains(&licence.package);
            if !is_there && !self.has(licence) && catalog.package(&licence.package)?.is_some() {
                wanted.push(licence.clone());
            }
        }
        let loads = if terms.data.is_some() { missing_data_loads(&closed.plan, trees) } else { Vec::new() };
        for data in loads {
            let inclusion = data.inclusion;
            if self.has(&inclusion) || self.useful.contains(&inclusion) {
                continue;
            }
            // A root that was installed may lack the package, as the image may.
            if Some(data.load.grade) > terms.data || catalog.package(&inclusion.package)?.is_none() {
                self.useful.push(inclusion);
            } else {
                wanted.push(inclusion);
            }
        }
        self.useful.sort();
        let mut included = Vec::new();
        for (read, inclusion) in
            (Reader { catalog, debs, reads_whole: false }).read(&wanted)?.into_iter().zip(wanted)
        {
            match read {
                // The table is for all releases: what one of them does not have first of all is not meant for it.
                Ok(one) if has_first(&one.deb, &inclusion.extent) => included.push(one),
                Ok(_) => self.unmet.push(inclusion),
                Err((_, cause)) => self.unread.push((inclusion, cause)),
            }
        }
        Ok(included)
    }

    fn has(&self, inclusion: &Inclusion) -> bool {
        self.packages.iter().any(|included| included.inclusions.contains(inclusion))
            || self.unmet.contains(inclusion)
            || self.unread.iter().any(|(unread, _)| unread == inclusion)
    }

    pub(super) fn add(&mut self, read: Vec<IncludedPackage>) {
        for one in read {
            match self.packages.iter_mut().find(|known| known.package.name == one.package.name) {
                Some(known) => known.inclusions.extend(one.inclusions),
                None => self.packages.push(one),
            }
        }
    }
}

struct Reader<'run, D> {
    catalog: &'run dyn Catalog,
    debs: &'run D,
    /// True if any file of a package may be named, so that facts about it are not enough.
    reads_whole: bool,
}

impl<Error, D: Debs<Error = Error>> Reader<'_, D>
where
    Error: From<CatalogError> + From<CloseError>,
{
    /// The packages of which these are, all of them.
    fn read_all(&self, inclusions: &[Inclusion]) -> Result<Vec<IncludedPackage>, Error> {
        let unread = |(package, cause)| Error::from(CloseError::UnreadInclusion { package, cause });
        self.read(inclusions)?.into_iter().map(|read| read.map_err(unread)).collect()
    }

    /// The packages of which these are, in their order; or for one whose .deb can't be read its name, and why.
    #[allow(clippy::type_complexity, reason = "the outer error is the outside's, the inner one a package's")]
    fn read(
        &self,
        inclusions: &[Inclusion],
    ) -> Result<Vec<Result<IncludedPackage, (PackageName, String)>>, Error> {
        let provenance = self.catalog.provenance();
        let package = |inclusion: &Inclusion| -> Result<Package, Error> {
            let not_known = || CloseError::NotInIndex {
                package: inclusion.package.clone(),
                index: provenance.index,
                target: provenance.target.clone(),
            };
            Ok(self.catalog.package(&inclusion.package)?.ok_or_else(not_known)?)
        };
        let packages: Vec<Package> = inclusions.iter().map(package).collect::<Result<_, Error>>()?;
        let debs = if self.reads_whole {
            let debs = self.debs.debs(provenance, &packages)?;
            debs.into_iter().map(Availability::into_facts).collect()
        } else {
            self.debs.facts(provenance, &packages)?
        };
        let both = packages.into_iter().zip(debs).zip(inclusions);
        let read = both.map(|((package, deb), inclusion)| match deb {
            Availability::Available(deb) => {
                Ok(IncludedPackage { package, deb, inclusions: vec![inclusion.clone()] })
            }
            Availability::Unavailable(cause) => Err((package.name, cause.to_string())),
        });
        Ok(read.collect())
    }

    /// The names in a package's Depends, alternatives too.
    fn depends(&self, deb: &DebFacts) -> Vec<String> {
        let architecture = self.catalog.provenance().target.architecture;
        let fields = DEPENDS.iter().filter_map(|field| deb.field(field));
        let groups = fields.flat_map(|field| parse_relations(field, architecture));
        groups.flat_map(|group| group.0).map(|relation| relation.name.to_string()).collect()
    }
}

fn slice_of(inclusion: &Inclusion) -> &[Inclusion] {
    std::slice::from_ref(inclusion)
}

/// Whether a package has what is named first.
fn has_first(deb: &DebFacts, extent: &FileSet) -> bool {
    let mut files = deb.inventory.entries().iter().filter(|entry| !entry.is_directory());
    match extent {
        FileSet::Files(patterns) => {
            patterns.first().is_some_and(|first| files.any(|entry| first.takes(&entry.path)))
        }
        FileSet::AllExcept(_) => true,
    }
}
