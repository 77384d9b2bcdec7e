//! Streams that are compressed as layers are: the same bytes for the same input, everywhere.
//!
//! One thread, a fixed level, and no name, time or system in gzip's header (RFC 1952 §2.3.1).

use std::io::{self, Write};

use flate2::write::GzEncoder;
use flate2::{Compression as Level, GzBuilder};

/// gzip's own default, which layers are usually compressed with.
const GZIP_LEVEL: u32 = 6;

/// gzip's header byte for an unknown system.
const UNKNOWN_SYSTEM: u8 = 255;

/// Higher levels cost several times the time for a few percent.
const ZSTD_LEVEL: i32 = 9;

/// How a layer's tar is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

/// A writer that compresses.
pub enum Compressor<W: Write> {
    /// What is written goes on as it is.
    None(W),
    /// gzip.
    Gzip(GzEncoder<W>),
    /// zstd.
    Zstd(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Compressor<W> {
    /// One that writes into `target`.
    ///
    /// # Errors
    /// When an encoder can't be set up.
    pub fn new(packing: Packing, target: W) -> io::Result<Self> {
        Ok(match packing {
            Packing::None => Self::None(target),
            Packing::Gzip => {
                let builder = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM);
                Self::Gzip(builder.write(target, Level::new(GZIP_LEVEL)))
            }
            Packing::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(target, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Self::Zstd(encoder)
            }
        })
    }

    /// Writes the stream's end and hands back the target.
    ///
    /// # Errors
    /// When the target fails.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::None(target) => Ok(target),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::None(target) => target.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::None(target) => target.flush(),
            Self::Gzip(encoder) => encoder.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::support::decompress::Compression;

    fn packed(packing: Packing, text: &[u8]) -> Vec<u8> {
        let mut compressor = Compressor::new(packing, Vec::new()).expect("is set up");
        compressor.write_all(text).expect("memory writes");
        compressor.finish().expect("memory writes")
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = b"a layer ".repeat(10_000);
        for (packing, reading) in [
            (Packing::None, Compression::None),
            (Packing::Gzip, Compression::Gzip),
            (Packing::Zstd, Compression::Zstd),
        ] {
            let bytes = packed(packing, &text);
            let mut read = Vec::new();
            reading.reader(bytes.as_slice()).expect("is set up").read_to_end(&mut read).expect("is read");
            assert_eq!(read, text);
        }
    }

    #[test]
    fn gzips_header_tells_neither_time_nor_name_nor_system() {
        assert_eq!(packed(Packing::Gzip, b"x")[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, UNKNOWN_SYSTEM]);
    }
}
