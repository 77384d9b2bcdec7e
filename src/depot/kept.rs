//! What .debs have in libraries, of whole releases, in one file: a library graph. It is laid out to be read in place;
//! only the blocks that are asked for are decompressed.
//!
//! ```text
//! file   = "sodeblib", version, count of blocks, count of .debs (u32 each, little-endian),
//!          then for each block its end (u32), for each .deb a place, and the blocks one after another
//! place  = the first four bytes of the .deb's SHA-256, block (u32), number in it (u32); sorted
//! block  = Zstandard, of the postcard form of a list of .debs with their whole SHA-256
//! ```
//! .debs lie in the order of their packages' names, so that the architectures and releases of one share their strings.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use crate::inventory::Deb;
use crate::vocabulary::Sha256Digest;

const MAGIC: &[u8; 8] = b"sodeblib";

/// To be raised when the form, or what is kept of a .deb, changes.
const VERSION: u32 = 1;

/// The length of the head.
const HEAD_BYTES: usize = 20;

/// The length of a place.
const PLACE_BYTES: usize = 12;

/// How many bytes of a digest a place has. The whole digest is compared in the block.
const PREFIX_BYTES: usize = 4;

/// What a block comes to before it is compressed, roughly.
const BLOCK_BYTES: usize = 256 << 10;

/// What a block may inflate to: a .deb is never split, and the largest has some megabytes of libraries' facts.
const MAX_BLOCK_BYTES: u64 = 64 << 20;

/// How hard the blocks are compressed: they are written once and read for years.
const LEVEL: i32 = 19;

/// What is kept of one .deb.
type KeptDeb = (Sha256Digest, Deb);

/// A library graph.
#[derive(Clone, Debug)]
pub struct LibraryGraph {
    bytes: Cow<'static, [u8]>,
    ends: Range<usize>,
    places: Range<usize>,
}

/// A library graph is not of the form that this version writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadGraph(&'static str);

impl LibraryGraph {
    /// Takes the bytes of a file.
    ///
    /// # Errors
    /// When they are no library graph of this version.
    pub fn open(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, BadGraph> {
        let bytes = bytes.into();
        let cut = || BadGraph("it is cut short");
        if !bytes.starts_with(MAGIC) {
            return Err(BadGraph("it is no library graph"));
        }
        if number(&bytes, MAGIC.len()).ok_or_else(cut)? != VERSION as usize {
            return Err(BadGraph("its format is of another version of sodeb"));
        }
        let blocks = number(&bytes, 12).ok_or_else(cut)?;
        let debs = number(&bytes, 16).ok_or_else(cut)?;
        let ends = HEAD_BYTES..HEAD_BYTES + blocks * 4;
        let places = ends.end..ends.end + debs * PLACE_BYTES;
        let graph = Self { bytes, ends, places };
        let end = blocks.checked_sub(1).map_or(Some(0), |last| graph.end(last)).ok_or_else(cut)?;
        if graph.bytes.len() != graph.places.end + end {
            return Err(cut());
        }
        Ok(graph)
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
    pub fn deb(&self, sha256: Sha256Digest) -> Result<Option<Deb>, BadGraph> {
        let broken = BadGraph("a block of it is broken");
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
        for index in low..self.len() {
            let place = place(index);
            if place[..PREFIX_BYTES] != *prefix {
                break;
            }
            let block = number(place, PREFIX_BYTES).ok_or(broken)?;
            let within = number(place, PREFIX_BYTES + 4).ok_or(broken)?;
            let (digest, deb) = self.block(block)?.into_iter().nth(within).ok_or(broken)?;
            if digest == sha256 {
                return Ok(Some(deb));
            }
        }
        Ok(None)
    }

    /// Every .deb, in the order of the file.
    ///
    /// # Errors
    /// When a block is broken.
    pub fn debs(&self) -> impl Iterator<Item = Result<Vec<KeptDeb>, BadGraph>> {
        (0..self.ends.len() / 4).map(|block| self.block(block))
    }

    fn block(&self, block: usize) -> Result<Vec<KeptDeb>, BadGraph> {
        let broken = BadGraph("a block of it is broken");
        let start = block.checked_sub(1).map_or(Some(0), |before| self.end(before)).ok_or(broken)?;
        let end = self.end(block).ok_or(broken)?;
        let bytes = self.bytes.get(self.places.end + start..self.places.end + end).ok_or(broken)?;
        let mut decoded = Vec::new();
        let decoder = zstd::Decoder::new(bytes).map_err(|_| broken)?;
        decoder.take(MAX_BLOCK_BYTES).read_to_end(&mut decoded).map_err(|_| broken)?;
        postcard::from_bytes(&decoded).map_err(|_| broken)
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

/// The bytes of a library graph of these .debs, which are sorted by their packages' names. The same .debs have the same
/// bytes.
///
/// # Errors
/// When the compressor fails or there is more than a file can have.
pub fn write_library_graph(debs: &[KeptDeb]) -> io::Result<Vec<u8>> {
    let (mut ends, mut places, mut blocks) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = debs;
    while !rest.is_empty() {
        let (count, form) = first_block(rest)?;
        let number = ends.len();
        for (within, (digest, _)) in rest[..count].iter().enumerate() {
            places.push((digest.0, short(number)?, short(within)?));
        }
        blocks.extend(zstd::encode_all(form.as_slice(), LEVEL)?);
        ends.push(short(blocks.len())?);
        rest = &rest[count..];
    }
    places.sort_unstable();
    let mut file = MAGIC.to_vec();
    for number in [VERSION, short(ends.len())?, short(places.len())?] {
        file.extend(number.to_le_bytes());
    }
    file.extend(ends.iter().flat_map(|end| end.to_le_bytes()));
    for (digest, block, within) in places {
        file.extend(&digest[..PREFIX_BYTES]);
        file.extend(block.to_le_bytes());
        file.extend(within.to_le_bytes());
    }
    file.extend(blocks);
    Ok(file)
}

/// How many .debs make the next block, and its form.
fn first_block(debs: &[KeptDeb]) -> io::Result<(usize, Vec<u8>)> {
    let (mut count, mut size) = (0, 0);
    for deb in debs {
        size += postcard::to_stdvec(deb).map_err(io::Error::other)?.len();
        count += 1;
        if size >= BLOCK_BYTES {
            break;
        }
    }
    let form = postcard::to_stdvec(&debs[..count]).map_err(io::Error::other)?;
    Ok((count, form))
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
    use crate::storage::digest_of_bytes;

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
        let debs = debs(300);
        let graph = LibraryGraph::open(write_library_graph(&debs).expect("is written")).expect("is one");
        assert_eq!(graph.len(), debs.len());
        for (digest, deb) in &debs {
            let found = graph.deb(*digest).expect("is whole").expect("is there");
            assert_eq!(found.control, deb.control);
        }
        assert!(graph.deb(digest_of_bytes(b"another")).expect("is whole").is_none());
        assert!(graph.debs().count() > 1, "several blocks");
    }

    #[test]
    fn what_is_none_or_broken_is_told() {
        let bytes = write_library_graph(&debs(3)).expect("is written");
        let cause = |bytes: &[u8]| LibraryGraph::open(bytes.to_vec()).expect_err("is refused").to_string();
        assert_eq!(cause(b"\x7fELF"), "it is no library graph");
        for end in 8..bytes.len() {
            assert_eq!(cause(&bytes[..end]), "it is cut short", "{end}");
        }
        let mut other = bytes.clone();
        other[MAGIC.len()] += 1;
        assert_eq!(cause(&other), "its format is of another version of sodeb");
        let mut broken = bytes.clone();
        let last = broken.len() - 3;
        broken[last] ^= 0xff;
        let graph = LibraryGraph::open(broken).expect("the head is whole");
        assert!(debs(3).iter().all(|(digest, _)| graph.deb(*digest).is_err()));
    }

    #[test]
    fn an_empty_one_is_one() {
        let graph = LibraryGraph::open(write_library_graph(&[]).expect("is written")).expect("is one");
        assert!(graph.is_empty());
        assert!(graph.deb(digest_of_bytes(b"x")).expect("is whole").is_none());
    }
}
