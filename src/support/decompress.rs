//! Streams in the compressions that Debian's files come in (deb(5), the archive's indices), and the blocks of this
//! program's own files.
//!
//! What comes out is bounded by whoever reads it; here only the memory that a stream may ask for is.

use std::cell::RefCell;
use std::io::{self, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use xz2::bufread::XzDecoder;
use xz2::stream::{CONCATENATED, Stream};
use zstd::dict::DecoderDictionary;
use zstd::zstd_safe::DCtx;

/// The memory that an xz or lzma stream may ask for. `xz -9` asks for 65 MiB; archives use less.
const XZ_MEMORY_BYTES: u64 = 96 << 20;

/// The window that a zstd stream may ask for, as a power of two: 128 MiB, zstd's own default.
const ZSTD_WINDOW_LOG: u32 = 27;

/// How much of the compressed stream is read at once.
const BUFFER_BYTES: usize = 64 << 10;

/// The longest of the marks that tell compressions apart.
pub const MAGIC_BYTES: usize = 6;

/// How a stream is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, of one or several members.
    Gzip,
    /// xz, of one or several streams.
    Xz,
    /// zstd.
    Zstd,
    /// bzip2.
    Bzip2,
    /// The older lzma, of the LZMA_alone form.
    Lzma,
}

impl Compression {
    /// The compression that a file's ending stands for (`.gz`, or nothing for none); none for an unknown one.
    pub fn of_ending(ending: &str) -> Option<Self> {
        Some(match ending {
            "" => Self::None,
            ".gz" => Self::Gzip,
            ".xz" => Self::Xz,
            ".zst" => Self::Zstd,
            ".bz2" => Self::Bzip2,
            ".lzma" => Self::Lzma,
            _ => return None,
        })
    }

    /// The compression whose mark a stream begins with; none at all where it begins with nobody's.
    pub fn of_magic(head: &[u8]) -> Self {
        const MAGICS: [(&[u8], Compression); 4] = [
            (b"\x1f\x8b", Compression::Gzip),
            (b"\xfd7zXZ\0", Compression::Xz),
            (b"\x28\xb5\x2f\xfd", Compression::Zstd),
            (b"BZh", Compression::Bzip2),
        ];
        let found = MAGICS.iter().find(|(magic, _)| head.starts_with(magic));
        found.map_or(Self::None, |(_, compression)| *compression)
    }

    /// Reads `source` inflated.
    ///
    /// # Errors
    /// When a decoder can't be set up. The reader itself fails where the stream is broken or asks for more memory
    /// than it may.
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
    /// What zstd works with, some 100 KB: made once a thread, not once a block.
    static BLOCKS: RefCell<Option<DCtx<'static>>> = const { RefCell::new(None) };
}

/// A block of at most `limit` bytes that was compressed by zstd in one go, inflated.
///
/// # Errors
/// When it is not of the form, is larger, or asks for another dictionary.
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
        let inflated = match dictionary {
            Some(dictionary) => context.decompress_using_ddict(&mut block, compressed, dictionary.as_ddict()),
            None => context.decompress(&mut block, compressed),
        };
        inflated.map(|_| block).map_err(|_| io::ErrorKind::InvalidData.into())
    })
}
