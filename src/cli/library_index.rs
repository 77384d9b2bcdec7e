//! Library indices: `sodeb index build --from-debs`, and the available ones.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::arguments::IndexBuildArguments;
use super::catalogs::{archive_settings, cache_dir, update};
use super::config::Config;
use super::printer::Printer;
use super::progress::Bars;
use super::{Exit, Failure};
use crate::debian::catalog::Catalog;
use crate::debian::debs::DebStore;
use crate::debian::library_index::{
    BuildError, IndexedDeb, IndexedTarget, LibraryIndex, embedded_libraries, gather_packages, merge_targets,
    write_library_index,
};
use crate::loader::Platform;
use crate::support::files::write_atomically;
use crate::vocabulary::{RootedPath, Target};

/// The directory of the cache that has them.
const DIR: &str = "libraries";

/// How their names end.
const EXTENSION: &str = "libraries";

/// Reads the packages of each target and writes what they have in libraries.
pub(super) fn build(
    arguments: &IndexBuildArguments,
    targets: &[Target],
    config: &Config,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let (mut known_targets, mut all) = (Vec::new(), Vec::new());
    for target in targets {
        let catalog = update(&arguments.archive, config, target, printer)?;
        if catalog.provenance().hint {
            printer.warning(&format!(
                "the Contents of {target} is not signed for: it tells which packages to look at, and nothing else"
            ));
        }
        let settings = archive_settings(&arguments.archive, config)?;
        let bars = Bars::new(printer.shows_progress);
        let store = DebStore::new(settings, HashMap::new(), &bars);
        let store = if arguments.keep_debs { store } else { store.without_files() };
        let gathered = gather_packages(&store, &catalog, &default_directories(target), &bars)?;
        printer.note(&format!("{target}: {} packages", gathered.len()));
        let known = IndexedTarget {
            target: target.clone(),
            packages: u32::try_from(gathered.len()).unwrap_or(u32::MAX),
            date: catalog.provenance().date,
        };
        if arguments.output.is_none() {
            let path = cached_path(&cache_dir(&arguments.archive.cache, config)?, target);
            write(&path, &[known], &gathered, printer)?;
        } else {
            known_targets.push(known);
            all.extend(gathered);
        }
    }
    if let Some(output) = &arguments.output {
        write(output, &known_targets, &merge_targets(all), printer)?;
    }
    Ok(Exit::Fine)
}

fn write(
    path: &Path,
    targets: &[IndexedTarget],
    debs: &[IndexedDeb],
    printer: &Printer,
) -> Result<(), Failure> {
    let cannot = || format!("cannot write {}", path.display());
    let bytes = write_library_index(targets, debs).map_err(Failure::outside)?;
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)
            .map_err(|error| Failure::outside(anyhow::Error::new(error).context(cannot())))?;
    }
    write_atomically(path, &bytes)
        .map_err(|error| Failure::outside(anyhow::Error::new(error).context(cannot())))?;
    printer.note(&format!("{}: {} .debs, {} bytes", path.display(), debs.len(), bytes.len()));
    Ok(())
}

/// The library indices in the cache, and the one that is compiled in. One that can't be read is no reason to give no
/// answer.
pub(super) fn available(cache_dir: &Path, printer: &Printer) -> Vec<LibraryIndex> {
    let directory = fs::read_dir(cache_dir.join(DIR)).into_iter().flatten();
    let mut paths: Vec<PathBuf> = directory.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == EXTENSION));
    paths.sort();
    let mut indices: Vec<LibraryIndex> = embedded_libraries().into_iter().collect();
    for path in paths {
        let read = fs::read(&path).map_err(|error| error.to_string());
        match read.and_then(|bytes| LibraryIndex::open(bytes).map_err(|error| error.to_string())) {
            Ok(index) => indices.push(index),
            Err(cause) => {
                let hint = "`sodeb index build --from-debs` makes it anew";
                printer.warning(&format!("cannot read {}: {cause}; {hint}", path.display()));
            }
        }
    }
    indices
}

fn cached_path(cache_dir: &Path, target: &Target) -> PathBuf {
    let Target { distribution, release, architecture } = target;
    let name = format!("{distribution}-{release}-{architecture}");
    cache_dir.join(DIR).join(name).with_extension(EXTENSION)
}

/// Where ld.so of a target looks by default, and where programs look for ld.so.
pub(super) fn default_directories(target: &Target) -> Vec<RootedPath> {
    let Some(platform) = Platform::of_triplet(target.architecture.triplet()) else { return Vec::new() };
    let mut directories: Vec<RootedPath> =
        platform.default_directories().iter().map(RootedPath::new).collect();
    // Since Debian 13 packages have below /usr what programs look for above it.
    let linkers = RootedPath::new(platform.interpreter).parent();
    for directory in [RootedPath::new("/usr").join(&linkers.as_bytes()[1..]), linkers] {
        if !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    directories
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::DebStore(error) => error.into(),
            BuildError::Catalog(error) => error.into(),
            error @ BuildError::Unavailable(_) => {
                Self::outside(error).hint("what was read is kept: run it again, or with another --mirror")
            }
        }
    }
}
