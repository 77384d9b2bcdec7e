//! Sorted table of byte strings in separately compressed blocks, like an SSTable: a lookup decodes one small block
//! and does not read the rest of the file.
//!
//! ```text
//! table = block count, then for each block: entries, length, compressed length, first key;
//!         then the compressed blocks (zstd)
//! block = for each key: number of bytes shared with the previous key, rest of the key; then the values
//! ```
//! The rank of a key is the number of keys before it; values of one table refer to the keys of another by rank.

use std::ops::{ControlFlow, Range};
use std::sync::OnceLock;

use super::bytes::{Cursor, Malformed, push_number, push_string};
use crate::support::decompress::zstd_block;

/// Size at which a block is closed: small enough to decode in some tens of microseconds, large enough to compress well.
const BLOCK_BYTES: usize = 32 << 10;

/// Maximum size of a decoded block. Only a giant value makes a block much larger than [`BLOCK_BYTES`], so that a file
/// with a larger one is broken.
const BLOCK_LIMIT_BYTES: usize = 4 << 20;

/// Maximum size of all decoded blocks of a table.
const TABLE_LIMIT_BYTES: usize = 64 << 20;

/// Maximum ratio of the expanded keys of a block to its size.
const KEY_GROWTH_LIMIT: usize = 8;

/// Writer of a table; keys must be pushed in ascending order.
pub(crate) struct TableWriter {
    level: i32,
    index: Vec<u8>,
    blocks: Vec<u8>,
    block_count: u64,
    block: BlockWriter,
}

/// Block that is being filled.
#[derive(Default)]
struct BlockWriter {
    entries: u64,
    first_key: Vec<u8>,
    last_key: Vec<u8>,
    key_bytes: usize,
    keys: Vec<u8>,
    values: Vec<u8>,
}

impl TableWriter {
    /// Creates a table whose blocks are compressed at this zstd level.
    pub(crate) fn new(level: i32) -> Self {
        Self { level, index: Vec::new(), blocks: Vec::new(), block_count: 0, block: BlockWriter::default() }
    }

    /// Appends an entry.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> std::io::Result<()> {
        self.block.push(key, value);
        if self.block.length() >= BLOCK_BYTES { self.close_block() } else { Ok(()) }
    }

    fn close_block(&mut self) -> std::io::Result<()> {
        let mut block = std::mem::take(&mut self.block);
        block.keys.append(&mut block.values);
        let compressed = zstd::bulk::compress(&block.keys, self.level)?;
        push_number(&mut self.index, block.entries);
        push_number(&mut self.index, block.keys.len() as u64);
        push_number(&mut self.index, compressed.len() as u64);
        push_string(&mut self.index, &block.first_key);
        self.blocks.extend_from_slice(&compressed);
        self.block_count += 1;
        Ok(())
    }

    /// Returns the table's bytes.
    pub(crate) fn finish(mut self) -> std::io::Result<Vec<u8>> {
        if self.block.entries > 0 {
            self.close_block()?;
        }
        let mut table = Vec::with_capacity(self.index.len() + self.blocks.len() + 10);
        push_number(&mut table, self.block_count);
        table.append(&mut self.index);
        table.append(&mut self.blocks);
        Ok(table)
    }
}

impl BlockWriter {
    fn length(&self) -> usize {
        self.keys.len() + self.values.len()
    }

    fn push(&mut self, key: &[u8], value: &[u8]) {
        if self.entries == 0 {
            self.first_key = key.to_vec();
        }
        self.key_bytes += key.len();
        let mut shared = self.last_key.iter().zip(key).take_while(|(left, right)| left == right).count();
        if self.key_bytes > KEY_GROWTH_LIMIT * self.length() {
            shared = 0;
        }
        push_number(&mut self.keys, shared as u64);
        push_string(&mut self.keys, &key[shared..]);
        push_string(&mut self.values, value);
        self.entries += 1;
        self.last_key.truncate(shared);
        self.last_key.extend_from_slice(&key[shared..]);
    }
}

/// Index of a table, read in position. It has positions and no bytes of the file, which each call gets again. A
/// decoded block is kept.
pub(crate) struct Table {
    blocks: Vec<Block>,
}

struct Block {
    entries: usize,
    first_rank: u64,
    first_key: Range<usize>,
    compressed: Range<usize>,
    length: usize,
    decoded: OnceLock<DecodedBlock>,
}

impl Table {
    /// Reads the index of the table at `range` of `file`.
    pub(crate) fn open(file: &[u8], range: Range<usize>) -> Result<Self, Malformed> {
        let section = file.get(range.clone()).ok_or(Malformed("a table passes the end"))?;
        let mut cursor = Cursor::new(section);
        let (mut blocks, mut next_rank) = (Vec::new(), 0);
        let (mut compressed_bytes, mut decoded_bytes) = (0_usize, 0_usize);
        for _ in 0..cursor.size()? {
            let entries = cursor.size()?;
            let length = cursor.size()?;
            let start = compressed_bytes;
            compressed_bytes =
                start.checked_add(cursor.size()?).ok_or(Malformed("a block passes the end"))?;
            decoded_bytes = decoded_bytes.saturating_add(length);
            // An entry takes at least three bytes.
            if length > BLOCK_LIMIT_BYTES || decoded_bytes > TABLE_LIMIT_BYTES || entries > length / 3 {
                return Err(Malformed("a block is too large"));
            }
            let first_key = cursor.string()?;
            let key_end = range.end - cursor.rest().len();
            blocks.push(Block {
                entries,
                first_rank: next_rank,
                first_key: key_end - first_key.len()..key_end,
                compressed: start..compressed_bytes,
                length,
                decoded: OnceLock::new(),
            });
            next_rank += entries as u64;
        }
        if compressed_bytes != cursor.rest().len() {
            return Err(Malformed("the blocks of a table do not fill it"));
        }
        // The start of the blocks is known only after the index has been read.
        let blocks_start = range.end - compressed_bytes;
        for block in &mut blocks {
            block.compressed = blocks_start + block.compressed.start..blocks_start + block.compressed.end;
        }
        Ok(Self { blocks })
    }

    /// Returns the value of `key`.
    pub(crate) fn get<'a>(&'a self, file: &[u8], key: &[u8]) -> Result<Option<&'a [u8]>, Malformed> {
        let Some(block) = self.blocks[self.block_of(file, key)..].first() else { return Ok(None) };
        let decoded = block.decode(file)?;
        let position = decoded.first_from(key);
        Ok(decoded.entry(position).filter(|(found, _)| *found == key).map(|(_, value)| value))
    }

    /// Returns the key with this rank.
    pub(crate) fn key_at<'a>(&'a self, file: &[u8], rank: u64) -> Result<&'a [u8], Malformed> {
        let after = self.blocks.partition_point(|block| block.first_rank <= rank);
        let block = after.checked_sub(1).and_then(|number| self.blocks.get(number));
        let block = block.ok_or(Malformed("a reference into an empty table"))?;
        let position = usize::try_from(rank - block.first_rank).unwrap_or(usize::MAX);
        let entry = block.decode(file)?.entry(position);
        entry.map(|(key, _)| key).ok_or(Malformed("a reference past the end of a table"))
    }

    /// Calls `visit` for every entry from the key `start` on, in order, until it breaks.
    pub(crate) fn scan_from<'a>(
        &'a self,
        file: &[u8],
        start: &[u8],
        mut visit: impl FnMut(&'a [u8], &'a [u8]) -> ControlFlow<()>,
    ) -> Result<(), Malformed> {
        for block in &self.blocks[self.block_of(file, start)..] {
            let decoded = block.decode(file)?;
            let mut position = decoded.first_from(start);
            while let Some((key, value)) = decoded.entry(position) {
                if visit(key, value).is_break() {
                    return Ok(());
                }
                position += 1;
            }
        }
        Ok(())
    }

    /// Returns the number of the only block that may have `key`.
    fn block_of(&self, file: &[u8], key: &[u8]) -> usize {
        let after = self.blocks.partition_point(|block| file.get(block.first_key.clone()) <= Some(key));
        after.saturating_sub(1)
    }
}

impl Block {
    fn decode(&self, file: &[u8]) -> Result<&DecodedBlock, Malformed> {
        if let Some(decoded) = self.decoded.get() {
            return Ok(decoded);
        }
        let compressed = file.get(self.compressed.clone()).ok_or(Malformed("a block passes the end"))?;
        let bytes = zstd_block(compressed, self.length, None)
            .map_err(|_| Malformed("a block cannot be decompressed"))?;
        if bytes.len() != self.length {
            return Err(Malformed("a block is shorter than its index says"));
        }
        let decoded = DecodedBlock::new(bytes, self.entries)?;
        Ok(self.decoded.get_or_init(|| decoded))
    }
}

/// Block with expanded keys.
struct DecodedBlock {
    bytes: Vec<u8>,
    keys: Vec<u8>,
    entries: Vec<BlockEntry>,
}

/// Positions in a block, whose size [`BLOCK_LIMIT_BYTES`] limits.
struct BlockEntry {
    /// End of the key in `keys`; it starts at the end of the previous one.
    key_end: u32,
    /// Position of the value in `bytes`.
    value: Range<u32>,
}

impl DecodedBlock {
    fn new(bytes: Vec<u8>, count: usize) -> Result<Self, Malformed> {
        let mut cursor = Cursor::new(&bytes);
        let mut keys: Vec<u8> = Vec::with_capacity(bytes.len());
        let mut entries = Vec::with_capacity(count);
        let mut last = 0..0;
        for _ in 0..count {
            let shared = cursor.size()?;
            let rest = cursor.string()?;
            if shared > last.len() {
                return Err(Malformed("a key shares more bytes than the previous key has"));
            }
            if keys.len() + shared + rest.len() > (KEY_GROWTH_LIMIT + 1) * bytes.len() {
                return Err(Malformed("the keys of a block are too large"));
            }
            let start = keys.len();
            keys.extend_from_within(last.start..last.start + shared);
            keys.extend_from_slice(rest);
            last = start..keys.len();
            entries.push(BlockEntry { key_end: keys.len() as u32, value: 0..0 });
        }
        for entry in &mut entries {
            let length = cursor.string()?.len();
            let end = bytes.len() - cursor.rest().len();
            entry.value = (end - length) as u32..end as u32;
        }
        Ok(Self { keys, entries, bytes })
    }

    fn entry(&self, position: usize) -> Option<(&[u8], &[u8])> {
        let Range { start, end } = self.entries.get(position)?.value;
        Some((self.key(position), &self.bytes[start as usize..end as usize]))
    }

    fn key(&self, position: usize) -> &[u8] {
        let end = |position: usize| self.entries[position].key_end as usize;
        let start = position.checked_sub(1).map_or(0, end);
        &self.keys[start..end(position)]
    }

    /// Returns the position of the first key from `start` on.
    fn first_from(&self, start: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.entries.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.key(middle) < start { low = middle + 1 } else { high = middle }
        }
        low
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
        // Few letters, so that keys share prefixes; long values, so that there are several blocks.
        let key = prop::collection::vec(b'a'..b'd', 0..8);
        let value = prop::collection::vec(any::<u8>(), 0..3000);
        prop::collection::btree_map(key, value, 0..120)
    }

    proptest! {
        #[test]
        fn a_table_answers_as_the_map_it_was_written_from(map in maps(), wanted in prop::collection::vec(b'a'..b'e', 0..8)) {
            let bytes = write(&map);
            let table = Table::open(&bytes, 0..bytes.len()).expect("is a table");
            for (rank, (key, value)) in map.iter().enumerate() {
                let rank = rank as u64;
                prop_assert_eq!(table.get(&bytes, key).expect("reads"), Some(value.as_slice()));
                prop_assert_eq!(table.key_at(&bytes, rank).expect("reads"), key.as_slice());
            }
            prop_assert!(table.key_at(&bytes, map.len() as u64).is_err());
            let found = table.get(&bytes, &wanted).expect("reads");
            prop_assert_eq!(found, map.get(&wanted).map(Vec::as_slice));
            let mut scanned = Vec::new();
            table.scan_from(&bytes, &wanted, |key, _| { scanned.push(key.to_vec()); ControlFlow::Continue(()) })
                .expect("reads");
            let expected: Vec<_> = map.range(wanted..).map(|(key, _)| key.clone()).collect();
            prop_assert_eq!(scanned, expected);
        }

        #[test]
        fn mutated_bytes_never_panic(map in maps(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
            let mut bytes = write(&map);
            for (position, byte) in changes {
                let position = position.index(bytes.len());
                bytes[position] = byte;
            }
            if let Ok(table) = Table::open(&bytes, 0..bytes.len()) {
                let _ = table.key_at(&bytes, 3);
                let _ = table.scan_from(&bytes, b"", |_, _| ControlFlow::Continue(()));
            }
        }
    }
}
