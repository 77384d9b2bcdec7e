//! pax extended headers, which describe the member after them (POSIX.1-2017 pax, "pax Extended Header"): records
//! `LENGTH KEY=VALUE\n`, each with its own length. Only the keys that an inventory needs are read.

use std::io;

use bstr::ByteSlice;

/// Size limit of an extended header. The long records are extended attributes; Linux allows values of 64 KiB.
pub(crate) const MAX_PAX_BYTES: u64 = 1 << 20;

/// Prefix of the keys of GNU's sparse files.
const SPARSE_KEYS: &[u8] = b"GNU.sparse.";

/// Records that override fields of a member's header.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct PaxRecords {
    /// Name.
    pub(crate) path: Option<Vec<u8>>,
    /// Target of a link.
    pub(crate) target: Option<Vec<u8>>,
    /// Size of the content in bytes.
    pub(crate) size_bytes: Option<u64>,
    /// Numeric user ID.
    pub(crate) uid: Option<u64>,
    /// Numeric group ID.
    pub(crate) gid: Option<u64>,
    /// True if the content is that of a sparse file.
    pub(crate) is_sparse: bool,
}

impl PaxRecords {
    /// Parses the records. Of two with the same key the later one counts.
    ///
    /// # Errors
    /// If a record is malformed.
    pub(crate) fn parse(mut text: &[u8]) -> io::Result<Self> {
        let mut records = Self::default();
        while !text.is_empty() {
            let (record, rest) = record(text).ok_or_else(broken)?;
            let (key, value) = record.split_once_str("=").ok_or_else(broken)?;
            match key {
                // The name in the member itself is that of the stored form.
                b"GNU.sparse.name" => {
                    records.path = Some(value.to_vec());
                    records.is_sparse = true;
                }
                b"path" if !records.is_sparse => records.path = Some(value.to_vec()),
                b"linkpath" => records.target = Some(value.to_vec()),
                b"size" => records.size_bytes = Some(number(value)?),
                b"uid" => records.uid = Some(number(value)?),
                b"gid" => records.gid = Some(number(value)?),
                _ if key.starts_with(SPARSE_KEYS) => records.is_sparse = true,
                _ => {}
            }
            text = rest;
        }
        Ok(records)
    }
}

/// Splits off the first record, without its length and line feed.
fn record(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (digits, _) = text.split_once_str(" ")?;
    let length = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let (record, rest) = text.split_at_checked(length)?;
    Some((record.get(digits.len() + 1..)?.strip_suffix(b"\n")?, rest))
}

fn number(value: &[u8]) -> io::Result<u64> {
    std::str::from_utf8(value).ok().and_then(|value| value.parse().ok()).ok_or_else(broken)
}

fn broken() -> io::Error {
    io::Error::other("malformed pax header")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_records_are_read() {
        let records =
            [("path", "a=b"), ("uid", "70"), ("size", "12345"), ("SCHILY.xattr.a", "\n\n"), ("path", "x y")];
        let records = PaxRecords::parse(&header(&records)).expect("is well-formed");
        let expected = PaxRecords {
            path: Some(b"x y".to_vec()),
            uid: Some(70),
            size_bytes: Some(12345),
            ..PaxRecords::default()
        };
        assert_eq!(records, expected);
        let sparse = [("GNU.sparse.major", "1"), ("GNU.sparse.name", "real/x"), ("path", "GNUSparse.0")];
        let records = PaxRecords::parse(&header(&sparse)).expect("is well-formed");
        assert_eq!((records.path.as_deref(), records.is_sparse), (Some(&b"real/x"[..]), true));
    }

    /// The records of an extended header; the length of each counts its own digits.
    fn header(records: &[(&str, &str)]) -> Vec<u8> {
        let record = |(key, value): &(&str, &str)| {
            let rest = key.len() + value.len() + 3;
            let digits = if rest + 1 < 10 { 1 } else { 2 };
            format!("{} {key}={value}\n", rest + digits).into_bytes()
        };
        records.iter().flat_map(record).collect()
    }

    #[test]
    fn a_malformed_header_is_an_error() {
        for text in [
            &b"x"[..],
            b"5 a=b",
            b"99 a=b\n",
            b"0 a=b\n",
            b"6 abc\n",
            b"-1 a=b\n",
            b"11 size=abc\n",
            b"6 a=bb",
        ] {
            assert!(PaxRecords::parse(text).is_err(), "{}", text.as_bstr());
        }
    }
}
