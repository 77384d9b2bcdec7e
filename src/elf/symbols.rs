//! Dynamic symbols: where they are, and whether an object defines given names.
//!
//! A definition is looked up as ld.so does it, through DT_GNU_HASH or else DT_HASH, so a library with a hundred
//! thousand symbols costs no more than one with ten.

use goblin::elf::dynamic::{DT_GNU_HASH, DT_HASH, DT_SYMTAB};
use goblin::elf::sym::Sym;
use scroll::Pread;

use super::error::ElfError;
use super::object::{DynamicEntries, ObjectReader};
use super::read_at::ReadAt;

/// Limit of one hash chain, above any real table.
const MAX_CHAIN: u32 = 1 << 16;

/// Limit of hash buckets, above any real table.
const MAX_BUCKETS: u32 = 1 << 22;

/// Returns the names in `wanted` that the object defines.
pub(super) fn defined<S: ReadAt + ?Sized>(
    object: &mut ObjectReader<'_, S>,
    entries: &DynamicEntries,
    wanted: &[String],
) -> Result<Vec<String>, ElfError> {
    let Some(table) = SymbolTable::locate(object, entries)?.filter(|_| !wanted.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for name in wanted {
        if table.defines(object, name.as_bytes())? {
            found.push(name.clone());
        }
    }
    Ok(found)
}

/// File offsets of an object's symbols and of their hash table.
pub(super) struct SymbolTable {
    symbols: u64,
    hash: HashTable,
}

enum HashTable {
    Gnu(u64),
    SystemV(u64),
}

impl SymbolTable {
    /// Finds the symbols and their hash table; none if the object has no such table.
    pub(super) fn locate<S: ReadAt + ?Sized>(
        object: &ObjectReader<'_, S>,
        entries: &DynamicEntries,
    ) -> Result<Option<Self>, ElfError> {
        let Some(symbols) = entries.value(DT_SYMTAB) else { return Ok(None) };
        let hash = match (entries.value(DT_GNU_HASH), entries.value(DT_HASH)) {
            (Some(address), _) => HashTable::Gnu(object.offset_of(address)?),
            (None, Some(address)) => HashTable::SystemV(object.offset_of(address)?),
            (None, None) => return Ok(None),
        };
        Ok(Some(Self { symbols: object.offset_of(symbols)?, hash }))
    }

    fn defines<S: ReadAt + ?Sized>(
        &self,
        object: &mut ObjectReader<'_, S>,
        name: &[u8],
    ) -> Result<bool, ElfError> {
        match self.hash {
            HashTable::Gnu(table) => self.defines_by_gnu_hash(object, table, name),
            HashTable::SystemV(table) => self.defines_by_system_v_hash(object, table, name),
        }
    }

    /// Looks a name up in the GNU hash table: buckets of symbols sorted by bucket, each symbol with its hash, the last one
    /// of a bucket marked by an odd hash. The Bloom filter in front of it is only a shortcut and is not used.
    fn defines_by_gnu_hash<S: ReadAt + ?Sized>(
        &self,
        object: &mut ObjectReader<'_, S>,
        table: u64,
        name: &[u8],
    ) -> Result<bool, ElfError> {
        let buckets = word(object, table, 0)?;
        let first_symbol = word(object, table, 1)?;
        let bloom_words = u64::from(word(object, table, 2)?);
        if buckets == 0 {
            return Ok(false);
        }
        let words_in_address = if object.context().is_big() { 2 } else { 1 };
        let bucket_words = bloom_words.saturating_mul(words_in_address).saturating_add(4);
        let hash = gnu_hash(name);
        let start = word(object, table, bucket_words.saturating_add(u64::from(hash % buckets)))?;
        if start < first_symbol {
            return Ok(false);
        }
        let chain_words = bucket_words.saturating_add(buckets.into());
        for step in 0..MAX_CHAIN {
            let index = start.saturating_add(step);
            let chained = word(object, table, chain_words.saturating_add(u64::from(index - first_symbol)))?;
            if chained | 1 == hash | 1 && self.is_definition(object, index, name)? {
                return Ok(true);
            }
            if chained & 1 == 1 {
                return Ok(false);
            }
        }
        Err(ElfError::Malformed("a hash chain has no end"))
    }

    fn defines_by_system_v_hash<S: ReadAt + ?Sized>(
        &self,
        object: &mut ObjectReader<'_, S>,
        table: u64,
        name: &[u8],
    ) -> Result<bool, ElfError> {
        let buckets = word(object, table, 0)?;
        if buckets == 0 {
            return Ok(false);
        }
        let mut index = word(object, table, 2 + u64::from(system_v_hash(name) % buckets))?;
        for _ in 0..MAX_CHAIN {
            if index == 0 {
                return Ok(false);
            }
            if self.is_definition(object, index, name)? {
                return Ok(true);
            }
            index = word(object, table, 2 + u64::from(buckets) + u64::from(index))?;
        }
        Err(ElfError::Malformed("a hash chain has no end"))
    }

    fn is_definition<S: ReadAt + ?Sized>(
        &self,
        object: &mut ObjectReader<'_, S>,
        index: u32,
        name: &[u8],
    ) -> Result<bool, ElfError> {
        let symbol = self.symbol(object, index)?;
        Ok(symbol.st_shndx != 0 && object.string(symbol.st_name as u64)? == name)
    }

    /// Reads one symbol.
    pub(super) fn symbol<S: ReadAt + ?Sized>(
        &self,
        object: &mut ObjectReader<'_, S>,
        index: u32,
    ) -> Result<Sym, ElfError> {
        let context = object.context();
        let length = Sym::size(context.container);
        let offset = self.symbols.saturating_add(u64::from(index) * length as u64);
        object
            .table(offset, length)?
            .pread_with(0, context)
            .map_err(|_| ElfError::Malformed("a symbol cannot be parsed"))
    }

    /// Index behind the last undefined symbol. The GNU hash table lists only definitions, which come after all other
    /// symbols; the System V table lists every symbol.
    pub(super) fn undefined_end<S: ReadAt + ?Sized>(
        &self,
        object: &mut ObjectReader<'_, S>,
    ) -> Result<u32, ElfError> {
        match self.hash {
            HashTable::Gnu(table) => word(object, table, 1),
            HashTable::SystemV(table) => word(object, table, 1),
        }
    }
}

impl SymbolTable {
    /// Returns the offset of the first symbol.
    pub(super) fn offset(&self) -> u64 {
        self.symbols
    }

    /// Returns the index behind the last symbol. The GNU hash table does not state it: the chain of the last bucket ends
    /// with the last symbol.
    pub(super) fn end<S: ReadAt + ?Sized>(&self, object: &mut ObjectReader<'_, S>) -> Result<u32, ElfError> {
        let HashTable::Gnu(table) = self.hash else { return self.undefined_end(object) };
        let buckets = word(object, table, 0)?.min(MAX_BUCKETS);
        let first_symbol = word(object, table, 1)?;
        let words_in_address = if object.context().is_big() { 2 } else { 1 };
        let bloom_words = u64::from(word(object, table, 2)?).saturating_mul(words_in_address);
        let bucket_words = bloom_words.saturating_add(4);
        let mut last = 0;
        for bucket in 0..buckets {
            last = last.max(word(object, table, bucket_words.saturating_add(bucket.into()))?);
        }
        if last < first_symbol {
            return Ok(first_symbol);
        }
        let chain_words = bucket_words.saturating_add(buckets.into());
        for step in 0..MAX_CHAIN {
            let index = last.saturating_add(step);
            if word(object, table, chain_words.saturating_add(u64::from(index - first_symbol)))? & 1 == 1 {
                return Ok(index.saturating_add(1));
            }
        }
        Err(ElfError::Malformed("a hash chain has no end"))
    }
}

/// Reads the 32-bit word at `index` words behind the offset `table`.
fn word<S: ReadAt + ?Sized>(
    object: &mut ObjectReader<'_, S>,
    table: u64,
    index: u64,
) -> Result<u32, ElfError> {
    let order = object.context().le;
    object
        .table(table.saturating_add(index.saturating_mul(4)), 4)?
        .pread_with(0, order)
        .map_err(|_| ElfError::Malformed("a hash table cannot be parsed"))
}

fn gnu_hash(name: &[u8]) -> u32 {
    name.iter().fold(5381, |hash: u32, &byte| hash.wrapping_mul(33).wrapping_add(byte.into()))
}

fn system_v_hash(name: &[u8]) -> u32 {
    name.iter().fold(0, |hash: u32, &byte| {
        let hash = hash.wrapping_shl(4).wrapping_add(byte.into());
        let high = hash & 0xf000_0000;
        (hash ^ high >> 24) & !high
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_standards() {
        // Examples of the GNU hash from its description, and of the gABI's function.
        assert_eq!(gnu_hash(b"printf"), 0x156b_2bb8);
        assert_eq!(gnu_hash(b""), 5381);
        assert_eq!(system_v_hash(b"printf"), 0x077905a6);
    }
}
