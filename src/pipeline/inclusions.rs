//! The packages of which files are included: requested ones, interpreters, copyright files and data files.

use std::collections::BTreeSet;
use std::slice;

use super::debs::Debs;
use crate::app::{IncludedFiles, InputTrees};
use crate::debian::catalog::{Catalog, CatalogError, Package, parse_relations};
use crate::debian::debs::{Availability, DebFacts};
use crate::debian::inclusions::{FileSet, Inclusion, Runtime};
use crate::solve::closure::{Closure, ClosureError, ClosureOptions, IncludedPackage, missing_data_loads};
use crate::vocabulary::PackageName;

/// Fields in which packages declare dependencies that they do not work without.
const DEPENDENCY_FIELDS: [&str; 2] = ["Pre-Depends", "Depends"];

/// Everything that is included so far.
pub(super) struct Inclusions {
    /// Packages, in the order in which they were added.
    pub(super) packages: Vec<IncludedPackage>,
    /// Data files of the Plan's libraries that only some programs need, sorted.
    pub(super) left_out: Vec<Inclusion>,
    /// Inclusions whose .debs could not be read, with the cause.
    pub(super) unread: Vec<(Inclusion, String)>,
    /// Inclusions of rules whose files this release's packages do not have.
    absent: Vec<Inclusion>,
}

impl Inclusions {
    /// Reads everything that the user requests.
    pub(super) fn requested<Error>(
        options: &ClosureOptions,
        catalog: &dyn Catalog,
        debs: &impl Debs<Error = Error>,
    ) -> Result<Self, Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let mut inclusions =
            Self { packages: Vec::new(), left_out: Vec::new(), unread: Vec::new(), absent: Vec::new() };
        // A user may request any file.
        let reader = Reader { catalog, debs, reads_whole: true };
        for inclusion in &options.include {
            let read = reader.read_all(slice::from_ref(inclusion))?;
            let is_found = read.iter().any(|one| has_first(&one.deb, &inclusion.extent));
            if let (false, FileSet::Files(patterns)) = (is_found, &inclusion.extent)
                && let Some(pattern) = patterns.first()
            {
                let (package, pattern) = (inclusion.package.clone(), pattern.clone());
                return Err(ClosureError::NothingIncluded { package, pattern }.into());
            }
            inclusions.add(read);
        }
        for runtime in &options.runtimes {
            inclusions.add_runtime(runtime, &reader)?;
        }
        Ok(inclusions)
    }

    /// Returns the files as a part of the input trees.
    pub(super) fn files(&self) -> Vec<IncludedFiles> {
        self.packages.iter().map(IncludedPackage::source).collect()
    }

    /// Adds packages; further files of a package that is included already are added to that.
    pub(super) fn add(&mut self, read: Vec<IncludedPackage>) {
        for one in read {
            match self.packages.iter_mut().find(|known| known.package.name == one.package.name) {
                Some(known) => known.inclusions.extend(one.inclusions),
                None => self.packages.push(one),
            }
        }
    }

    /// Reads the files that a Plan requires and that are not included yet: copyright files in other packages, and data
    /// files of its libraries.
    pub(super) fn required_by<Error>(
        &mut self,
        closure: &Closure,
        trees: &InputTrees,
        options: &ClosureOptions,
        catalog: &dyn Catalog,
        debs: &impl Debs<Error = Error>,
    ) -> Result<Vec<IncludedPackage>, Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let mut wanted = self.copyright_files(closure, options, catalog)?;
        if options.data.is_some() {
            wanted.extend(self.data_files(closure, trees, options, catalog)?);
        }
        let reader = Reader { catalog, debs, reads_whole: false };
        let mut included = Vec::new();
        for (read, inclusion) in reader.read(&wanted)?.into_iter().zip(wanted) {
            match read {
                // The rules are for all releases: one without the first file of a rule is not meant by it.
                Ok(one) if has_first(&one.deb, &inclusion.extent) => included.push(one),
                Ok(_) => self.absent.push(inclusion),
                Err((_, cause)) => self.unread.push((inclusion, cause)),
            }
        }
        Ok(included)
    }

    fn copyright_files(
        &self,
        closure: &Closure,
        options: &ClosureOptions,
        catalog: &dyn Catalog,
    ) -> Result<Vec<Inclusion>, CatalogError> {
        let mut wanted = Vec::new();
        for inclusion in &closure.copyright_files {
            // An index without the package does not prevent an answer: the layer reports the missing file.
            let is_present = options.present.contains(&inclusion.package);
            if !is_present && !self.has(inclusion) && catalog.package(&inclusion.package)?.is_some() {
                wanted.push(inclusion.clone());
            }
        }
        Ok(wanted)
    }

    /// Returns the data files to include, and notes those that are left out.
    fn data_files(
        &mut self,
        closure: &Closure,
        trees: &InputTrees,
        options: &ClosureOptions,
        catalog: &dyn Catalog,
    ) -> Result<Vec<Inclusion>, CatalogError> {
        let mut wanted = Vec::new();
        for data in missing_data_loads(&closure.plan, trees) {
            let inclusion = data.inclusion;
            if self.has(&inclusion) || self.left_out.contains(&inclusion) {
                continue;
            }
            // The catalog of an installed root may not have the package, as the image may not.
            let is_unimportant = Some(data.load.grade) > options.data;
            if is_unimportant || catalog.package(&inclusion.package)?.is_none() {
                self.left_out.push(inclusion);
            } else {
                wanted.push(inclusion);
            }
        }
        self.left_out.sort();
        Ok(wanted)
    }

    /// Adds an interpreter: its first packages, and those of their dependencies that belong to it.
    fn add_runtime<Error, D: Debs<Error = Error>>(
        &mut self,
        runtime: &Runtime,
        reader: &Reader<'_, D>,
    ) -> Result<(), Error>
    where
        Error: From<CatalogError> + From<ClosureError>,
    {
        let mut wanted = runtime.first_inclusions();
        let mut known: BTreeSet<PackageName> =
            wanted.iter().map(|inclusion| inclusion.package.clone()).collect();
        while !wanted.is_empty() {
            let read = reader.read_all(&wanted)?;
            let dependencies = read.iter().flat_map(|one| reader.dependencies(&one.deb));
            let followed = dependencies.filter_map(|name| runtime.dependency(&name));
            wanted = followed.filter(|inclusion| known.insert(inclusion.package.clone())).collect();
            self.add(read);
        }
        Ok(())
    }

    fn has(&self, inclusion: &Inclusion) -> bool {
        self.packages.iter().any(|included| included.inclusions.contains(inclusion))
            || self.absent.contains(inclusion)
            || self.unread.iter().any(|(unread, _)| unread == inclusion)
    }
}

/// A reader of the packages of inclusions.
struct Reader<'run, D> {
    catalog: &'run dyn Catalog,
    debs: &'run D,
    /// True if any file of a package may be named, so that facts about it are not enough.
    reads_whole: bool,
}

impl<Error, D: Debs<Error = Error>> Reader<'_, D>
where
    Error: From<CatalogError> + From<ClosureError>,
{
    /// Reads the packages of inclusions; it is an error if one cannot be read.
    fn read_all(&self, inclusions: &[Inclusion]) -> Result<Vec<IncludedPackage>, Error> {
        let unread = |(package, cause)| Error::from(ClosureError::UnreadInclusion { package, cause });
        self.read(inclusions)?.into_iter().map(|read| read.map_err(unread)).collect()
    }

    /// Reads the packages of inclusions, in their order; for one that cannot be read, returns its name and the cause.
    #[allow(clippy::type_complexity, reason = "the outer error is the source's, the inner one a package's")]
    fn read(
        &self,
        inclusions: &[Inclusion],
    ) -> Result<Vec<Result<IncludedPackage, (PackageName, String)>>, Error> {
        let provenance = self.catalog.provenance();
        let package = |inclusion: &Inclusion| -> Result<Package, Error> {
            let not_in_index = || ClosureError::NotInIndex {
                package: inclusion.package.clone(),
                index: provenance.index,
                target: provenance.target.clone(),
            };
            Ok(self.catalog.package(&inclusion.package)?.ok_or_else(not_in_index)?)
        };
        let packages: Vec<Package> = inclusions.iter().map(package).collect::<Result<_, Error>>()?;
        let debs = if self.reads_whole {
            let debs = self.debs.debs(provenance, &packages)?;
            debs.into_iter().map(Availability::into_facts).collect()
        } else {
            self.debs.facts(provenance, &packages)?
        };
        let read = packages.into_iter().zip(debs).zip(inclusions);
        let read = read.map(|((package, deb), inclusion)| match deb {
            Availability::Available(deb) => {
                Ok(IncludedPackage { package, deb, inclusions: vec![inclusion.clone()] })
            }
            Availability::Unavailable(cause) => Err((package.name, cause.to_string())),
        });
        Ok(read.collect())
    }

    /// Returns the names in a package's dependencies, all alternatives included.
    fn dependencies(&self, deb: &DebFacts) -> Vec<String> {
        let architecture = self.catalog.provenance().target.architecture;
        let fields = DEPENDENCY_FIELDS.iter().filter_map(|field| deb.field(field));
        let groups = fields.flat_map(|field| parse_relations(field, architecture));
        groups.flat_map(|group| group.0).map(|relation| relation.name.to_string()).collect()
    }
}

/// Returns true if a package has the first file of a set.
fn has_first(deb: &DebFacts, extent: &FileSet) -> bool {
    let mut files = deb.inventory.entries().iter().filter(|entry| !entry.is_directory());
    match extent {
        FileSet::Files(patterns) => {
            patterns.first().is_some_and(|first| files.any(|entry| first.matches(&entry.path)))
        }
        FileSet::AllExcept(_) => true,
    }
}
