//! Symbol versions: what each loaded object needs of the others against what they define, as
//! `_dl_check_map_versions` compares them (glibc's elf/dl-version.c). musl compares nothing.

use bstr::BStr;
use hashbrown::HashSet;

use super::Linker;
use super::interner::ObjectId;
use super::link_map::{Libc, LinkMap, MissingVersion};

/// Which needs were seen to be met: by its object and place among that one's, and the object that meets it. The same
/// two meet in many processes.
pub(super) type Met = HashSet<(ObjectId, usize, ObjectId)>;

impl<'root> Linker<'root> {
    /// The needed versions that are not defined in the process that was just made, for the start object and what was
    /// loaded from `first_new` on.
    pub(super) fn missing_versions(
        &mut self,
        map: &LinkMap<'root>,
        first_new: usize,
    ) -> Vec<MissingVersion<'root>> {
        let mut missing = Vec::new();
        if map.libc == Libc::Musl {
            return missing;
        }
        let start = map.start.get();
        let later = (first_new..map.objects.len()).filter(|object| *object != start);
        std::iter::once(start).chain(later).for_each(|by| self.missing_for(map, by, &mut missing));
        missing
    }

    fn missing_for(&mut self, map: &LinkMap<'root>, by: usize, missing: &mut Vec<MissingVersion<'root>>) {
        let asking = &map.objects[by];
        let files = &self.searcher.objects.get(asking.id).version_files;
        for (place, (need, file)) in asking.facts.version_needs.iter().zip(files).enumerate() {
            // A file that is not loaded is an edge without outcome, and told as such.
            let Some(provider) = self.present.named(*file) else { continue };
            let meeting = (asking.id, place, map.objects[provider].id);
            if self.versions_met.contains(&meeting) {
                continue;
            }
            let known = missing.len();
            let defined = &map.objects[provider].facts.version_definitions;
            // One without any versions was built in another way; ld.so takes it without a word.
            if defined.is_empty() {
                continue;
            }
            missing.extend(need.versions.iter().filter(|version| !defined.contains(&version.name)).map(
                |version| MissingVersion {
                    by,
                    provider,
                    version: BStr::new(&version.name),
                    weak: version.weak,
                },
            ));
            if missing.len() == known {
                self.versions_met.insert(meeting);
            }
        }
    }
}
