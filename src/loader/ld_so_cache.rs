//! `/etc/ld.so.cache` in the form that ldconfig has written since glibc 2.2 (`glibc-ld.so.cache1.1`,
//! sysdeps/generic/dl-cache.h), alone or behind a table of the older form.
//!
//! ld.so never reads ld.so.conf: what a stale or absent cache does not name is not found.

use bstr::{BStr, ByteSlice};
use hashbrown::HashMap;

pub(super) const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const OLD_MAGIC: &[u8] = b"ld.so-1.7.0";
const OLD_HEADER_BYTES: usize = 16;
const OLD_ENTRY_BYTES: usize = 12;
pub(super) const HEADER_BYTES: usize = 48;
pub(super) const ENTRY_BYTES: usize = 24;

/// PATH_MAX: nothing longer can be opened.
const MAX_PATH_BYTES: usize = 4096;

/// The bit of `hwcap` that says: its low half is an index of the glibc-hwcaps extension.
pub(super) const HWCAP_IS_INDEX: u64 = 1 << 62;
/// The extension that lists the names of glibc-hwcaps sub-directories.
pub(super) const EXTENSION_MAGIC: u32 = 0xeaa4_2174;
pub(super) const EXTENSION_HWCAPS: u32 = 1;

/// The cache's answers, by name. They are parts of its bytes: many entries may share one long name.
#[derive(Debug, Default)]
pub struct LdSoCache<'bytes> {
    entries: HashMap<&'bytes BStr, Vec<Library<'bytes>>>,
}

/// One file that the cache names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Library<'bytes> {
    pub(super) path: &'bytes BStr,
    pub(super) flags: u32,
    /// The glibc-hwcaps sub-directory that it is from, if it is.
    pub(super) hwcaps: Option<&'bytes BStr>,
}

/// The cache is not of a form that ld.so would read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read ld.so.cache: {0}")]
pub struct BrokenCache(&'static str);

const TRUNCATED: BrokenCache = BrokenCache("it is shorter than its tables");

impl<'bytes> LdSoCache<'bytes> {
    /// Reads a cache, in either byte order.
    ///
    /// # Errors
    /// When it has not the form above; ld.so then goes on without it.
    pub fn parse(bytes: &'bytes [u8]) -> Result<Self, BrokenCache> {
        let table = new_table(bytes)?;
        let order = Order::of(table)?;
        let count = order.word(table, 20)? as usize;
        let hwcaps = hwcaps_names(table, order)?;
        let mut entries: HashMap<&BStr, Vec<Library<'_>>> = HashMap::new();
        for index in 0..count {
            let offset = HEADER_BYTES.saturating_add(index.saturating_mul(ENTRY_BYTES));
            let entry = table.get(offset..).filter(|rest| rest.len() >= ENTRY_BYTES).ok_or(TRUNCATED)?;
            let hwcap = order.long(entry, 16)?;
            let hwcaps = match hwcap {
                0 => None,
                index if index & HWCAP_IS_INDEX != 0 => match hwcaps.get(index as u32 as usize) {
                    Some(name) => Some(*name),
                    None => continue,
                },
                // Platform bits of old releases, which no processor is known to have.
                _ => continue,
            };
            let name = string(table, order.word(entry, 4)?)?;
            let path = string(table, order.word(entry, 8)?)?;
            let library = Library { path, flags: order.word(entry, 0)?, hwcaps };
            entries.entry(name).or_default().push(library);
        }
        Ok(Self { entries })
    }

    /// The path of every file that it names, in no particular order.
    pub fn paths(&self) -> impl Iterator<Item = &'bytes BStr> {
        self.libraries().map(|(_, library)| library.path)
    }

    /// Every file that it names, with the name that is asked for; those of one name are in the cache's order.
    pub(super) fn libraries(&self) -> impl Iterator<Item = (&'bytes BStr, &Library<'bytes>)> {
        self.entries.iter().flat_map(|(name, libraries)| libraries.iter().map(|library| (*name, library)))
    }

    /// The file that ld.so would take for a name: with these flags, and of the best of the sub-directories that
    /// are searched (the best first), else of none.
    pub(super) fn look_up(&self, name: &[u8], flags: u32, hwcaps: &[String]) -> Option<&'bytes BStr> {
        let rank = |library: &Library<'_>| match library.hwcaps {
            None => Some(usize::MAX),
            Some(name) => hwcaps
                .iter()
                .position(|searched| searched.rsplit('/').next().is_some_and(|level| name == level)),
        };
        self.entries
            .get(BStr::new(name))?
            .iter()
            .filter(|library| library.flags == flags)
            .filter_map(|library| Some((rank(library)?, library)))
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, library)| library.path)
    }
}

/// The part of the file that holds the table of the new form; its strings are found from its own start.
fn new_table(bytes: &[u8]) -> Result<&[u8], BrokenCache> {
    if bytes.starts_with(MAGIC) {
        return Ok(bytes);
    }
    if !bytes.starts_with(OLD_MAGIC) {
        return Err(BrokenCache("unknown form"));
    }
    // The older form has no mark of its byte order; only machines with the host's wrote it.
    let count = Order::Little.word(bytes, 12)? as usize;
    let end = OLD_HEADER_BYTES.saturating_add(count.saturating_mul(OLD_ENTRY_BYTES));
    let start = end.checked_next_multiple_of(8).ok_or(TRUNCATED)?;
    bytes.get(start..).filter(|rest| rest.starts_with(MAGIC)).ok_or(BrokenCache("unknown form"))
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    /// The header's flag says it since glibc 2.33; before, the count that makes sense is the right one.
    fn of(table: &[u8]) -> Result<Self, BrokenCache> {
        let flags = *table.get(28).ok_or(TRUNCATED)?;
        Ok(match flags & 3 {
            3 => Self::Big,
            2 => Self::Little,
            _ if Self::Little.word(table, 20)? as usize <= table.len() / ENTRY_BYTES => Self::Little,
            _ => Self::Big,
        })
    }

    fn word(self, bytes: &[u8], offset: usize) -> Result<u32, BrokenCache> {
        let word = bytes.get(offset..).and_then(|rest| rest.first_chunk::<4>()).ok_or(TRUNCATED)?;
        Ok(match self {
            Self::Little => u32::from_le_bytes(*word),
            Self::Big => u32::from_be_bytes(*word),
        })
    }

    fn long(self, bytes: &[u8], offset: usize) -> Result<u64, BrokenCache> {
        let long = bytes.get(offset..).and_then(|rest| rest.first_chunk::<8>()).ok_or(TRUNCATED)?;
        Ok(match self {
            Self::Little => u64::from_le_bytes(*long),
            Self::Big => u64::from_be_bytes(*long),
        })
    }
}

fn string(table: &[u8], offset: u32) -> Result<&BStr, BrokenCache> {
    let rest = table.get(offset as usize..).ok_or(TRUNCATED)?;
    let rest = &rest[..rest.len().min(MAX_PATH_BYTES)];
    let end = rest.find_byte(0).ok_or(BrokenCache("a name has no end"))?;
    Ok(BStr::new(&rest[..end]))
}

/// The names of the glibc-hwcaps sub-directories, which entries refer to by index.
fn hwcaps_names(table: &[u8], order: Order) -> Result<Vec<&BStr>, BrokenCache> {
    let directory = order.word(table, 32)? as usize;
    if directory == 0 || order.word(table, directory)? != EXTENSION_MAGIC {
        return Ok(Vec::new());
    }
    let count = order.word(table, directory.saturating_add(4))? as usize;
    for index in 0..count {
        let section = directory.saturating_add(8).saturating_add(index.saturating_mul(16));
        if order.word(table, section)? != EXTENSION_HWCAPS {
            continue;
        }
        let start = order.word(table, section.saturating_add(8))? as usize;
        let bytes = order.word(table, section.saturating_add(12))? as usize;
        return (0..bytes / 4)
            .map(|index| {
                let name = order.word(table, start.saturating_add(index.saturating_mul(4)))?;
                string(table, name)
            })
            .collect();
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cache of one base library and one in a sub-directory, as ldconfig lays it out.
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
        let cache = LdSoCache::parse(&bytes).expect("parses");
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
            // Some cuts still hold whole tables; none may panic.
            let _ = LdSoCache::parse(&bytes[..length]);
        }
        assert!(LdSoCache::parse(&bytes[..60]).is_err());
        assert_eq!(LdSoCache::parse(b"text").err(), Some(BrokenCache("unknown form")));
    }
}
