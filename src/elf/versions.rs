//! Symbol versions: DT_VERNEED and DT_VERDEF, two lists of lists that are linked by relative offsets.
//!
//! They are found through the dynamic section, as ld.so finds them: section headers may be stripped.

use bstr::BString;
use goblin::container::Endian;
use goblin::elf::dynamic::{DT_VERDEF, DT_VERDEFNUM, DT_VERNEED, DT_VERNEEDNUM};
use goblin::elf::symver::{VER_FLG_BASE, VER_FLG_WEAK};
use scroll::Pread;

use super::facts::{NeededVersion, VersionNeed};
use super::read::{DynamicEntries, ElfError, Object};
use super::window::Source;
use crate::vocabulary::Soname;

/// More versions than any real object has: libc's hundred are the most that are common.
const MAX_VERSIONS: usize = 1 << 16;

/// Elf_Verneed and Elf_Vernaux are both this long, in either class.
const NEED_BYTES: usize = 16;
/// Elf_Verdef.
const DEFINITION_BYTES: usize = 20;
/// Elf_Verdaux.
const DEFINITION_NAME_BYTES: usize = 8;

/// A fixed-size structure of a version table.
struct Record<const LENGTH: usize> {
    bytes: [u8; LENGTH],
    order: Endian,
}

impl<const LENGTH: usize> Record<LENGTH> {
    fn read<S: Source + ?Sized>(object: &mut Object<'_, S>, offset: u64) -> Result<Self, ElfError> {
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

/// Counts down what one file may list in all, however its lists are linked.
struct Budget(usize);

impl Budget {
    fn spend(&mut self) -> Result<(), ElfError> {
        self.0 = self.0.checked_sub(1).ok_or(ElfError::Malformed("too many symbol versions"))?;
        Ok(())
    }
}

/// The versions that the object needs of others.
pub(super) fn needs<S: Source + ?Sized>(
    object: &mut Object<'_, S>,
    entries: &DynamicEntries,
) -> Result<Vec<VersionNeed>, ElfError> {
    let Some(address) = entries.value(DT_VERNEED) else { return Ok(Vec::new()) };
    let mut offset = object.offset_of(address)?;
    let mut budget = Budget(MAX_VERSIONS);
    let mut needs = Vec::new();
    for _ in 0..entries.value(DT_VERNEEDNUM).unwrap_or(u64::MAX) {
        budget.spend()?;
        let need: Record<NEED_BYTES> = Record::read(object, offset)?;
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

fn needed_versions<S: Source + ?Sized>(
    object: &mut Object<'_, S>,
    mut offset: u64,
    count: u16,
    budget: &mut Budget,
) -> Result<Vec<NeededVersion>, ElfError> {
    let mut versions = Vec::new();
    for _ in 0..count {
        budget.spend()?;
        let version: Record<NEED_BYTES> = Record::read(object, offset)?;
        let (flags, name, next) = (version.half(4), version.word(8), version.word(12));
        versions.push(NeededVersion { name: object.string(name.into())?, weak: flags & VER_FLG_WEAK != 0 });
        if next == 0 {
            break;
        }
        offset = offset.saturating_add(next.into());
    }
    Ok(versions)
}

/// The names of the versions that the object defines.
pub(super) fn definitions<S: Source + ?Sized>(
    object: &mut Object<'_, S>,
    entries: &DynamicEntries,
) -> Result<Vec<BString>, ElfError> {
    let Some(address) = entries.value(DT_VERDEF) else { return Ok(Vec::new()) };
    let mut offset = object.offset_of(address)?;
    let mut budget = Budget(MAX_VERSIONS);
    let mut names = Vec::new();
    for _ in 0..entries.value(DT_VERDEFNUM).unwrap_or(u64::MAX) {
        budget.spend()?;
        let definition: Record<DEFINITION_BYTES> = Record::read(object, offset)?;
        let (flags, first, next) = (definition.half(2), definition.word(12), definition.word(16));
        if flags & VER_FLG_BASE == 0 {
            // The first name is the version's own; the rest name the versions that it inherits from.
            let name: Record<DEFINITION_NAME_BYTES> =
                Record::read(object, offset.saturating_add(first.into()))?;
            names.push(object.string(name.word(0).into())?);
        }
        if next == 0 {
            break;
        }
        offset = offset.saturating_add(next.into());
    }
    Ok(names)
}
