//! Names of dynamic symbols: those that an object leaves undefined, and those that it exports.

use bstr::{BString, ByteSlice};
use goblin::elf::dynamic::DT_VERSYM;
use goblin::elf::sym::{STB_GLOBAL, STB_GNU_UNIQUE, STB_WEAK, STV_DEFAULT, STV_PROTECTED, Sym};
use scroll::Pread;

use super::error::ElfError;
use super::facts::{ObjectSymbols, SymbolHash, UndefinedSymbol};
use super::object::{DynamicEntries, ObjectReader};
use super::read_at::ReadAt;
use super::symbols::SymbolTable;
use super::versions;

/// Limit of symbols, above any real object.
const MAX_SYMBOLS: u32 = 1 << 21;

/// Limit of the string table that is read to hash the names in it, above any real library.
const MAX_STRINGS_BYTES: u64 = 1 << 27;

/// Functions that make glibc open libgcc_s.so.1 when they are called, to unwind the ending thread's stack
/// (nptl/pthread_cancel.c, pthread_exit.c). Without that library glibc aborts the process.
pub const UNWINDING_FUNCTIONS: [&str; 2] = ["pthread_cancel", "pthread_exit"];

/// Name of a symbol that an object uses and does not define.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndefinedName {
    /// Name of the symbol, without its version.
    pub name: BString,
    /// True if the object works without it.
    pub is_weak: bool,
    /// Index in [`super::ElfFacts::version_needs`] of the library that has to define it; none for a symbol without a
    /// version, which any library may define.
    pub provider: Option<u16>,
}

/// Returns the symbols that an ELF file uses and does not define, in the table's order. [`super::read()`] leaves them
/// out because few callers need them.
///
/// # Errors
/// As for [`super::read()`].
pub fn undefined_symbols<S: ReadAt + ?Sized>(source: &S) -> Result<Vec<UndefinedName>, ElfError> {
    let mut head = [0; 1024];
    let length = source.read_at(&mut head, 0)?;
    let mut object = ObjectReader::open(source, &head[..length])?;
    let Some(entries) = object.dynamic_entries()? else { return Ok(Vec::new()) };
    object.set_string_table(&entries)?;
    let Some(table) = SymbolTable::locate(&object, &entries)? else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    // The first symbol is a placeholder without a name.
    let symbols = 1..table.undefined_end(&mut object)?.min(MAX_SYMBOLS);
    let versions = SymbolVersions::read(&mut object, &entries, symbols.end)?;
    for index in symbols {
        let symbol = table.symbol(&mut object, index)?;
        if symbol.st_shndx == 0 && symbol.st_name != 0 {
            names.push(UndefinedName {
                name: object.string(symbol.st_name as u64)?,
                is_weak: symbol.st_bind() == STB_WEAK,
                provider: versions.provider(index),
            });
        }
    }
    Ok(names)
}

/// Returns the symbols that a library exports, and those that it requires of others, as hashes. The tables are read as
/// a whole.
///
/// # Errors
/// As for [`super::read()`].
pub fn object_symbols<S: ReadAt + ?Sized>(source: &S) -> Result<ObjectSymbols, ElfError> {
    let mut head = [0; 1024];
    let length = source.read_at(&mut head, 0)?;
    let mut object = ObjectReader::open(source, &head[..length])?;
    let mut found = ObjectSymbols::default();
    let Some(entries) = object.dynamic_entries()? else { return Ok(found) };
    let Some(table) = SymbolTable::locate(&object, &entries)? else { return Ok(found) };
    let Some(strings) = object.string_table_bytes(&entries, MAX_STRINGS_BYTES)? else { return Ok(found) };
    let end = table.end(&mut object)?.min(MAX_SYMBOLS);
    let versions = SymbolVersions::read(&mut object, &entries, end)?;
    let context = object.context();
    let symbol_bytes = Sym::size(context.container);
    let symbols = object.table(table.offset(), end as usize * symbol_bytes)?.to_vec();
    for (index, bytes) in (0..end).zip(symbols.chunks_exact(symbol_bytes)).skip(1) {
        let symbol: Sym =
            bytes.pread_with(0, context).map_err(|_| ElfError::Malformed("a symbol cannot be parsed"))?;
        let name = strings.get(symbol.st_name..).unwrap_or_default();
        let name = &name[..name.find_byte(0).unwrap_or_default()];
        if name.is_empty() {
            continue;
        }
        let hash = SymbolHash::of(name);
        match (symbol.st_shndx, symbol.st_bind(), symbol.st_visibility()) {
            (0, STB_GLOBAL, _) => {
                found.undefined.push(UndefinedSymbol { name: hash, provider: versions.provider(index) });
            }
            (1.., STB_GLOBAL | STB_WEAK | STB_GNU_UNIQUE, STV_DEFAULT | STV_PROTECTED) => {
                found.exported.push(hash);
            }
            _ => {}
        }
    }
    found.sort();
    Ok(found)
}

/// Versions of an object's symbols.
struct SymbolVersions {
    /// Version index of each symbol (DT_VERSYM); empty if there are none.
    indices: Vec<u16>,
    /// Version indices with the positions of the libraries in DT_VERNEED, sorted.
    providers: Vec<(u16, u16)>,
}

impl SymbolVersions {
    fn read<S: ReadAt + ?Sized>(
        object: &mut ObjectReader<'_, S>,
        entries: &DynamicEntries,
        symbols: u32,
    ) -> Result<Self, ElfError> {
        let Some(address) = entries.value(DT_VERSYM) else {
            return Ok(Self { indices: Vec::new(), providers: Vec::new() });
        };
        let order = object.context().le;
        let offset = object.offset_of(address)?;
        let bytes = object.table(offset, symbols as usize * 2)?;
        let indices = bytes.chunks_exact(2).map(|bytes| bytes.pread_with(0, order).unwrap_or_default());
        let indices = indices.collect();
        Ok(Self { indices, providers: versions::need_indices(object, entries)? })
    }

    /// Returns the position in DT_VERNEED of the library that has to define a symbol.
    fn provider(&self, symbol: u32) -> Option<u16> {
        // The highest bit marks a hidden version.
        let index = self.indices.get(symbol as usize)? & 0x7fff;
        let position = self.providers.binary_search_by_key(&index, |(index, _)| *index).ok()?;
        Some(self.providers[position].1)
    }
}
