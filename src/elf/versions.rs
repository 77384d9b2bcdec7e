//! Symbol versions: DT_VERNEED and DT_VERDEF, two lists of lists that are linked by relative offsets.
//!
//! They are found through the dynamic segment, as ld.so finds them, because section headers may be stripped.

use bstr::BString;
use goblin::container::Endian;
use goblin::elf::dynamic::{DT_VERDEF, DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM};
use goblin::elf::symver::{VER_FLG_BASE, VER_FLG_WEAK};
use scroll::Pread;

use super::error::ElfError;
use super::facts::{NeededVersion, VersionNeed};
use super::object::{DynamicEntries, ObjectReader};
use super::read_at::ReadAt;
use crate::vocabulary::Soname;

/// Limit of versions in one file, above any real object; libc defines some hundred.
const MAX_VERSIONS: usize = 1 << 16;

/// Size of Elf_Verneed and of Elf_Vernaux, in either class.
const NEED_BYTES: usize = 16;
/// Size of Elf_Verdef.
const DEFINITION_BYTES: usize = 20;
/// Size of Elf_Verdaux.
const DEFINITION_NAME_BYTES: usize = 8;

/// Fixed-size structure of a version table.
struct VersionRecord<const LENGTH: usize> {
    bytes: [u8; LENGTH],
    order: Endian,
}

impl<const LENGTH: usize> VersionRecord<LENGTH> {
    fn read<S: ReadAt + ?Sized>(object: &mut ObjectReader<'_, S>, offset: u64) -> Result<Self, ElfError> {
        let mut bytes = [0; LENGTH];
        bytes.copy_from_slice(object.table(offset, LENGTH)?);
        Ok(Self { bytes, order: object.context().le })
    }

    fn half(&self, offset: usize) -> u16 {
        self.bytes.pread_with(offset, self.order).unwrap_or_default()
    }

    fn word(&self, offset: usize) -> u32 {
        self.bytes.pread_with(offset, self.order).unwrap_or_default()
    }
}

/// Number of versions that a file may still list, however its lists are linked.
struct Budget(usize);

impl Budget {
    fn spend(&mut self) -> Result<(), ElfError> {
        self.0 = self.0.checked_sub(1).ok_or(ElfError::Malformed("too many symbol versions"))?;
        Ok(())
    }
}

/// Reads the versions that the object needs from other objects (DT_VERNEED).
pub(super) fn needs<S: ReadAt + ?Sized>(
    object: &mut ObjectReader<'_, S>,
    entries: &DynamicEntries,
) -> Result<Vec<VersionNeed>, ElfError> {
    let Some(address) = entries.value(DT_VERNEED) else { return Ok(Vec::new()) };
    let mut offset = object.offset_of(address)?;
    let mut budget = Budget(MAX_VERSIONS);
    let mut needs = Vec::new();
    for _ in 0..entries.value(DT_VERNEEDNUM).unwrap_or(u64::MAX) {
        budget.spend()?;
        let need: VersionRecord<NEED_BYTES> = VersionRecord::read(object, offset)?;
        let (count, file, first, next) = (need.half(2), need.word(4), need.word(8), need.word(12));
        let versions = needed_versions(object, offset.saturating_add(first.into()), count, &mut budget)?;
        needs.push(VersionNeed { file: Soname::new(object.string(file.into())?), versions });
        if next == 0 {
            break;
        }
        offset = offset.saturating_add(next.into());
    }
    Ok(needs)
}

fn needed_versions<S: ReadAt + ?Sized>(
    object: &mut ObjectReader<'_, S>,
    mut offset: u64,
    count: u16,
    budget: &mut Budget,
) -> Result<Vec<NeededVersion>, ElfError> {
    let mut versions = Vec::new();
    for _ in 0..count {
        budget.spend()?;
        let version: VersionRecord<NEED_BYTES> = VersionRecord::read(object, offset)?;
        let (flags, name, next) = (version.half(4), version.word(8), version.word(12));
        versions.push(NeededVersion { name: object.string(name.into())?, weak: flags & VER_FLG_WEAK != 0 });
        if next == 0 {
            break;
        }
        offset = offset.saturating_add(next.into());
    }
    Ok(versions)
}

/// Returns the index of each needed version (vna_other) with the position of its library in DT_VERNEED, sorted.
pub(super) fn need_indices<S: ReadAt + ?Sized>(
    object: &mut ObjectReader<'_, S>,
    entries: &DynamicEntries,
) -> Result<Vec<(u16, u16)>, ElfError> {
    let Some(address) = entries.value(DT_VERNEED) else { return Ok(Vec::new()) };
    let mut offset = object.offset_of(address)?;
    let mut budget = Budget(MAX_VERSIONS);
    let mut indices = Vec::new();
    for position in 0..=u16::MAX {
        budget.spend()?;
        let need: VersionRecord<NEED_BYTES> = VersionRecord::read(object, offset)?;
        let mut version_offset = offset.saturating_add(need.word(8).into());
        for _ in 0..need.half(2) {
            budget.spend()?;
            let version: VersionRecord<NEED_BYTES> = VersionRecord::read(object, version_offset)?;
            indices.push((version.half(6) & 0x7fff, position));
            if version.word(12) == 0 {
                break;
            }
            version_offset = version_offset.saturating_add(version.word(12).into());
        }
        if need.word(12) == 0 {
            break;
        }
        offset = offset.saturating_add(need.word(12).into());
    }
    indices.sort_unstable();
    Ok(indices)
}

/// Reads the names of the versions that the object defines (DT_VERDEF).
pub(super) fn definitions<S: ReadAt + ?Sized>(
    object: &mut ObjectReader<'_, S>,
    entries: &DynamicEntries,
) -> Result<Vec<BString>, ElfError> {
    let Some(address) = entries.value(DT_VERDEF) else { return Ok(Vec::new()) };
    let mut offset = object.offset_of(address)?;
    let mut budget = Budget(MAX_VERSIONS);
    let mut names = Vec::new();
    for _ in 0..entries.value(DT_VERDEFNUM).unwrap_or(u64::MAX) {
        budget.spend()?;
        let definition: VersionRecord<DEFINITION_BYTES> = VersionRecord::read(object, offset)?;
        let (flags, first, next) = (definition.half(2), definition.word(12), definition.word(16));
        if flags & VER_FLG_BASE == 0 {
            // The first name is the version's own; the rest name the versions that it inherits from.
            let name: VersionRecord<DEFINITION_NAME_BYTES> =
                VersionRecord::read(object, offset.saturating_add(first.into()))?;
            names.push(object.string(name.word(0).into())?);
        }
        if next == 0 {
            break;
        }
        offset = offset.saturating_add(next.into());
    }
    Ok(names)
}
