//! Reproducible compression of layers: the same input gives the same bytes on every machine.
//!
//! It uses one thread and a fixed level, and writes no name, time or system into gzip's header (RFC 1952 §2.3.1).

use std::io::{self, Write};

use flate2::write::GzEncoder;
use flate2::{Compression as Level, GzBuilder};

use super::decompress::Compression;

/// Compression level: gzip's own default, which is usual for layers.
const GZIP_LEVEL: u32 = 6;

/// Header byte of gzip for an unknown system.
const UNKNOWN_SYSTEM: u8 = 255;

/// Compression level; higher ones take several times as long and save a few percent.
const ZSTD_LEVEL: i32 = 9;

/// Compression of a layer's tar in output: those that OCI has media types for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerCompression {
    /// No compression.
    None,
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

impl LayerCompression {
    /// Returns the compression of an existing layer; `None` if OCI has no media type for it.
    pub fn of(compression: Compression) -> Option<Self> {
        match compression {
            Compression::None => Some(Self::None),
            Compression::Gzip => Some(Self::Gzip),
            Compression::Zstd => Some(Self::Zstd),
            Compression::Xz | Compression::Bzip2 | Compression::Lzma => None,
        }
    }
}

impl From<LayerCompression> for Compression {
    fn from(compression: LayerCompression) -> Self {
        match compression {
            LayerCompression::None => Self::None,
            LayerCompression::Gzip => Self::Gzip,
            LayerCompression::Zstd => Self::Zstd,
        }
    }
}

/// Writer that compresses into another one.
pub enum Compressor<W: Write> {
    /// Passes the bytes on unchanged.
    None(W),
    /// gzip.
    Gzip(GzEncoder<W>),
    /// zstd.
    Zstd(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Compressor<W> {
    /// Creates a writer into `target`.
    ///
    /// # Errors
    /// If the encoder cannot be created.
    pub fn new(compression: LayerCompression, target: W) -> io::Result<Self> {
        Ok(match compression {
            LayerCompression::None => Self::None(target),
            LayerCompression::Gzip => {
                let builder = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM);
                Self::Gzip(builder.write(target, Level::new(GZIP_LEVEL)))
            }
            LayerCompression::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(target, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Self::Zstd(encoder)
            }
        })
    }

    /// Writes the end of the stream and returns the target.
    ///
    /// # Errors
    /// The target's error.
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

    fn compressed(compression: LayerCompression, text: &[u8]) -> Vec<u8> {
        let mut compressor = Compressor::new(compression, Vec::new()).expect("is created");
        compressor.write_all(text).expect("memory writes");
        compressor.finish().expect("memory writes")
    }

    #[test]
    fn compressed_bytes_are_read_back() {
        let text = b"a layer ".repeat(10_000);
        for compression in [LayerCompression::None, LayerCompression::Gzip, LayerCompression::Zstd] {
            let bytes = compressed(compression, &text);
            let (detected, stream) = Compression::detect(bytes.as_slice()).expect("is detected");
            assert_eq!(LayerCompression::of(detected), Some(compression));
            let mut read = Vec::new();
            detected.reader(stream).expect("is created").read_to_end(&mut read).expect("is read");
            assert_eq!(read, text);
        }
    }

    #[test]
    fn gzips_header_has_no_time_name_or_system() {
        let bytes = compressed(LayerCompression::Gzip, b"x");
        assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, UNKNOWN_SYSTEM]);
    }
}
