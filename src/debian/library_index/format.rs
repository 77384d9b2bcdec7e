//! File format of library indices. It is laid out to be read in place: nothing is parsed when a file is opened, and
//! only the blocks that have a requested .deb are decompressed.
//!
//! ```text
//! file    = "sodeblib", version, number of blocks, number of .debs, length of the targets, length of the dictionary, length
//!           of the names (u32 each, little-endian), then for each block its end (u32), for each .deb a locator, the targets,
//!           the dictionary, the names, and the blocks one after another
//! target  = a line of distribution, release, architecture, number of packages and the date of the index, if it has one
//! locator = the first four bytes of the .deb's SHA-256, block (u32), offset in the decompressed block (u32); sorted
//! names   = Zstandard, of the postcard form of a list for each target: names of libraries with their providers
//! block   = Zstandard with the dictionary, of the postcard forms of some .debs, each after its whole SHA-256
//! ```
//! The .debs are in the order of their packages' names, so that the architectures and releases of one package share
//! strings. Blocks are small, so that one .deb costs a few microseconds; strings that blocks share are in the
//! dictionary.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use super::SonameTable;
use crate::debian::debs::DebFacts;
use crate::support::decompress::zstd_block;
use crate::vocabulary::{PackageName, Release, Sha256Digest, Target};

const MAGIC: &[u8; 8] = b"sodeblib";

/// Version of the format; increase it when the format or the recorded facts change.
const VERSION: u32 = 3;

/// Length of the head.
const HEAD_BYTES: usize = 32;

/// Length of a locator.
const LOCATOR_BYTES: usize = 12;

/// Number of bytes of the digest in a locator. The whole digest is compared in the block.
const PREFIX_BYTES: usize = 4;

/// Approximate size of a block before compression.
const BLOCK_BYTES: usize = 16 << 10;

/// Maximum size of a decompressed block: a .deb is never split, and the largest one has some megabytes of facts.
const MAX_BLOCK_BYTES: usize = 64 << 20;

/// Maximum size of the dictionary; a larger one does not shrink the file further.
const DICTIONARY_BYTES: usize = 110 << 10;

/// Minimum number of blocks for which a dictionary is trained; with fewer it would not shrink the file.
const TRAINING_BLOCKS: usize = 64;

/// Zstandard level of the blocks, which are written once and read for years.
const LEVEL: i32 = 19;

/// Facts about a .deb under its digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IndexedDeb {
    /// Digest of the .deb.
    pub sha256: Sha256Digest,
    /// Facts about it.
    pub facts: DebFacts,
}

impl IndexedDeb {
    /// Returns the name of the package.
    pub fn package(&self) -> Option<PackageName> {
        self.facts.field("Package").map(PackageName::new)
    }
}

/// Release and architecture that a library index covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedTarget {
    /// Release and architecture.
    pub target: Target,
    /// Number of its packages in the library index.
    pub packages: u32,
    /// Date of the archive's index that listed them.
    pub date: Option<Timestamp>,
}

/// Opened library index.
#[derive(Clone)]
pub struct LibraryIndex {
    bytes: Cow<'static, [u8]>,
    targets: Vec<IndexedTarget>,
    ends: Range<usize>,
    locators: Range<usize>,
    /// Offset of the first block.
    blocks: usize,
    dictionary: Range<usize>,
    names: Range<usize>,
    /// Tables of the targets, decoded on the first request.
    tables: OnceLock<Result<Arc<Vec<SonameTable>>, BadLibraryIndex>>,
    /// Prepared when the first block is decompressed.
    prepared: OnceLock<Arc<DecoderDictionary<'static>>>,
}

/// Error for data that is not a library index of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadLibraryIndex(&'static str);

impl fmt::Debug for LibraryIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LibraryIndex").field("debs", &self.len()).finish_non_exhaustive()
    }
}

const DAMAGED: BadLibraryIndex = BadLibraryIndex("one of its blocks is damaged");

impl LibraryIndex {
    /// Opens the bytes of a file.
    ///
    /// # Errors
    /// If they are not a library index of this version.
    pub fn open(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, BadLibraryIndex> {
        let bytes = bytes.into();
        let truncated = || BadLibraryIndex("it is truncated");
        if !bytes.starts_with(MAGIC) {
            return Err(BadLibraryIndex("it is not a library index"));
        }
        let field = |field: usize| number(&bytes, MAGIC.len() + field * 4).ok_or_else(truncated);
        if field(0)? != VERSION as usize {
            return Err(BadLibraryIndex("another version of sodeb wrote it"));
        }
        let (blocks, debs, targets) = (field(1)?, field(2)?, field(3)?);
        let (length, names) = (field(4)?, field(5)?);
        let after = |start: usize, count: usize, each: usize| {
            let end = count.checked_mul(each).and_then(|length| start.checked_add(length));
            end.filter(|end| *end <= bytes.len()).ok_or_else(truncated)
        };
        let ends = HEAD_BYTES..after(HEAD_BYTES, blocks, 4)?;
        let locators = ends.end..after(ends.end, debs, LOCATOR_BYTES)?;
        let dictionary = after(locators.end, targets, 1)?;
        let dictionary = dictionary..after(dictionary, length, 1)?;
        let names = dictionary.end..after(dictionary.end, names, 1)?;
        let targets = parse_targets(&bytes[locators.end..dictionary.start])
            .ok_or(BadLibraryIndex("it does not name its releases"))?;
        let blocks = names.end;
        let (tables, prepared) = (OnceLock::new(), OnceLock::new());
        let index = Self { bytes, targets, ends, locators, blocks, dictionary, names, tables, prepared };
        let last = index.block_count().checked_sub(1);
        let end = last.map_or(Some(0), |last| index.end(last)).ok_or_else(truncated)?;
        if index.bytes.len() != index.blocks + end {
            return Err(truncated());
        }
        Ok(index)
    }

    /// Returns the releases and architectures that the index covers.
    pub fn targets(&self) -> &[IndexedTarget] {
        &self.targets
    }

    /// Returns true if the index was built from a target's packages. (Neighbouring releases share a few packages.)
    pub fn covers(&self, target: &Target) -> bool {
        self.targets.iter().any(|covered| covered.target == *target)
    }

    /// Returns the names of libraries of a target that are recorded apart from its .debs; none if the index does not cover
    /// the target.
    ///
    /// # Errors
    /// If the section of names is damaged.
    pub fn sonames(&self, target: &Target) -> Result<Option<&SonameTable>, BadLibraryIndex> {
        let Some(position) = self.targets.iter().position(|covered| covered.target == *target) else {
            return Ok(None);
        };
        let tables = self.tables.get_or_init(|| self.decoded_tables().map(Arc::new));
        tables.as_ref().map(|tables| tables.get(position)).map_err(|error| *error)
    }

    fn decoded_tables(&self) -> Result<Vec<SonameTable>, BadLibraryIndex> {
        let bytes = self.bytes.get(self.names.clone()).ok_or(DAMAGED)?;
        if bytes.is_empty() {
            return Ok(Vec::new());
        }
        let size = Decompressor::upper_bound(bytes).filter(|size| *size <= MAX_BLOCK_BYTES).ok_or(DAMAGED)?;
        let names = zstd_block(bytes, size, None).map_err(|_| DAMAGED)?;
        postcard::from_bytes(&names).map_err(|_| DAMAGED)
    }

    /// Returns the number of .debs.
    pub fn len(&self) -> usize {
        self.locators.len() / LOCATOR_BYTES
    }

    /// Returns true if there are no .debs.
    pub fn is_empty(&self) -> bool {
        self.locators.is_empty()
    }

    /// Returns the facts about the .deb with this digest; none if it is not in the index.
    ///
    /// # Errors
    /// If its block is damaged.
    pub fn deb(&self, sha256: Sha256Digest) -> Result<Option<DebFacts>, BadLibraryIndex> {
        let prefix = &sha256.0[..PREFIX_BYTES];
        let locator = |index: usize| {
            let start = self.locators.start + index * LOCATOR_BYTES;
            &self.bytes[start..start + LOCATOR_BYTES]
        };
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if locator(middle)[..PREFIX_BYTES] < *prefix { low = middle + 1 } else { high = middle }
        }
        let locators = (low..self.len()).map(locator);
        for locator in locators.take_while(|locator| locator[..PREFIX_BYTES] == *prefix) {
            let block = number(locator, PREFIX_BYTES).ok_or(DAMAGED)?;
            let start = number(locator, PREFIX_BYTES + 4).ok_or(DAMAGED)?;
            let block = self.block(block)?;
            let deb = block.get(start..).ok_or(DAMAGED)?;
            if deb.starts_with(&sha256.0) {
                return Ok(Some(first_deb(deb)?.0.facts));
            }
        }
        Ok(None)
    }

    /// Returns every .deb in the order of the file, block by block.
    pub fn debs(&self) -> impl Iterator<Item = Result<Vec<IndexedDeb>, BadLibraryIndex>> {
        (0..self.block_count()).map(|block| {
            let block = self.block(block)?;
            let (mut rest, mut debs) = (block.as_slice(), Vec::new());
            while !rest.is_empty() {
                let (deb, behind) = first_deb(rest)?;
                debs.push(deb);
                rest = behind;
            }
            Ok(debs)
        })
    }

    fn block_count(&self) -> usize {
        self.ends.len() / 4
    }

    /// Decompresses a block.
    fn block(&self, block: usize) -> Result<Vec<u8>, BadLibraryIndex> {
        let start = block.checked_sub(1).map_or(Some(0), |before| self.end(before)).ok_or(DAMAGED)?;
        let end = self.end(block).ok_or(DAMAGED)?;
        let bytes = self.bytes.get(self.blocks + start..self.blocks + end).ok_or(DAMAGED)?;
        let size = Decompressor::upper_bound(bytes).filter(|size| *size <= MAX_BLOCK_BYTES).ok_or(DAMAGED)?;
        let prepare = || Arc::new(DecoderDictionary::copy(&self.bytes[self.dictionary.clone()]));
        let dictionary = self.prepared.get_or_init(prepare);
        zstd_block(bytes, size, Some(dictionary)).map_err(|_| DAMAGED)
    }

    /// End of a block, counted from the start of the first one.
    fn end(&self, block: usize) -> Option<usize> {
        let start = self.ends.start + block * 4;
        if start + 4 > self.ends.end {
            return None;
        }
        number(&self.bytes, start)
    }
}

/// Parses the first .deb of a decompressed block, and returns the bytes of the others.
fn first_deb(block: &[u8]) -> Result<(IndexedDeb, &[u8]), BadLibraryIndex> {
    postcard::take_from_bytes(block).map_err(|_| DAMAGED)
}

fn parse_targets(lines: &[u8]) -> Option<Vec<IndexedTarget>> {
    let target = |line: &str| {
        let mut words = line.split(' ');
        Some(IndexedTarget {
            target: Target {
                distribution: words.next()?.parse().ok()?,
                release: Release::new(words.next()?),
                architecture: words.next()?.parse().ok()?,
            },
            packages: words.next()?.parse().ok()?,
            date: words.next().map(str::parse).transpose().ok()?,
        })
    };
    str::from_utf8(lines).ok()?.lines().map(target).collect()
}

fn target_line(target: &IndexedTarget) -> String {
    let IndexedTarget { target: Target { distribution, release, architecture }, packages, date } = target;
    let date = date.map(|date| format!(" {date}")).unwrap_or_default();
    format!("{distribution} {release} {architecture} {packages}{date}\n")
}

/// Returns the bytes of a library index of these .debs, which are sorted by their packages' names, with the table of names
/// of each target. The same .debs give the same bytes.
///
/// # Errors
/// If the compressor fails or the index exceeds 4 GiB.
pub fn write_library_index(
    targets: &[IndexedTarget],
    sonames: &[SonameTable],
    debs: &[IndexedDeb],
) -> io::Result<Vec<u8>> {
    let targets: String = targets.iter().map(target_line).collect();
    let mut locators = Vec::with_capacity(debs.len());
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    for deb in debs {
        if blocks.last().is_none_or(|block| block.len() >= BLOCK_BYTES) {
            blocks.push(Vec::new());
        }
        let number = blocks.len() - 1;
        let block = &mut blocks[number];
        locators.push((deb.sha256.0, short(number)?, short(block.len())?));
        block.extend(postcard::to_stdvec(deb).map_err(io::Error::other)?);
    }
    locators.sort_unstable();
    let dictionary = match blocks.len() {
        TRAINING_BLOCKS.. => zstd::dict::from_samples(&blocks, DICTIONARY_BYTES)?,
        _ => Vec::new(),
    };
    let encoder = EncoderDictionary::copy(&dictionary, LEVEL);
    let compressed: Vec<Vec<u8>> = blocks
        .par_iter()
        .map(|block| Compressor::with_prepared_dictionary(&encoder)?.compress(block))
        .collect::<io::Result<_>>()?;
    let names = match sonames {
        [] => Vec::new(),
        _ => zstd::bulk::compress(&postcard::to_stdvec(sonames).map_err(io::Error::other)?, LEVEL)?,
    };
    let mut file = MAGIC.to_vec();
    let lengths = [blocks.len(), locators.len(), targets.len(), dictionary.len(), names.len()];
    file.extend(VERSION.to_le_bytes());
    for length in lengths {
        file.extend(short(length)?.to_le_bytes());
    }
    let mut end = 0;
    for block in &compressed {
        end += block.len();
        file.extend(short(end)?.to_le_bytes());
    }
    for (digest, block, start) in locators {
        file.extend(&digest[..PREFIX_BYTES]);
        file.extend(block.to_le_bytes());
        file.extend(start.to_le_bytes());
    }
    file.extend(targets.into_bytes());
    file.extend(dictionary);
    file.extend(names);
    file.extend(compressed.into_iter().flatten());
    Ok(file)
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes(four.try_into().ok()?) as usize)
}

fn short(number: usize) -> io::Result<u32> {
    u32::try_from(number).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::digest::digest_of_bytes;
    use crate::vocabulary::{Architecture, Distribution};

    fn targets() -> Vec<IndexedTarget> {
        let target = |release: &str, date: Option<&str>| IndexedTarget {
            target: Target {
                distribution: Distribution::Debian,
                release: Release::new(release),
                architecture: Architecture::Arm64,
            },
            packages: 7,
            date: date.map(|date| date.parse().expect("is a date")),
        };
        vec![target("bookworm", Some("2026-11-28T01:02:03Z")), target("trixie", None)]
    }

    /// .debs with a different control stanza each.
    fn debs(count: usize) -> Vec<IndexedDeb> {
        let deb = |number: usize| {
            let control = format!("Package: p{number}\n{}", "x".repeat(5000));
            IndexedDeb { sha256: digest_of_bytes(control.as_bytes()), facts: DebFacts::of_control(control) }
        };
        (0..count).map(deb).collect()
    }

    #[test]
    fn every_deb_is_found_again_and_no_other() {
        let debs = debs(1000);
        let bytes = write_library_index(&targets(), &[], &debs).expect("is written");
        let index = LibraryIndex::open(bytes).expect("is an index");
        assert_eq!(index.targets(), targets());
        assert_eq!(index.len(), debs.len());
        for deb in &debs {
            let found = index.deb(deb.sha256).expect("is whole").expect("exists");
            assert_eq!(found.control, deb.facts.control);
        }
        assert!(index.deb(digest_of_bytes(b"another")).expect("is whole").is_none());
        assert!(index.debs().count() > TRAINING_BLOCKS, "blocks for a dictionary");
        let listed = index.debs().flat_map(|block| block.expect("is whole"));
        assert!(listed.map(|deb| deb.sha256).eq(debs.iter().map(|deb| deb.sha256)));
    }

    #[test]
    fn other_files_and_damaged_ones_are_refused() {
        let bytes = write_library_index(&targets(), &[], &debs(3)).expect("is written");
        let cause = |bytes: &[u8]| LibraryIndex::open(bytes.to_vec()).expect_err("is refused").to_string();
        assert_eq!(cause(b"\x7fELF"), "it is not a library index");
        for end in 8..bytes.len() {
            assert_eq!(cause(&bytes[..end]), "it is truncated", "{end}");
        }
        let mut unnamed = bytes.clone();
        let line = unnamed.windows(6).position(|window| window == b"debian").expect("is named");
        unnamed[line] = b'x';
        assert_eq!(cause(&unnamed), "it does not name its releases");
        let mut other = bytes.clone();
        other[MAGIC.len()] += 1;
        assert_eq!(cause(&other), "another version of sodeb wrote it");
        let mut damaged = bytes.clone();
        let last = damaged.len() - 3;
        damaged[last] ^= 0xff;
        let index = LibraryIndex::open(damaged).expect("the head is whole");
        assert!(debs(3).iter().all(|deb| index.deb(deb.sha256).is_err()));
    }

    #[test]
    fn an_index_may_be_empty() {
        let bytes = write_library_index(&[], &[], &[]).expect("is written");
        let index = LibraryIndex::open(bytes).expect("is an index");
        assert!(index.is_empty());
        assert!(index.deb(digest_of_bytes(b"x")).expect("is whole").is_none());
    }
}
