//! `/etc/ld.so.cache`: if the base has one, the layer has a new one that lists the libraries of the layer too. ld.so would
//! find them without it, in the default directories, but programs that read only the cache would not (`ldconfig -p`,
//! which Python's ctypes.util.find_library runs).

use super::builder::LayerBuilder;
use super::entries::LayerEntry;
use super::error::LayerError;
use super::request::LayerRequest;
use crate::loader::{CachedLibrary, Platform, renewed_cache};
use crate::vocabulary::RootedPath;

/// Path of the cache.
const LD_SO_CACHE: &str = "/etc/ld.so.cache";

/// Adds a new cache if the base has one. Returns a message if the base's is malformed, so that ld.so ignores it, too.
///
/// Only libraries in default directories are listed: all others were planned for the search path of an object, since the
/// layer changes no ld.so.conf.
pub(super) fn put_ld_so_cache(
    builder: &mut LayerBuilder<'_>,
    request: &LayerRequest<'_>,
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
            builder.put(&path, LayerEntry::text(new))?;
            Ok(None)
        }
        Err(error) => Ok(Some(format!("cannot add libraries to the base's {LD_SO_CACHE}: {error}"))),
    }
}
