//! Library indices: `sodeb index build --from-debs`, and the available ones.

use std::fs;
use std::path::PathBuf;

use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::library_index::{LibraryIndex, embedded_libraries};
use crate::loader::Platform;
use crate::vocabulary::{RootedPath, Target};

/// The directory of the cache that has them.
const DIR: &str = "libraries";

/// How their names end.
const EXTENSION: &str = "libraries";

/// The library indices in the cache, and the one that is compiled in. One that can't be read is no reason to give no
/// answer.
pub(super) fn available(session: &Session) -> Result<Vec<LibraryIndex>, Failure> {
    let directory = fs::read_dir(session.cache_dir()?.join(DIR)).into_iter().flatten();
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
                session.printer.warning(&format!("cannot read {}: {cause}; {hint}", path.display()));
            }
        }
    }
    Ok(indices)
}

/// File of a target's library index in the cache.
pub(super) fn cached_path(session: &Session, target: &Target) -> Result<PathBuf, Failure> {
    let Target { distribution, release, architecture } = target;
    let name = format!("{distribution}-{release}-{architecture}");
    Ok(session.cache_dir()?.join(DIR).join(name).with_extension(EXTENSION))
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
