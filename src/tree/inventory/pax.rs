//! What a pax extended header says of the member behind it (POSIX.1-2017 pax, "pax Extended Header"): records
//! `LENGTH KEY=VALUE\n`, each with its own length. Only what an inventory has is taken.

use std::io;

use bstr::ByteSlice;

/// What an extended header may come to. Extended attributes are the long ones; Linux allows 64 KiB of a value.
pub(super) const MAX_PAX_BYTES: u64 = 1 << 20;

/// How the keys of GNU's sparse files begin.
const SPARSE_KEYS: &[u8] = b"GNU.sparse.";

/// What stands for parts of a member's header.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PaxRecords {
    /// The name.
    pub(super) path: Option<Vec<u8>>,
    /// Where a link leads.
    pub(super) target: Option<Vec<u8>>,
    /// How long the content is.
    pub(super) size_bytes: Option<u64>,
    /// The owner's number.
    pub(super) uid: Option<u64>,
    /// The group's number.
    pub(super) gid: Option<u64>,
    /// Whether the content is that of a sparse file.
    pub(super) is_sparse: bool,
}

impl PaxRecords {
    /// Reads the records; of two with one key the later one counts.
    ///
    /// # Errors
    /// When one is not of the form.
    pub(super) fn parse(mut text: &[u8]) -> io::Result<Self> {
        let mut records = Self::default();
        while !text.is_empty() {
            let (record, rest) = record(text).ok_or_else(broken)?;
            let (key, value) = record.split_once_str("=").ok_or_else(broken)?;
            match key {
                // The name that the member itself has says how it is stored.
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

/// The first record without its length and line feed, and what is behind it.
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
    io::Error::other("a pax header is not of the form")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_that_matter_are_taken() {
        let said =
            [("path", "a=b"), ("uid", "70"), ("size", "12345"), ("SCHILY.xattr.a", "\n\n"), ("path", "x y")];
        let records = PaxRecords::parse(&header(&said)).expect("is of the form");
        let expected = PaxRecords {
            path: Some(b"x y".to_vec()),
            uid: Some(70),
            size_bytes: Some(12345),
            ..PaxRecords::default()
        };
        assert_eq!(records, expected);
        let sparse = [("GNU.sparse.major", "1"), ("GNU.sparse.name", "real/x"), ("path", "GNUSparse.0")];
        let records = PaxRecords::parse(&header(&sparse)).expect("is of the form");
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
    fn what_is_not_of_the_form_is_an_error() {
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
