//! Release files: the contents of a suite, and their validity
//! (<https://wiki.debian.org/DebianRepository/Format#A.22Release.22_files>).
//!
//! A [`ReleaseFile`] is parsed only from a text with a verified signature. The signature is not enough, since old
//! Release files and those of other suites are signed as well: name and dates are checked, too. Only the list of
//! SHA256 digests is used.

use std::collections::HashMap;

use deb822_fast::{Deb822, Paragraph};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::signature::{CLOCK_SKEW, SignedText};
use crate::debian::distributions::{SuiteField, profile};
use crate::vocabulary::{Distribution, Sha256Digest};

/// Reason why a signed Release file must not be used.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// It is malformed.
    #[error("malformed: {cause}")]
    Malformed {
        /// Cause.
        cause: String,
    },
    /// It is the Release file of another suite.
    #[error("it is the Release file of '{found}', not of '{expected}'")]
    OtherSuite {
        /// Requested suite.
        expected: String,
        /// Suite that it names.
        found: String,
    },
    /// It is no longer valid.
    #[error("it was valid until {valid_until} and it is {now}")]
    Expired {
        /// Valid-Until.
        valid_until: Timestamp,
        /// Time of the check.
        now: Timestamp,
    },
    /// It is dated in the future, or this machine's clock is wrong.
    #[error("it is dated {date}, in the future of {now}")]
    FromTheFuture {
        /// Date.
        date: Timestamp,
        /// Time of the check.
        now: Timestamp,
    },
}

/// Signed list of the files of a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReleaseFile {
    /// Vendor of the archive.
    pub(super) origin: String,
    /// Name of the archive among those of the vendor.
    pub(super) label: String,
    /// Fingerprint of the key that signed it; none for a built-in key.
    pub(super) key: Option<String>,
    /// Name by its role, such as `stable`.
    pub(super) suite: String,
    codename: String,
    /// Date.
    pub(super) date: Timestamp,
    /// Valid-Until, if the file has it.
    pub(super) valid_until: Option<Timestamp>,
    /// True if files can be requested by their digest.
    pub(super) by_hash: bool,
    /// Components.
    pub(super) components: String,
    /// Architectures.
    pub(super) architectures: String,
    files: HashMap<String, ListedFile>,
}

/// Size and digest of a file in a Release file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListedFile {
    pub(super) size_bytes: u64,
    pub(super) sha256: Sha256Digest,
}

impl ReleaseFile {
    /// Parses a signed text.
    pub(super) fn parse(text: &SignedText) -> Result<Self, ReleaseError> {
        let malformed = |cause: String| ReleaseError::Malformed { cause };
        let file: Deb822 =
            text.as_str().parse().map_err(|error: deb822_fast::Error| malformed(error.to_string()))?;
        let paragraph = file.iter().next().ok_or_else(|| malformed("it is empty".to_owned()))?;
        let field = |name: &str| paragraph.get(name).unwrap_or_default().trim().to_owned();
        let digests = paragraph.get("SHA256").ok_or_else(|| malformed("it has no SHA256 list".to_owned()))?;
        Ok(Self {
            origin: field("Origin"),
            label: field("Label"),
            key: text.key().map(str::to_owned),
            suite: field("Suite"),
            codename: field("Codename"),
            date: date_field(paragraph, "Date")?.ok_or_else(|| malformed("it has no Date".to_owned()))?,
            valid_until: date_field(paragraph, "Valid-Until")?,
            by_hash: field("Acquire-By-Hash") == "yes",
            components: field("Components"),
            architectures: field("Architectures"),
            files: listed_files(digests)?,
        })
    }

    /// Checks that this is the Release file of `suite`. The field with the suite's name depends on the distribution.
    pub(super) fn check_name(&self, distribution: Distribution, suite: &str) -> Result<(), ReleaseError> {
        let found = match profile(distribution).suite_field {
            SuiteField::Codename => &self.codename,
            SuiteField::Suite => &self.suite,
        };
        if found == suite {
            return Ok(());
        }
        Err(ReleaseError::OtherSuite { expected: suite.to_owned(), found: found.clone() })
    }

    /// Checks that it is not dated in the future of `now`, with a tolerance of a day for wrong clocks.
    pub(super) fn check_date(&self, now: Timestamp) -> Result<(), ReleaseError> {
        if now.duration_until(self.date) > CLOCK_SKEW {
            return Err(ReleaseError::FromTheFuture { date: self.date, now });
        }
        Ok(())
    }

    /// Checks that it is still valid at `now`.
    pub(super) fn check_valid_until(&self, now: Timestamp) -> Result<(), ReleaseError> {
        match self.valid_until {
            Some(valid_until) if valid_until < now => Err(ReleaseError::Expired { valid_until, now }),
            _ => Ok(()),
        }
    }

    /// Returns size and digest of the file at a path below the suite.
    pub(super) fn file(&self, path: &str) -> Option<ListedFile> {
        self.files.get(path).copied()
    }
}

fn listed_files(list: &str) -> Result<HashMap<String, ListedFile>, ReleaseError> {
    list.lines().filter(|line| !line.trim().is_empty()).map(listed_file).collect()
}

/// Parses a line `<digest> <size> <path>`.
fn listed_file(line: &str) -> Result<(String, ListedFile), ReleaseError> {
    let parse = || {
        let mut words = line.split_whitespace();
        let sha256 = words.next()?.parse().ok()?;
        let size_bytes = words.next()?.parse().ok()?;
        Some((words.next()?.to_owned(), ListedFile { size_bytes, sha256 }))
    };
    parse().ok_or_else(|| ReleaseError::Malformed { cause: format!("no digest, size and path in '{line}'") })
}

fn date_field(paragraph: &Paragraph, name: &str) -> Result<Option<Timestamp>, ReleaseError> {
    paragraph.get(name).map(|text| parse_date(name, text)).transpose()
}

/// Parses an RFC 2822 date in the form of archives: the zone is UTC, which the standard does not have, and Ubuntu
/// pads the hour with a blank (`Sun, 22 Nov 2026  0:19:16 UTC`).
fn parse_date(name: &str, text: &str) -> Result<Timestamp, ReleaseError> {
    let malformed = || ReleaseError::Malformed { cause: format!("{name} is not a date in UTC: '{text}'") };
    let words: Vec<&str> = text.split_whitespace().collect();
    let [weekday, day, month, year, time, "UTC" | "GMT" | "+0000"] = words[..] else {
        return Err(malformed());
    };
    DateTimeParser::new()
        .parse_timestamp(format!("{weekday} {day} {month} {year} {time:0>8} +0000"))
        .map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_both_distributions_are_read() {
        for (text, expected) in [
            ("Sat, 21 Nov 2026 09:15:44 UTC", "2026-11-21T09:15:44Z"),
            ("Sun, 22 Nov 2026  0:19:16 UTC", "2026-11-22T00:19:16Z"),
            ("Thu, 5 Nov 2026 10:00:00 +0000", "2026-11-05T10:00:00Z"),
        ] {
            assert_eq!(parse_date("Date", text).expect("a date").to_string(), expected);
        }
        for text in ["", "yesterday", "Sat, 21 Nov 2026 09:15:44 CET", "Sat, 31 Nov 2026 09:15:44 UTC"] {
            let error = parse_date("Date", text).expect_err("no date").to_string();
            assert_eq!(error, format!("malformed: Date is not a date in UTC: '{text}'"));
        }
    }

    #[test]
    fn a_line_of_the_list_has_three_words() {
        let digest = "ab".repeat(32);
        let (path, file) = listed_file(&format!(" {digest}  20 main/Contents-amd64.gz")).expect("a file");
        assert_eq!((path.as_str(), file.size_bytes), ("main/Contents-amd64.gz", 20));
        for line in ["ab 20 x", &format!("{digest} -1 x"), &format!("{digest} 20")] {
            assert!(listed_file(line).is_err(), "{line}");
        }
    }
}
