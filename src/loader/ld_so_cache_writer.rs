//! Writer of a new `/etc/ld.so.cache`: an old one with more libraries, as ldconfig writes it, in the newer format alone
//! (glibc 2.32 and later write no other; every glibc since 2.2 reads it).
//!
//! ld.so does a binary search, so the order of the entries is part of the format (sysdeps/generic/dl-cache.h,
//! elf/cache.c): names in descending order with numbers in them by value, then flags in descending order, then entries
//! of glibc-hwcaps sub-directories before the others. Of equal entries ld.so takes the first: the one of the old cache.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use bstr::{BStr, BString};

use super::ld_so_cache::{
    BrokenCache, ENTRY_BYTES, EXTENSION_HWCAPS, EXTENSION_MAGIC, HEADER_BYTES, HWCAP_IS_INDEX, LdSoCache,
    MAGIC,
};
use super::platform::Platform;
use crate::elf::ByteOrder;

/// Flags in the header for the byte order, since glibc 2.33.
const LITTLE_ENDIAN: u8 = 2;
const BIG_ENDIAN: u8 = 3;

/// Library to add to a cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CachedLibrary {
    /// Name by which objects need it.
    pub name: BString,
    /// Path of the file.
    pub path: BString,
}

/// Entry of the new cache.
struct NewEntry<'bytes> {
    name: &'bytes BStr,
    path: &'bytes BStr,
    flags: u32,
    hwcaps: Option<&'bytes BStr>,
}

/// Returns the cache `old` with libraries for a machine added to it.
///
/// # Errors
/// If ld.so does not read the format of the old cache.
pub fn renewed_cache(
    old: &[u8],
    platform: &Platform,
    added: &[CachedLibrary],
) -> Result<Vec<u8>, BrokenCache> {
    let cache = LdSoCache::parse(old)?;
    let mut entries: Vec<NewEntry<'_>> = cache
        .entries()
        .map(|(name, entry)| NewEntry { name, path: entry.path, flags: entry.flags, hwcaps: entry.hwcaps })
        .collect();
    let known: BTreeSet<(&BStr, &BStr)> = entries.iter().map(|entry| (entry.name, entry.path)).collect();
    let new = added
        .iter()
        .map(|library| NewEntry {
            name: BStr::new(&library.name),
            path: BStr::new(&library.path),
            flags: platform.cache_flags,
            hwcaps: None,
        })
        .filter(|entry| !known.contains(&(entry.name, entry.path)));
    entries.extend(new);
    entries.sort_by(order);
    Ok(encode(&entries, platform.machine().byte_order))
}

fn order(left: &NewEntry<'_>, right: &NewEntry<'_>) -> Ordering {
    // Names that differ only in leading zeros are equal for ld.so; the order of their bytes makes ours definite.
    compare_names(right.name, left.name)
        .then_with(|| right.flags.cmp(&left.flags))
        .then_with(|| left.hwcaps.is_none().cmp(&right.hwcaps.is_none()))
        .then_with(|| left.hwcaps.cmp(&right.hwcaps))
        .then_with(|| left.name.cmp(right.name))
}

/// Compares names as `_dl_cache_libcmp` does: byte by byte, numbers by value, a number after any other byte.
fn compare_names(left: &[u8], right: &[u8]) -> Ordering {
    let (mut left, mut right) = (left, right);
    loop {
        match (left.first(), right.first()) {
            (Some(one), Some(other)) if one.is_ascii_digit() && other.is_ascii_digit() => {
                let ordering = take_number(&mut left).cmp(&take_number(&mut right));
                if ordering != Ordering::Equal {
                    return ordering;
                }
            }
            (Some(one), _) if one.is_ascii_digit() => return Ordering::Greater,
            (_, Some(other)) if other.is_ascii_digit() => return Ordering::Less,
            (Some(one), Some(other)) if one == other => {
                left = &left[1..];
                right = &right[1..];
            }
            // The end is a NUL, which is less than any byte of a name.
            (one, other) => return one.cmp(&other),
        }
    }
}

/// Takes a number off the start of `text`; like ld.so's `int`, it wraps.
fn take_number(text: &mut &[u8]) -> i32 {
    let mut value: i32 = 0;
    while let Some(digit) = text.first().filter(|byte| byte.is_ascii_digit()) {
        value = value.wrapping_mul(10).wrapping_add(i32::from(digit - b'0'));
        *text = &text[1..];
    }
    value
}

fn encode(entries: &[NewEntry<'_>], byte_order: ByteOrder) -> Vec<u8> {
    let word = |value: usize| {
        // Offsets in this format have 32 bits; a cache of 4 GiB was refused when it was read.
        let value = u32::try_from(value).unwrap_or(u32::MAX);
        match byte_order {
            ByteOrder::Little => value.to_le_bytes(),
            ByteOrder::Big => value.to_be_bytes(),
        }
    };
    let levels: BTreeSet<&BStr> = entries.iter().filter_map(|entry| entry.hwcaps).collect();
    let levels: Vec<&BStr> = levels.into_iter().collect();
    let strings_at = HEADER_BYTES + entries.len() * ENTRY_BYTES;
    let mut strings: Vec<u8> = Vec::new();
    let mut place = |text: &BStr| {
        let at = strings_at + strings.len();
        strings.extend_from_slice(text);
        strings.push(0);
        word(at)
    };
    let mut table = Vec::with_capacity(entries.len() * ENTRY_BYTES);
    for entry in entries {
        let index = entry.hwcaps.and_then(|level| levels.binary_search(&level).ok());
        let hwcap = index.map_or(0, |index| HWCAP_IS_INDEX | index as u64);
        table.extend(word(entry.flags as usize));
        table.extend(place(entry.name));
        table.extend(place(entry.path));
        table.extend(word(0));
        table.extend(match byte_order {
            ByteOrder::Little => hwcap.to_le_bytes(),
            ByteOrder::Big => hwcap.to_be_bytes(),
        });
    }
    let levels: Vec<[u8; 4]> = levels.into_iter().map(&mut place).collect();
    let extension_at = (strings_at + strings.len()).next_multiple_of(4);
    let mut bytes = MAGIC.to_vec();
    bytes.extend(word(entries.len()));
    bytes.extend(word(strings.len()));
    bytes.extend(match byte_order {
        ByteOrder::Little => [LITTLE_ENDIAN, 0, 0, 0],
        ByteOrder::Big => [BIG_ENDIAN, 0, 0, 0],
    });
    bytes.extend(word(if levels.is_empty() { 0 } else { extension_at }));
    bytes.resize(HEADER_BYTES, 0);
    bytes.extend(table);
    bytes.extend(strings);
    if !levels.is_empty() {
        bytes.resize(extension_at, 0);
        // Directory of one section: kind, flags, offset, size.
        let section = [
            word(EXTENSION_MAGIC as usize),
            word(1),
            word(EXTENSION_HWCAPS as usize),
            word(0),
            word(extension_at + 24),
            word(levels.len() * 4),
        ];
        bytes.extend(section.concat());
        bytes.extend(levels.concat());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(name: &str) -> CachedLibrary {
        CachedLibrary { name: name.into(), path: format!("/usr/lib/{name}").into() }
    }

    fn amd64() -> &'static Platform {
        Platform::of_triplet("x86_64-linux-gnu").expect("a known triplet")
    }

    /// Cache without entries.
    fn empty() -> Vec<u8> {
        encode(&[], ByteOrder::Little)
    }

    #[test]
    fn numbers_in_names_count_by_value_and_come_after_other_bytes() {
        for (less, greater) in
            [("liba.so.9", "liba.so.10"), ("liba.so", "liba.so.1"), ("liba.so", "lib1.so"), ("a", "b")]
        {
            assert_eq!(compare_names(less.as_bytes(), greater.as_bytes()), Ordering::Less);
            assert_eq!(compare_names(greater.as_bytes(), less.as_bytes()), Ordering::Greater);
        }
        assert_eq!(compare_names(b"a01", b"a1"), Ordering::Equal);
    }

    #[test]
    fn added_libraries_are_found_in_either_byte_order_and_old_ones_stay_first() {
        let s390x = Platform::of_triplet("s390x-linux-gnu").expect("a known triplet");
        for platform in [amd64(), s390x] {
            let old = encode(&[], platform.machine().byte_order);
            let names = ["libb.so.10", "libb.so.9", "liba.so"].map(library);
            let first = renewed_cache(&old, platform, &names).expect("a whole cache");
            let other = CachedLibrary { path: "/lib/liba.so".into(), ..library("liba.so") };
            let second =
                renewed_cache(&first, platform, &[other, library("libb.so.9")]).expect("a whole cache");
            let cache = LdSoCache::parse(&second).expect("a whole cache");
            for library in names {
                let found = cache.look_up(&library.name, platform.cache_flags, &[]);
                assert_eq!(found, Some(BStr::new(&library.path)));
            }
            assert_eq!(cache.entries().count(), 4);
        }
    }

    #[test]
    fn sub_directories_for_newer_processors_are_kept() {
        let entry = |hwcaps| NewEntry {
            name: BStr::new("liba.so"),
            path: BStr::new("/x/liba.so"),
            flags: amd64().cache_flags,
            hwcaps,
        };
        let old = encode(&[entry(Some(BStr::new("x86-64-v3"))), entry(None)], ByteOrder::Little);
        let new = renewed_cache(&old, amd64(), &[library("libb.so")]).expect("a whole cache");
        let cache = LdSoCache::parse(&new).expect("a whole cache");
        let mut levels: Vec<_> = cache.entries().filter_map(|(_, entry)| entry.hwcaps).collect();
        levels.sort_unstable();
        assert_eq!(levels, ["x86-64-v3"]);
        assert_eq!(cache.entries().count(), 3);
    }

    #[test]
    fn a_broken_cache_is_an_error() {
        assert!(renewed_cache(b"text", amd64(), &[]).is_err());
        assert_eq!(renewed_cache(&empty(), amd64(), &[]).expect("a whole cache"), empty());
    }
}
