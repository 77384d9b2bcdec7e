//! Decompression of streams in the formats of Debian's files (deb(5), the archive's indices), and of the blocks in this
//! program's own files.
//!
//! The memory of a decoder is limited here; the size of the output is limited by the callers.

use std::cell::RefCell;
use std::io::{self, BufReader, Chain, Cursor, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use xz2::bufread::XzDecoder;
use xz2::stream::{CONCATENATED, Stream};
use zstd::dict::DecoderDictionary;
use zstd::zstd_safe::DCtx;

/// Memory limit of an xz or lzma decoder. `xz -9` needs 65 MiB; archives use less.
const XZ_MEMORY_BYTES: u64 = 96 << 20;

/// Limit of a zstd stream's window, as a power of two: 128 MiB, zstd's own default.
const ZSTD_WINDOW_LOG: u32 = 27;

/// Size of the buffer for compressed bytes.
const BUFFER_BYTES: usize = 64 << 10;

/// Length of the longest magic number.
const MAGIC_BYTES: usize = 6;

/// Compression of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// No compression.
    None,
    /// gzip, of one or several members.
    Gzip,
    /// xz, of one or several streams.
    Xz,
    /// zstd.
    Zstd,
    /// bzip2.
    Bzip2,
    /// lzma, the format before xz (LZMA_alone).
    Lzma,
}

/// Stream from its beginning, of which the first bytes were read before.
pub type Restored<R> = Chain<Cursor<Vec<u8>>, R>;

impl Compression {
    /// Returns the compression for a file name's extension with its dot (`.gz`); an empty one means no compression.
    pub fn from_extension(extension: &str) -> Option<Self> {
        Some(match extension {
            "" => Self::None,
            ".gz" => Self::Gzip,
            ".xz" => Self::Xz,
            ".zst" => Self::Zstd,
            ".bz2" => Self::Bzip2,
            ".lzma" => Self::Lzma,
            _ => return None,
        })
    }

    /// Detects the compression of a stream by its magic number, and returns it with the whole stream.
    ///
    /// # Errors
    /// The source's error.
    pub fn detect<R: Read>(mut source: R) -> io::Result<(Self, Restored<R>)> {
        let mut head = Vec::with_capacity(MAGIC_BYTES);
        source.by_ref().take(MAGIC_BYTES as u64).read_to_end(&mut head)?;
        Ok((Self::from_magic(&head), Cursor::new(head).chain(source)))
    }

    fn from_magic(head: &[u8]) -> Self {
        const MAGICS: [(&[u8], Compression); 4] = [
            (b"\x1f\x8b", Compression::Gzip),
            (b"\xfd7zXZ\0", Compression::Xz),
            (b"\x28\xb5\x2f\xfd", Compression::Zstd),
            (b"BZh", Compression::Bzip2),
        ];
        let found = MAGICS.iter().find(|(magic, _)| head.starts_with(magic));
        found.map_or(Self::None, |(_, compression)| *compression)
    }

    /// Returns a reader of the decompressed stream. It fails if the stream is broken or needs more memory than allowed.
    ///
    /// # Errors
    /// If the decoder cannot be created.
    pub fn reader<'source>(
        self,
        source: impl Read + Send + 'source,
    ) -> io::Result<Box<dyn Read + Send + 'source>> {
        let source = BufReader::with_capacity(BUFFER_BYTES, source);
        Ok(match self {
            Self::None => Box::new(source),
            Self::Gzip => Box::new(MultiGzDecoder::new(source)),
            Self::Xz => Box::new(XzDecoder::new_stream(
                source,
                Stream::new_stream_decoder(XZ_MEMORY_BYTES, CONCATENATED)?,
            )),
            Self::Lzma => Box::new(XzDecoder::new_stream(source, Stream::new_lzma_decoder(XZ_MEMORY_BYTES)?)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(source)),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(source)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                Box::new(decoder)
            }
        })
    }
}

thread_local! {
    /// Decoder of some 100 KB, created once for each thread and not for each block.
    static BLOCKS: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

/// Decompresses a zstd block of at most `limit` bytes.
///
/// # Errors
/// If the block is malformed, decompresses to more bytes, or needs another dictionary.
pub fn zstd_block(
    compressed: &[u8],
    limit: usize,
    dictionary: Option<&DecoderDictionary<'_>>,
) -> io::Result<Vec<u8>> {
    BLOCKS.with_borrow_mut(|context| {
        let context = match context {
            Some(context) => context,
            None => context.insert(DCtx::try_create().ok_or(io::ErrorKind::OutOfMemory)?),
        };
        let mut block = Vec::with_capacity(limit);
        let decompressed = match dictionary {
            Some(dictionary) => context.decompress_using_ddict(&mut block, compressed, dictionary.as_ddict()),
            None => context.decompress(&mut block, compressed),
        };
        decompressed.map(|_| block).map_err(|_| io::ErrorKind::InvalidData.into())
    })
}
