//! `/etc/ld.so.cache`: where the base has one, the layer brings a new one that names its libraries too. Without it
//! ld.so would find them all the same, in its default directories, but only after the cache, and what asks the cache
//! alone (`ldconfig -p`, by which Python's ctypes.util.find_library looks) would not.

use super::metadata::text;
use super::places::Places;
use super::{LayerError, Request};
use crate::loader::{CachedLibrary, Platform, renewed_cache};
use crate::vocabulary::RootedPath;

/// Where it is.
const LD_SO_CACHE: &str = "/etc/ld.so.cache";

/// Puts a new cache in where the base has one. What is said where that can't be read; ld.so then passes over it too.
///
/// Only what is planned in a default directory is added: ld.so finds nothing else by itself, whatever ld.so.conf names,
/// so that nothing else was planned but for a path in the object that asks.
pub(super) fn put_cache(
    places: &mut Places<'_>,
    request: &Request<'_>,
) -> Result<Option<String>, LayerError> {
    let path = RootedPath::new(LD_SO_CACHE);
    let Some(old) = request.base.and_then(|base| base.text(path.below(&RootedPath::root())?)) else {
        return Ok(None);
    };
    let architecture = request.plan.provenance.target.architecture;
    let Some(platform) = Platform::of_triplet(architecture.triplet()) else { return Ok(None) };
    let directories = platform.default_directories().map(RootedPath::new);
    let added: Vec<CachedLibrary> = request
        .plan
        .libraries
        .iter()
        .filter(|library| {
            library.soname.as_bytes() == library.path.file_name()
                && directories.contains(&library.path.parent())
        })
        .map(|library| CachedLibrary {
            name: library.soname.as_bytes().into(),
            path: library.path.as_bytes().into(),
        })
        .collect();
    if added.is_empty() {
        return Ok(None);
    }
    match renewed_cache(old, platform, &added) {
        Ok(new) => {
            places.put(&path, text(new))?;
            Ok(None)
        }
        Err(error) => Ok(Some(format!("the base's {LD_SO_CACHE} is left as it is: {error}"))),
    }
}
