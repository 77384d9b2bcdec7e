//! A sorted table of byte strings, cut into blocks that are compressed one by one, in the manner of an
//! SSTable: looking a key up decodes one small block and leaves the rest of the file alone.
//!
//! ```text
//! table = block count, then for each block: entries, length, compressed length, first key;
//!         then the compressed blocks (zstd)
//! block = for each entry: bytes shared with the key before, rest of the key, value
//! ```
//! The rank of a key (how many come before it) is its number: one table's values refer to another
//! table's keys by rank.

use std::ops::{ControlFlow, Range};
use std::sync::OnceLock;

use super::bytes::{Cursor, Malformed, push_number, push_string};

/// A block is closed when it has grown to this: small enough to decode in some tens of microseconds,
/// large enough for the compression to find repetition.
const BLOCK_BYTES: usize = 32 << 10;

/// The largest block that is decoded. Only one giant value can make a block much larger than
/// [`BLOCK_BYTES`], so a file that claims more than this is broken.
const BLOCK_LIMIT_BYTES: usize = 4 << 20;

/// The most that the blocks of a table may come to when they are all decoded.
const TABLE_LIMIT_BYTES: usize = 256 << 20;

/// Writes a table; keys must come in ascending order.
pub(super) struct TableWriter {
    level: i32,
    index: Vec<u8>,
    blocks: Vec<u8>,
    block_count: u64,
    block: Vec<u8>,
    entries: u64,
    first_key: Vec<u8>,
    last_key: Vec<u8>,
}

impl TableWriter {
    /// A table whose blocks are compressed at this zstd level.
    pub(super) fn new(level: i32) -> Self {
        Self {
            level,
            index: Vec::new(),
            blocks: Vec::new(),
            block_count: 0,
            block: Vec::new(),
            entries: 0,
            first_key: Vec::new(),
            last_key: Vec::new(),
        }
    }

    /// Appends an entry.
    pub(super) fn push(&mut self, key: &[u8], value: &[u8]) -> std::io::Result<()> {
        debug_assert!(self.entries == 0 || self.last_key.as_slice() < key, "keys must ascend");
        if self.entries == 0 {
            self.first_key = key.to_vec();
            self.last_key.clear();
        }
        let shared = self.last_key.iter().zip(key).take_while(|(left, right)| left == right).count();
        push_number(&mut self.block, shared as u64);
        push_string(&mut self.block, &key[shared..]);
        push_string(&mut self.block, value);
        self.entries += 1;
        self.last_key.truncate(shared);
        self.last_key.extend_from_slice(&key[shared..]);
        if self.block.len() >= BLOCK_BYTES { self.close_block() } else { Ok(()) }
    }

    fn close_block(&mut self) -> std::io::Result<()> {
        let compressed = zstd::bulk::compress(&self.block, self.level)?;
        push_number(&mut self.index, self.entries);
        push_number(&mut self.index, self.block.len() as u64);
        push_number(&mut self.index, compressed.len() as u64);
        push_string(&mut self.index, &self.first_key);
        self.blocks.extend_from_slice(&compressed);
        self.block_count += 1;
        self.block.clear();
        self.entries = 0;
        Ok(())
    }

    /// The table's bytes.
    pub(super) fn finish(mut self) -> std::io::Result<Vec<u8>> {
        if self.entries > 0 {
            self.close_block()?;
        }
        let mut table = Vec::with_capacity(self.index.len() + self.blocks.len() + 10);
        push_number(&mut table, self.block_count);
        table.append(&mut self.index);
        table.append(&mut self.blocks);
        Ok(table)
    }
}

/// Reads a table in place. It holds no bytes of the file, only where they are: each call is given the
/// file again. A block that was decoded once is kept.
pub(super) struct Table {
    blocks: Vec<Block>,
}

struct Block {
    first_rank: u64,
    first_key: Range<usize>,
    compressed: Range<usize>,
    length: usize,
    decoded: OnceLock<Vec<u8>>,
}

impl Table {
    /// Reads the index of the table that lies at `range` of `file`.
    pub(super) fn open(file: &[u8], range: Range<usize>) -> Result<Self, Malformed> {
        let section = file.get(range.clone()).ok_or(Malformed("a table passes the end"))?;
        let mut cursor = Cursor::new(section);
        let count = cursor.size()?;
        let mut blocks = Vec::new();
        let mut entries = 0_u64;
        let mut compressed_end = 0_usize;
        let mut decoded_bytes = 0_usize;
        for _ in 0..count {
            let first_rank = entries;
            entries =
                entries.checked_add(cursor.number()?).ok_or(Malformed("a table has too many entries"))?;
            let length = cursor.size()?;
            let compressed_start = compressed_end;
            compressed_end =
                compressed_end.checked_add(cursor.size()?).ok_or(Malformed("a block passes the end"))?;
            let first_key = cursor.string()?;
            let key_end = range.end - cursor.rest().len();
            decoded_bytes = decoded_bytes.saturating_add(length);
            if length > BLOCK_LIMIT_BYTES || decoded_bytes > TABLE_LIMIT_BYTES {
                return Err(Malformed("a block is too large"));
            }
            blocks.push(Block {
                first_rank,
                first_key: key_end - first_key.len()..key_end,
                compressed: compressed_start..compressed_end,
                length,
                decoded: OnceLock::new(),
            });
        }
        if compressed_end != cursor.rest().len() {
            return Err(Malformed("the blocks of a table do not fill it"));
        }
        // Where the blocks begin is known only now that the index has been read.
        let blocks_start = range.end - compressed_end;
        for block in &mut blocks {
            block.compressed = blocks_start + block.compressed.start..blocks_start + block.compressed.end;
        }
        Ok(Self { blocks })
    }

    /// The value of `key`, with its rank.
    pub(super) fn get<'a>(&'a self, file: &[u8], key: &[u8]) -> Result<Option<(u64, &'a [u8])>, Malformed> {
        let mut found = None;
        self.scan_from(file, key, |rank, candidate, value| {
            found = (candidate == key).then_some((rank, value));
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// The key and the value with this rank.
    pub(super) fn at<'a>(&'a self, file: &[u8], rank: u64) -> Result<(Vec<u8>, &'a [u8]), Malformed> {
        let number = self.blocks.partition_point(|block| block.first_rank <= rank);
        let block = number.checked_sub(1).and_then(|number| self.blocks.get(number));
        let block = block.ok_or(Malformed("a reference into an empty table"))?;
        let mut entries = Entries::new(block.decode(file)?);
        let mut value = None;
        for _ in block.first_rank..=rank {
            value = entries.advance()?;
            if value.is_none() {
                break;
            }
        }
        let value = value.ok_or(Malformed("a reference past the end of a table"))?;
        Ok((entries.key, value))
    }

    /// Shows `visit` every entry whose key is `start` or comes after it, in order, until it breaks.
    pub(super) fn scan_from<'a>(
        &'a self,
        file: &[u8],
        start: &[u8],
        mut visit: impl FnMut(u64, &[u8], &'a [u8]) -> ControlFlow<()>,
    ) -> Result<(), Malformed> {
        let after = self.blocks.partition_point(|block| file.get(block.first_key.clone()) <= Some(start));
        for block in &self.blocks[after.saturating_sub(1)..] {
            let mut entries = Entries::new(block.decode(file)?);
            let mut rank = block.first_rank;
            while let Some(value) = entries.advance()? {
                if entries.key.as_slice() >= start && visit(rank, &entries.key, value).is_break() {
                    return Ok(());
                }
                rank += 1;
            }
        }
        Ok(())
    }
}

impl Block {
    fn decode(&self, file: &[u8]) -> Result<&[u8], Malformed> {
        if let Some(decoded) = self.decoded.get() {
            return Ok(decoded);
        }
        let compressed = file.get(self.compressed.clone()).ok_or(Malformed("a block passes the end"))?;
        let decoded = zstd::bulk::decompress(compressed, self.length)
            .map_err(|_| Malformed("a block cannot be decompressed"))?;
        if decoded.len() != self.length {
            return Err(Malformed("a block is shorter than its index says"));
        }
        Ok(self.decoded.get_or_init(|| decoded))
    }
}

/// Walks over the entries of a decoded block.
struct Entries<'a> {
    cursor: Cursor<'a>,
    key: Vec<u8>,
}

impl<'a> Entries<'a> {
    fn new(block: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(block), key: Vec::new() }
    }

    /// Goes to the next entry, leaves its key in `self.key` and returns its value.
    fn advance(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        if self.cursor.is_at_end() {
            return Ok(None);
        }
        let shared = self.cursor.size()?;
        if shared > self.key.len() {
            return Err(Malformed("a key shares more than there is"));
        }
        self.key.truncate(shared);
        self.key.extend_from_slice(self.cursor.string()?);
        self.cursor.string().map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn write(map: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
        let mut writer = TableWriter::new(1);
        for (key, value) in map {
            writer.push(key, value).expect("memory takes it");
        }
        writer.finish().expect("memory takes it")
    }

    fn maps() -> impl Strategy<Value = BTreeMap<Vec<u8>, Vec<u8>>> {
        // Few letters, so that keys share beginnings; long values, so that there are several blocks.
        let key = prop::collection::vec(b'a'..b'd', 0..8);
        let value = prop::collection::vec(any::<u8>(), 0..3000);
        prop::collection::btree_map(key, value, 0..120)
    }

    proptest! {
        #[test]
        fn a_table_answers_as_the_map_it_was_written_from(map in maps(), asked in prop::collection::vec(b'a'..b'e', 0..8)) {
            let bytes = write(&map);
            let table = Table::open(&bytes, 0..bytes.len()).expect("is a table");
            for (rank, (key, value)) in map.iter().enumerate() {
                let rank = rank as u64;
                prop_assert_eq!(table.get(&bytes, key).expect("reads"), Some((rank, value.as_slice())));
                prop_assert_eq!(table.at(&bytes, rank).expect("reads"), (key.clone(), value.as_slice()));
            }
            prop_assert!(table.at(&bytes, map.len() as u64).is_err());
            let found = table.get(&bytes, &asked).expect("reads").map(|(_, value)| value);
            prop_assert_eq!(found, map.get(&asked).map(Vec::as_slice));
            let mut scanned = Vec::new();
            table.scan_from(&bytes, &asked, |_, key, _| { scanned.push(key.to_vec()); ControlFlow::Continue(()) })
                .expect("reads");
            let expected: Vec<_> = map.range(asked..).map(|(key, _)| key.clone()).collect();
            prop_assert_eq!(scanned, expected);
        }

        #[test]
        fn mutated_bytes_never_panic(map in maps(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
            let mut bytes = write(&map);
            for (place, byte) in changes {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            if let Ok(table) = Table::open(&bytes, 0..bytes.len()) {
                let _ = table.at(&bytes, 3);
                let _ = table.scan_from(&bytes, b"", |_, _, _| ControlFlow::Continue(()));
            }
        }
    }
}
