//! Reading an ELF file into [`ElfFacts`].

use super::error::ElfError;
use super::facts::ElfFacts;
use super::object::ObjectReader;
use super::read_at::ReadAt;
use super::{notes, symbols, system, versions};

/// Reads the facts of an ELF file. Of the symbols in `wanted`, those that it defines are kept.
///
/// Memory is bounded whatever the file claims: 64 KiB a string and 16 MiB for all strings, 16,384 dynamic entries,
/// 65,536 versions.
///
/// # Errors
/// If the file cannot be read, is not an ELF file or has tables that contradict its size.
pub fn read<S: ReadAt + ?Sized>(source: &S, wanted: &[String]) -> Result<ElfFacts, ElfError> {
    let mut head = [0; 1024];
    let length = source.read_at(&mut head, 0)?;
    read_after_head(source, &head[..length], wanted)
}

/// Reads the facts as [`read`] does, for a caller that has already read the file's first bytes to check the magic.
///
/// # Errors
/// As for [`read`].
pub fn read_after_head<S: ReadAt + ?Sized>(
    source: &S,
    head: &[u8],
    wanted: &[String],
) -> Result<ElfFacts, ElfError> {
    let mut object = ObjectReader::open(source, head)?;
    let dynamic = object.dynamic_entries()?;
    let mut facts = object.facts_of_header()?;
    let notes = notes::read(&mut object);
    facts.dlopen_notes = notes.dlopen;
    facts.cpu_level = notes.cpu_level;
    if let Some(entries) = dynamic {
        facts.is_dynamic = true;
        object.check_loaded_bytes()?;
        object.set_string_table(&entries)?;
        object.add_dynamic_facts(&entries, &mut facts)?;
        facts.version_needs = versions::needs(&mut object, &entries)?;
        facts.version_definitions = versions::definitions(&mut object, &entries)?;
        facts.defined = symbols::defined(&mut object, &entries, wanted)?;
    }
    if let Some(system) = system::marked(&object, &facts, notes.system) {
        facts.os_abi = system.os_abi();
    }
    Ok(facts)
}
