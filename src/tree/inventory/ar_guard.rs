//! Lets an ar archive pass as long as its members have the plain names that a .deb's have (deb(5): "the common
//! archive format with short names"). The tables and long names of other forms state their own length, for which
//! the `ar` crate takes memory before it has seen a byte of them.

use std::io::{self, Read};

/// The length of the archive's first line.
const MAGIC_BYTES: usize = 8;

/// The length of a member's header.
const HEADER_BYTES: usize = 60;

/// A reader of an ar archive that fails at a header of another form.
pub(super) struct ArGuard<R> {
    inner: R,
    /// The bytes that pass unseen until the next header.
    until_header: u64,
    header: [u8; HEADER_BYTES],
    /// How much of the header has passed.
    seen: usize,
}

impl<R: Read> ArGuard<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, until_header: MAGIC_BYTES as u64, header: [0; HEADER_BYTES], seen: 0 }
    }

    fn check(&mut self) -> io::Result<()> {
        let name = &self.header[..16];
        if name.starts_with(b"/") || name.starts_with(b"#") {
            let name = String::from_utf8_lossy(name).trim_end().to_owned();
            return Err(io::Error::other(format!("a member with the name {name:?}, which no .deb has")));
        }
        let size = std::str::from_utf8(&self.header[48..58]).ok().map(str::trim);
        let size: Option<u64> = size.and_then(|size| size.parse().ok());
        let size = size.ok_or_else(|| io::Error::other("a member without a size"))?;
        // Members begin at even places.
        self.until_header = size + size % 2;
        self.seen = 0;
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
            let of_header = (HEADER_BYTES - self.seen).min(rest.len());
            self.header[self.seen..self.seen + of_header].copy_from_slice(&rest[..of_header]);
            self.seen += of_header;
            rest = &rest[of_header..];
            if self.seen == HEADER_BYTES {
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

    /// Reads so many bytes at a time.
    struct Slowly<'bytes>(&'bytes [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len());
            self.0.read(&mut buffer[..count])
        }
    }

    #[test]
    fn plain_names_pass_however_they_are_read() {
        let bytes = archive(&["debian-binary", "control.tar.xz/"]);
        for at_once in [1, 7, 59, 60, 61, 1000] {
            let mut passed = Vec::new();
            ArGuard::new(Slowly(&bytes, at_once)).read_to_end(&mut passed).expect("passes");
            assert_eq!(passed, bytes);
        }
    }

    #[test]
    fn names_that_state_a_length_do_not() {
        for name in ["#1/9999999999999", "//", "/", "/12"] {
            let bytes = archive(&["debian-binary", name]);
            let error =
                ArGuard::new(Slowly(&bytes, 50)).read_to_end(&mut Vec::new()).expect_err("is refused");
            assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
        }
    }

    #[test]
    fn a_size_that_is_none_is_an_error() {
        let mut bytes = archive(&["debian-binary"]);
        bytes[MAGIC_BYTES + 48..MAGIC_BYTES + 58].copy_from_slice(b"-1        ");
        let error = ArGuard::new(bytes.as_slice()).read_to_end(&mut Vec::new()).expect_err("is refused");
        assert!(error.to_string().contains("without a size"), "{error}");
    }
}
