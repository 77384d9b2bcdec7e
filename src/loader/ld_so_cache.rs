//! Reader of `/etc/ld.so.cache` in the format that ldconfig has written since glibc 2.2 (`glibc-ld.so.cache1.1`,
//! sysdeps/generic/dl-cache.h), alone or behind a table of the older format.
//!
//! ld.so never reads ld.so.conf: a library that a stale or absent cache does not name is not found through it.

use bstr::{BStr, ByteSlice};
use hashbrown::HashMap;

use crate::elf::ByteOrder;

pub(super) const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const OLD_MAGIC: &[u8] = b"ld.so-1.7.0";
const OLD_HEADER_BYTES: usize = 16;
const OLD_ENTRY_BYTES: usize = 12;
pub(super) const HEADER_BYTES: usize = 48;
pub(super) const ENTRY_BYTES: usize = 24;

/// PATH_MAX: no longer path can be opened.
const MAX_PATH_BYTES: usize = 4096;

/// Bit of `hwcap` for which its low half is an index into the glibc-hwcaps extension.
pub(super) const HWCAP_IS_INDEX: u64 = 1 << 62;
/// Extension that lists the names of glibc-hwcaps sub-directories.
pub(super) const EXTENSION_MAGIC: u32 = 0xeaa4_2174;
pub(super) const EXTENSION_HWCAPS: u32 = 1;

/// Entries of a cache by name. They borrow its bytes, as many entries may share one long name.
#[derive(Debug, Default)]
pub struct LdSoCache<'bytes> {
    entries: HashMap<&'bytes BStr, Vec<CacheEntry<'bytes>>>,
}

/// File that a cache names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CacheEntry<'bytes> {
    pub(super) path: &'bytes BStr,
    pub(super) flags: u32,
    /// Glibc-hwcaps sub-directory that has the file, if one does.
    pub(super) hwcaps: Option<&'bytes BStr>,
}

/// Cache in a format that ld.so does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read ld.so.cache: {0}")]
pub struct BrokenCache(&'static str);

const TRUNCATED: BrokenCache = BrokenCache("shorter than its tables");

impl<'bytes> LdSoCache<'bytes> {
    /// Parses a cache, in either byte order.
    ///
    /// # Errors
    /// If the bytes have another format; ld.so then runs without a cache.
    pub fn parse(bytes: &'bytes [u8]) -> Result<Self, BrokenCache> {
        let table = new_table(bytes)?;
        let order = byte_order(table)?;
        let count = word(order, table, 20)? as usize;
        let hwcaps = hwcaps_names(table, order)?;
        let mut entries: HashMap<&BStr, Vec<CacheEntry<'_>>> = HashMap::new();
        for index in 0..count {
            let offset = HEADER_BYTES.saturating_add(index.saturating_mul(ENTRY_BYTES));
            let entry = table.get(offset..).filter(|rest| rest.len() >= ENTRY_BYTES).ok_or(TRUNCATED)?;
            let hwcap = long(order, entry, 16)?;
            let hwcaps = match hwcap {
                0 => None,
                index if index & HWCAP_IS_INDEX != 0 => match hwcaps.get(index as u32 as usize) {
                    Some(name) => Some(*name),
                    None => continue,
                },
                // Platform bits of old releases: no processor is assumed to have them.
                _ => continue,
            };
            let name = string(table, word(order, entry, 4)?)?;
            let path = string(table, word(order, entry, 8)?)?;
            let file = CacheEntry { path, flags: word(order, entry, 0)?, hwcaps };
            entries.entry(name).or_default().push(file);
        }
        Ok(Self { entries })
    }

    /// Paths of the files that the cache names, in no particular order.
    pub fn paths(&self) -> impl Iterator<Item = &'bytes BStr> {
        self.entries().map(|(_, entry)| entry.path)
    }

    /// Entries with their names; those of one name are in the cache's order.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'bytes BStr, &CacheEntry<'bytes>)> {
        self.entries.iter().flat_map(|(name, entries)| entries.iter().map(|entry| (*name, entry)))
    }

    /// Path of the file that ld.so takes for a name: one with these flags, in the best of the searched sub-directories
    /// `hwcaps` (the best first), else one in none of them.
    pub(super) fn look_up(&self, name: &[u8], flags: u32, hwcaps: &[String]) -> Option<&'bytes BStr> {
        let rank = |entry: &CacheEntry<'_>| match entry.hwcaps {
            None => Some(usize::MAX),
            Some(name) => hwcaps
                .iter()
                .position(|searched| searched.rsplit('/').next().is_some_and(|level| name == level)),
        };
        self.entries
            .get(BStr::new(name))?
            .iter()
            .filter(|entry| entry.flags == flags)
            .filter_map(|entry| Some((rank(entry)?, entry)))
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, entry)| entry.path)
    }
}

/// Returns the part of the file with the table of the new format; offsets of strings count from its start.
fn new_table(bytes: &[u8]) -> Result<&[u8], BrokenCache> {
    if bytes.starts_with(MAGIC) {
        return Ok(bytes);
    }
    if !bytes.starts_with(OLD_MAGIC) {
        return Err(BrokenCache("unknown format"));
    }
    // The older format does not state its byte order; only little-endian machines are known to have written it.
    let count = word(ByteOrder::Little, bytes, 12)? as usize;
    let end = OLD_HEADER_BYTES.saturating_add(count.saturating_mul(OLD_ENTRY_BYTES));
    let start = end.checked_next_multiple_of(8).ok_or(TRUNCATED)?;
    bytes.get(start..).filter(|rest| rest.starts_with(MAGIC)).ok_or(BrokenCache("unknown format"))
}

/// Byte order of a table. The header states it since glibc 2.33; in an older table it is the order in which the number
/// of entries fits the length.
fn byte_order(table: &[u8]) -> Result<ByteOrder, BrokenCache> {
    let flags = *table.get(28).ok_or(TRUNCATED)?;
    Ok(match flags & 3 {
        3 => ByteOrder::Big,
        2 => ByteOrder::Little,
        _ if word(ByteOrder::Little, table, 20)? as usize <= table.len() / ENTRY_BYTES => ByteOrder::Little,
        _ => ByteOrder::Big,
    })
}

fn word(order: ByteOrder, bytes: &[u8], offset: usize) -> Result<u32, BrokenCache> {
    let word = bytes.get(offset..).and_then(|rest| rest.first_chunk::<4>()).ok_or(TRUNCATED)?;
    Ok(match order {
        ByteOrder::Little => u32::from_le_bytes(*word),
        ByteOrder::Big => u32::from_be_bytes(*word),
    })
}

fn long(order: ByteOrder, bytes: &[u8], offset: usize) -> Result<u64, BrokenCache> {
    let long = bytes.get(offset..).and_then(|rest| rest.first_chunk::<8>()).ok_or(TRUNCATED)?;
    Ok(match order {
        ByteOrder::Little => u64::from_le_bytes(*long),
        ByteOrder::Big => u64::from_be_bytes(*long),
    })
}

fn string(table: &[u8], offset: u32) -> Result<&BStr, BrokenCache> {
    let rest = table.get(offset as usize..).ok_or(TRUNCATED)?;
    let rest = &rest[..rest.len().min(MAX_PATH_BYTES)];
    let end = rest.find_byte(0).ok_or(BrokenCache("a name without an end"))?;
    Ok(BStr::new(&rest[..end]))
}

/// Names of the glibc-hwcaps sub-directories; entries refer to them by index.
fn hwcaps_names(table: &[u8], order: ByteOrder) -> Result<Vec<&BStr>, BrokenCache> {
    let directory = word(order, table, 32)? as usize;
    if directory == 0 || word(order, table, directory)? != EXTENSION_MAGIC {
        return Ok(Vec::new());
    }
    let count = word(order, table, directory.saturating_add(4))? as usize;
    for index in 0..count {
        let section = directory.saturating_add(8).saturating_add(index.saturating_mul(16));
        if word(order, table, section)? != EXTENSION_HWCAPS {
            continue;
        }
        let start = word(order, table, section.saturating_add(8))? as usize;
        let bytes = word(order, table, section.saturating_add(12))? as usize;
        return (0..bytes / 4)
            .map(|index| {
                let name = word(order, table, start.saturating_add(index.saturating_mul(4)))?;
                string(table, name)
            })
            .collect();
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cache of one library in two files, one of them in a sub-directory, in ldconfig's layout.
    fn cache() -> Vec<u8> {
        let mut strings = Vec::new();
        let strings_at = HEADER_BYTES + 2 * ENTRY_BYTES;
        let [name, base, better, level] =
            ["libx.so.1", "/lib/libx.so.1", "/lib/glibc-hwcaps/x86-64-v3/libx.so.1", "x86-64-v3"].map(
                |text| {
                    let offset = (strings_at + strings.len()) as u32;
                    strings.extend(text.bytes().chain([0]));
                    offset
                },
            );
        let extension_at = ((strings_at + strings.len()).next_multiple_of(4)) as u32;
        let mut bytes = MAGIC.to_vec();
        let mut push = |words: &[u32]| words.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        push(&[2, strings.len() as u32, 2, extension_at, 0, 0, 0]);
        push(&[0x0303, name, better, 0, 0, (HWCAP_IS_INDEX >> 32) as u32]);
        push(&[0x0303, name, base, 0, 0, 0]);
        bytes.extend(&strings);
        bytes.resize(extension_at as usize, 0);
        let mut push = |words: &[u32]| words.iter().for_each(|word| bytes.extend(word.to_le_bytes()));
        push(&[EXTENSION_MAGIC, 1, EXTENSION_HWCAPS, 0, extension_at + 24, 4, level]);
        bytes
    }

    #[test]
    fn the_best_searched_sub_directory_wins() {
        let bytes = cache();
        let cache = LdSoCache::parse(&bytes).expect("a whole cache");
        let v3 = ["glibc-hwcaps/x86-64-v3".to_owned()];
        assert_eq!(
            cache.look_up(b"libx.so.1", 0x0303, &v3),
            Some(BStr::new("/lib/glibc-hwcaps/x86-64-v3/libx.so.1"))
        );
        assert_eq!(cache.look_up(b"libx.so.1", 0x0303, &[]), Some(BStr::new("/lib/libx.so.1")));
        assert_eq!(cache.look_up(b"libx.so.1", 0x0a03, &v3), None);
    }

    #[test]
    fn truncated_caches_are_refused_not_fatal() {
        let bytes = cache();
        for length in 0..bytes.len() {
            // Some prefixes still have whole tables; none may panic.
            let _ = LdSoCache::parse(&bytes[..length]);
        }
        assert!(LdSoCache::parse(&bytes[..60]).is_err());
        assert_eq!(LdSoCache::parse(b"text").err(), Some(BrokenCache("unknown format")));
    }
}
