//! What .debs have in libraries, of whole releases, in one file: a library index. It is laid out to be read in place:
//! nothing is parsed when it is opened, and of its blocks only those are decompressed that have what is asked for.
//!
//! ```text
//! file   = "sodeblib", version, count of blocks, count of .debs, length of the targets, length of the dictionary (u32
//!          each, little-endian), then for each block its end (u32), for each .deb a place, the targets, the dictionary,
//!          and the blocks one after another
//! target = a line of distribution, release, architecture, count of packages and the date of the index, if it has one
//! place  = the first four bytes of the .deb's SHA-256, block (u32), where in the inflated block it begins (u32); sorted
//! block  = Zstandard with the dictionary, of the postcard forms of some .debs, each behind its whole SHA-256
//! ```
//! .debs lie in the order of their packages' names, so that the architectures and releases of one share their strings.
//! Blocks are small, so that one .deb costs some microseconds; what blocks have in common is in the dictionary.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rayon::prelude::*;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use crate::support::decompress::zstd_block;
use crate::tree::inventory::Deb;
use crate::vocabulary::{Release, Sha256Digest, Target};

const MAGIC: &[u8; 8] = b"sodeblib";

/// To be raised when the form, or what is kept of a .deb, changes.
const VERSION: u32 = 2;

/// The length of the head.
const HEAD_BYTES: usize = 28;

/// The length of a place.
const PLACE_BYTES: usize = 12;

/// How many bytes of a digest a place has. The whole digest is compared in the block.
const PREFIX_BYTES: usize = 4;

/// What a block comes to before it is compressed, roughly.
const BLOCK_BYTES: usize = 16 << 10;

/// What a block may inflate to: a .deb is never split, and the largest has some megabytes of libraries' facts.
const MAX_BLOCK_BYTES: usize = 64 << 20;

/// How large the dictionary may be; more does not pay.
const DICTIONARY_BYTES: usize = 110 << 10;

/// How many blocks there must be for a dictionary to pay, and to be trained at all.
const TRAINING_BLOCKS: usize = 64;

/// How hard the blocks are compressed: they are written once and read for years.
const LEVEL: i32 = 19;

/// What is kept of one .deb.
type KeptDeb = (Sha256Digest, Deb);

/// A release on an architecture whose packages a library index knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedTarget {
    /// Which.
    pub target: Target,
    /// How many packages it has in the graph.
    pub packages: u32,
    /// The date of the index that named them.
    pub date: Option<Timestamp>,
}

/// A library index.
#[derive(Clone)]
pub struct LibraryIndex {
    bytes: Cow<'static, [u8]>,
    targets: Vec<IndexedTarget>,
    ends: Range<usize>,
    places: Range<usize>,
    /// Where the first block begins.
    blocks: usize,
    dictionary: Range<usize>,
    /// Prepared when the first block is inflated.
    prepared: OnceLock<Arc<DecoderDictionary<'static>>>,
}

/// A library index is not of the form that this version writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadLibraryIndex(&'static str);

impl fmt::Debug for LibraryIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LibraryIndex").field("debs", &self.len()).finish_non_exhaustive()
    }
}

const BROKEN: BadLibraryIndex = BadLibraryIndex("a block of it is broken");

impl LibraryIndex {
    /// Takes the bytes of a file.
    ///
    /// # Errors
    /// When they are no library index of this version.
    pub fn open(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, BadLibraryIndex> {
        let bytes = bytes.into();
        let cut = || BadLibraryIndex("it is cut short");
        if !bytes.starts_with(MAGIC) {
            return Err(BadLibraryIndex("it is no library index"));
        }
        let field = |field: usize| number(&bytes, MAGIC.len() + field * 4).ok_or_else(cut);
        if field(0)? != VERSION as usize {
            return Err(BadLibraryIndex("its format is of another version of sodeb"));
        }
        let (blocks, debs, targets, length) = (field(1)?, field(2)?, field(3)?, field(4)?);
        let after = |start: usize, count: usize, each: usize| {
            let end = count.checked_mul(each).and_then(|length| start.checked_add(length));
            end.filter(|end| *end <= bytes.len()).ok_or_else(cut)
        };
        let ends = HEAD_BYTES..after(HEAD_BYTES, blocks, 4)?;
        let places = ends.end..after(ends.end, debs, PLACE_BYTES)?;
        let dictionary = after(places.end, targets, 1)?;
        let dictionary = dictionary..after(dictionary, length, 1)?;
        let targets = parse_targets(&bytes[places.end..dictionary.start])
            .ok_or(BadLibraryIndex("it does not tell of which releases it is"))?;
        let blocks = dictionary.end;
        let graph = Self { bytes, targets, ends, places, blocks, dictionary, prepared: OnceLock::new() };
        let last = graph.block_count().checked_sub(1);
        let end = last.map_or(Some(0), |last| graph.end(last)).ok_or_else(cut)?;
        if graph.bytes.len() != graph.blocks + end {
            return Err(cut());
        }
        Ok(graph)
    }

    /// The releases and architectures whose packages it knows.
    pub fn targets(&self) -> &[IndexedTarget] {
        &self.targets
    }

    /// Whether it was made of a target's packages. Neighbouring releases have a few in common.
    pub fn is_of(&self, target: &Target) -> bool {
        self.targets.iter().any(|known| known.target == *target)
    }

    /// How many .debs it knows.
    pub fn len(&self) -> usize {
        self.places.len() / PLACE_BYTES
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// What is kept of the .deb with this digest; none where it is not known.
    ///
    /// # Errors
    /// When the block that has it is broken.
    pub fn deb(&self, sha256: Sha256Digest) -> Result<Option<Deb>, BadLibraryIndex> {
        let prefix = &sha256.0[..PREFIX_BYTES];
        let place = |index: usize| {
            let start = self.places.start + index * PLACE_BYTES;
            &self.bytes[start..start + PLACE_BYTES]
        };
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if place(middle)[..PREFIX_BYTES] < *prefix { low = middle + 1 } else { high = middle }
        }
        for place in (low..self.len()).map(place).take_while(|place| place[..PREFIX_BYTES] == *prefix) {
            let block = number(place, PREFIX_BYTES).ok_or(BROKEN)?;
            let start = number(place, PREFIX_BYTES + 4).ok_or(BROKEN)?;
            let inflated = self.block(block)?;
            let form = inflated.get(start..).ok_or(BROKEN)?;
            if form.starts_with(&sha256.0) {
                return Ok(Some(first_deb(form)?.0.1));
            }
        }
        Ok(None)
    }

    /// Every .deb, in the order of the file, block by block.
    pub fn debs(&self) -> impl Iterator<Item = Result<Vec<KeptDeb>, BadLibraryIndex>> {
        (0..self.block_count()).map(|block| {
            let inflated = self.block(block)?;
            let (mut rest, mut debs) = (inflated.as_slice(), Vec::new());
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

    /// A block, inflated.
    fn block(&self, block: usize) -> Result<Vec<u8>, BadLibraryIndex> {
        let start = block.checked_sub(1).map_or(Some(0), |before| self.end(before)).ok_or(BROKEN)?;
        let end = self.end(block).ok_or(BROKEN)?;
        let bytes = self.bytes.get(self.blocks + start..self.blocks + end).ok_or(BROKEN)?;
        let size = Decompressor::upper_bound(bytes).filter(|size| *size <= MAX_BLOCK_BYTES).ok_or(BROKEN)?;
        let prepare = || Arc::new(DecoderDictionary::copy(&self.bytes[self.dictionary.clone()]));
        let dictionary = self.prepared.get_or_init(prepare);
        zstd_block(bytes, size, Some(dictionary)).map_err(|_| BROKEN)
    }

    /// Where a block ends, seen from the first one.
    fn end(&self, block: usize) -> Option<usize> {
        let start = self.ends.start + block * 4;
        if start + 4 > self.ends.end {
            return None;
        }
        number(&self.bytes, start)
    }
}

/// The first of the .debs in an inflated block, and the bytes of the others.
fn first_deb(block: &[u8]) -> Result<(KeptDeb, &[u8]), BadLibraryIndex> {
    postcard::take_from_bytes(block).map_err(|_| BROKEN)
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

/// The bytes of a library index of these .debs, which are sorted by their packages' names. The same .debs have the same
/// bytes.
///
/// # Errors
/// When the compressor fails or there is more than a file can have.
pub fn write_library_index(targets: &[IndexedTarget], debs: &[KeptDeb]) -> io::Result<Vec<u8>> {
    let targets: String = targets.iter().map(target_line).collect();
    let mut places = Vec::with_capacity(debs.len());
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    for deb in debs {
        if blocks.last().is_none_or(|block| block.len() >= BLOCK_BYTES) {
            blocks.push(Vec::new());
        }
        let number = blocks.len() - 1;
        let block = &mut blocks[number];
        places.push((deb.0.0, short(number)?, short(block.len())?));
        block.extend(postcard::to_stdvec(deb).map_err(io::Error::other)?);
    }
    places.sort_unstable();
    let dictionary = match blocks.len() {
        TRAINING_BLOCKS.. => zstd::dict::from_samples(&blocks, DICTIONARY_BYTES)?,
        _ => Vec::new(),
    };
    let encoder = EncoderDictionary::copy(&dictionary, LEVEL);
    let compressed: Vec<Vec<u8>> = blocks
        .par_iter()
        .map(|block| Compressor::with_prepared_dictionary(&encoder)?.compress(block))
        .collect::<io::Result<_>>()?;
    let mut file = MAGIC.to_vec();
    let lengths = [blocks.len(), places.len(), targets.len(), dictionary.len()];
    file.extend(VERSION.to_le_bytes());
    for length in lengths {
        file.extend(short(length)?.to_le_bytes());
    }
    let mut end = 0;
    for block in &compressed {
        end += block.len();
        file.extend(short(end)?.to_le_bytes());
    }
    for (digest, block, start) in places {
        file.extend(&digest[..PREFIX_BYTES]);
        file.extend(block.to_le_bytes());
        file.extend(start.to_le_bytes());
    }
    file.extend(targets.into_bytes());
    file.extend(dictionary);
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
    use crate::support::storage::digest_of_bytes;
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

    /// .debs of which each has a control stanza of its own.
    fn debs(count: usize) -> Vec<KeptDeb> {
        let deb = |number: usize| {
            let control = format!("Package: p{number}\n{}", "x".repeat(5000));
            (digest_of_bytes(control.as_bytes()), Deb::of_control(control))
        };
        (0..count).map(deb).collect()
    }

    #[test]
    fn every_deb_is_found_again_and_no_other() {
        let debs = debs(1000);
        let graph =
            LibraryIndex::open(write_library_index(&targets(), &debs).expect("is written")).expect("is one");
        assert_eq!(graph.targets(), targets());
        assert_eq!(graph.len(), debs.len());
        for (digest, deb) in &debs {
            let found = graph.deb(*digest).expect("is whole").expect("is there");
            assert_eq!(found.control, deb.control);
        }
        assert!(graph.deb(digest_of_bytes(b"another")).expect("is whole").is_none());
        assert!(graph.debs().count() > TRAINING_BLOCKS, "blocks for a dictionary");
        let listed = graph.debs().flat_map(|block| block.expect("is whole"));
        assert!(listed.map(|(digest, _)| digest).eq(debs.iter().map(|(digest, _)| *digest)));
    }

    #[test]
    fn what_is_none_or_broken_is_told() {
        let bytes = write_library_index(&targets(), &debs(3)).expect("is written");
        let cause = |bytes: &[u8]| LibraryIndex::open(bytes.to_vec()).expect_err("is refused").to_string();
        assert_eq!(cause(b"\x7fELF"), "it is no library index");
        for end in 8..bytes.len() {
            assert_eq!(cause(&bytes[..end]), "it is cut short", "{end}");
        }
        let mut unnamed = bytes.clone();
        let line = unnamed.windows(6).position(|window| window == b"debian").expect("is told");
        unnamed[line] = b'x';
        assert_eq!(cause(&unnamed), "it does not tell of which releases it is");
        let mut other = bytes.clone();
        other[MAGIC.len()] += 1;
        assert_eq!(cause(&other), "its format is of another version of sodeb");
        let mut broken = bytes.clone();
        let last = broken.len() - 3;
        broken[last] ^= 0xff;
        let graph = LibraryIndex::open(broken).expect("the head is whole");
        assert!(debs(3).iter().all(|(digest, _)| graph.deb(*digest).is_err()));
    }

    #[test]
    fn an_empty_one_is_one() {
        let graph = LibraryIndex::open(write_library_index(&[], &[]).expect("is written")).expect("is one");
        assert!(graph.is_empty());
        assert!(graph.deb(digest_of_bytes(b"x")).expect("is whole").is_none());
    }
}
