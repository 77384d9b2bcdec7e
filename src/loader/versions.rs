//! Symbol versions: the versions that each loaded object needs against those that the others define, as
//! `_dl_check_map_versions` compares them (glibc's elf/dl-version.c). musl compares none.

use bstr::BStr;
use hashbrown::HashSet;

use super::interner::{ObjectId, Objects};
use super::libc::Libc;
use super::link_map::{LinkMap, MissingVersion};
use super::process::ProcessObjects;

/// Check of symbol versions, with a memory: the same two objects meet in many processes.
#[derive(Default)]
pub(super) struct VersionCheck {
    /// Needs that are satisfied: object, index in its DT_VERNEED, and the object that defines the versions.
    satisfied: HashSet<(ObjectId, usize, ObjectId)>,
}

impl VersionCheck {
    /// Returns the needed versions that the process lacks, of its start object and of the objects from `first_new` on.
    pub(super) fn missing<'root>(
        &mut self,
        map: &LinkMap<'root>,
        first_new: usize,
        objects: &Objects<'root>,
        process: &ProcessObjects,
    ) -> Vec<MissingVersion<'root>> {
        let mut missing = Vec::new();
        if map.libc == Libc::Musl {
            return missing;
        }
        let start = map.start.get();
        let later = (first_new..map.objects.len()).filter(|object| *object != start);
        for by in std::iter::once(start).chain(later) {
            self.add_missing(map, by, objects, process, &mut missing);
        }
        missing
    }

    fn add_missing<'root>(
        &mut self,
        map: &LinkMap<'root>,
        by: usize,
        objects: &Objects<'root>,
        process: &ProcessObjects,
        missing: &mut Vec<MissingVersion<'root>>,
    ) {
        let requesting = &map.objects[by];
        let files = &objects.get(requesting.id).version_files;
        for (index, (need, file)) in requesting.facts.version_needs.iter().zip(files).enumerate() {
            // A file that is not loaded is reported as a missing library.
            let Some(provider) = process.by_name(*file) else { continue };
            let need_of_provider = (requesting.id, index, map.objects[provider].id);
            if self.satisfied.contains(&need_of_provider) {
                continue;
            }
            let defined = &map.objects[provider].facts.version_definitions;
            // A library that was built without any versions: ld.so accepts it silently.
            if defined.is_empty() {
                continue;
            }
            let before = missing.len();
            missing.extend(need.versions.iter().filter(|version| !defined.contains(&version.name)).map(
                |version| MissingVersion {
                    by,
                    provider,
                    version: BStr::new(&version.name),
                    weak: version.weak,
                },
            ));
            if missing.len() == before {
                self.satisfied.insert(need_of_provider);
            }
        }
    }
}
