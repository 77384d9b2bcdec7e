//! Symbol versions: what each loaded object needs of the others against what they define, as
//! `_dl_check_map_versions` compares them (glibc's elf/dl-version.c). musl compares nothing.

use bstr::BStr;
use hashbrown::HashSet;

use super::link_map::{Libc, LinkMap, MissingVersion};
use crate::root::NodeId;

/// Which needs were seen to be met: by its object and place among that one's, and the object that meets it. The same
/// two meet in many processes.
pub(super) type Met = HashSet<(NodeId, usize, NodeId)>;

/// The needed versions that are not defined, for the start object and what was loaded from `first_new` on.
pub(super) fn missing<'root>(
    map: &LinkMap<'root>,
    start: usize,
    first_new: usize,
    met: &mut Met,
) -> Vec<MissingVersion<'root>> {
    if map.libc == Libc::Musl {
        return Vec::new();
    }
    let checked =
        std::iter::once(start).chain((first_new..map.objects.len()).filter(|object| *object != start));
    let mut missing = Vec::new();
    checked.for_each(|by| missing_for(map, by, met, &mut missing));
    missing
}

fn missing_for<'root>(
    map: &LinkMap<'root>,
    by: usize,
    met: &mut Met,
    missing: &mut Vec<MissingVersion<'root>>,
) {
    for (place, need) in map.objects[by].facts.version_needs.iter().enumerate() {
        // A file that is not loaded is an edge without outcome, and told as such.
        let Some(provider) = map.loaded_as(need.file.as_bytes()) else { continue };
        let meeting = (map.objects[by].node, place, map.objects[provider].node);
        if met.contains(&meeting) {
            continue;
        }
        let known = missing.len();
        let defined = &map.objects[provider].facts.version_definitions;
        // One without any versions was built in another way; ld.so takes it without a word.
        if defined.is_empty() {
            continue;
        }
        missing.extend(need.versions.iter().filter(|version| !defined.contains(&version.name)).map(
            |version| MissingVersion { by, provider, version: BStr::new(&version.name), weak: version.weak },
        ));
        if missing.len() == known {
            met.insert(meeting);
        }
    }
}
