//! Guard in front of the `ar` crate, which only lets an archive with short member names pass, as those of a .deb are
//! (deb(5): "the common archive format with short names"). The name tables and long names of other ar formats state their
//! own length, and the `ar` crate allocates that much before it has read a byte of them.

use std::io::{self, Read};

/// Length of the archive's first line.
const MAGIC_BYTES: usize = 8;

/// Length of a member's header.
const HEADER_BYTES: usize = 60;

/// Reader of an ar archive that fails at a header with a long name.
pub(super) struct ArGuard<R> {
    inner: R,
    /// Number of bytes before the next header.
    until_header: u64,
    header: [u8; HEADER_BYTES],
    /// Number of bytes of the header that were read.
    header_length: usize,
}

impl<R: Read> ArGuard<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, until_header: MAGIC_BYTES as u64, header: [0; HEADER_BYTES], header_length: 0 }
    }

    fn check(&mut self) -> io::Result<()> {
        let name = &self.header[..16];
        if name.starts_with(b"/") || name.starts_with(b"#") {
            let name = String::from_utf8_lossy(name).trim_end().to_owned();
            return Err(io::Error::other(format!(
                "it has a member with the name {name:?}, which no .deb has"
            )));
        }
        let size = std::str::from_utf8(&self.header[48..58]).ok().map(str::trim);
        let size: Option<u64> = size.and_then(|size| size.parse().ok());
        let size = size.ok_or_else(|| io::Error::other("it has a member without a size"))?;
        // Members begin at even offsets.
        self.until_header = size + size % 2;
        self.header_length = 0;
        Ok(())
    }
}

impl<R: Read> Read for ArGuard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let mut rest = &buffer[..count];
        while !rest.is_empty() {
            let passing = usize::try_from(self.until_header).unwrap_or(usize::MAX).min(rest.len());
            rest = &rest[passing..];
            self.until_header -= passing as u64;
            let copied = (HEADER_BYTES - self.header_length).min(rest.len());
            self.header[self.header_length..self.header_length + copied].copy_from_slice(&rest[..copied]);
            self.header_length += copied;
            rest = &rest[copied..];
            if self.header_length == HEADER_BYTES {
                self.check()?;
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(names: &[&str]) -> Vec<u8> {
        let mut bytes = b"!<arch>\n".to_vec();
        for name in names {
            bytes.extend(format!("{name:16}{:12}{:6}{:6}{:8}{:10}`\n", 0, 0, 0, 644, 3).bytes());
            bytes.extend(b"abc\n");
        }
        bytes
    }

    /// Reader that returns at most this many bytes at a time.
    struct Slowly<'bytes>(&'bytes [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len());
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn short_names_pass_with_reads_of_any_size() {
        let bytes = archive(&["debian-binary", "control.tar.xz/"]);
        for at_once in [1, 7, 59, 60, 61, 1000] {
            let mut passed = Vec::new();
            ArGuard::new(Slowly(&bytes, at_once)).read_to_end(&mut passed).expect("passes");
            assert_eq!(passed, bytes);
        }
    }

    #[test]
    fn names_that_state_a_length_are_refused() {
        for name in ["#1/9999999999999", "//", "/", "/12"] {
            let bytes = archive(&["debian-binary", name]);
            let error =
                ArGuard::new(Slowly(&bytes, 50)).read_to_end(&mut Vec::new()).expect_err("is refused");
            assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
        }
    }

    #[test]
    fn a_malformed_size_is_an_error() {
        let mut bytes = archive(&["debian-binary"]);
        bytes[MAGIC_BYTES + 48..MAGIC_BYTES + 58].copy_from_slice(b"-1        ");
        let error = ArGuard::new(bytes.as_slice()).read_to_end(&mut Vec::new()).expect_err("is refused");
        assert!(error.to_string().contains("without a size"), "{error}");
    }
}
