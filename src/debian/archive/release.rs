//! Release files: what a suite holds, and until when that is true
//! (<https://wiki.debian.org/DebianRepository/Format#A.22Release.22_files>).
//!
//! A [`ReleaseFile`] is only made of a text whose signature was verified. Being signed is not enough: an old
//! or another suite's Release is signed as well, so its name and dates are checked too. Of the lists of
//! digests only SHA256 counts.

use std::collections::HashMap;

use deb822_fast::{Deb822, Paragraph};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

use super::signature::{CLOCK_SKEW, SignedText};
use crate::debian::distributions::{SuiteField, profile};
use crate::vocabulary::{Distribution, Sha256Digest};

/// A Release file that is signed and yet not to be used.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// It is not of the form that Release files have.
    #[error("malformed: {cause}")]
    Malformed {
        /// What is wrong with it.
        cause: String,
    },
    /// It is another suite's.
    #[error("it is the Release file of '{found}', not of '{asked}'")]
    OtherSuite {
        /// The suite that was asked for.
        asked: String,
        /// The suite that it names.
        found: String,
    },
    /// Its time has passed.
    #[error("it was valid until {valid_until} and it is {now}")]
    Expired {
        /// Its Valid-Until.
        valid_until: Timestamp,
        /// The time at which it was looked at.
        now: Timestamp,
    },
    /// It comes from the future, or this machine's clock is wrong.
    #[error("it is dated {date}, in the future of {now}")]
    FromTheFuture {
        /// Its Date.
        date: Timestamp,
        /// The time at which it was looked at.
        now: Timestamp,
    },
}

/// A suite's signed table of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReleaseFile {
    suite: String,
    codename: String,
    /// When it was made.
    pub(super) date: Timestamp,
    /// Until when it may be used, where it says so.
    pub(super) valid_until: Option<Timestamp>,
    /// Whether files can be asked for by their digest.
    pub(super) by_hash: bool,
    /// The components that it lists.
    pub(super) components: String,
    /// The architectures that it lists.
    pub(super) architectures: String,
    files: HashMap<String, ListedFile>,
}

/// What a Release file says of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ListedFile {
    pub(super) size_bytes: u64,
    pub(super) sha256: Sha256Digest,
}

impl ReleaseFile {
    pub(super) fn parse(text: &SignedText) -> Result<Self, ReleaseError> {
        let malformed = |cause: String| ReleaseError::Malformed { cause };
        let file: Deb822 =
            text.as_str().parse().map_err(|error: deb822_fast::Error| malformed(error.to_string()))?;
        let paragraph = file.iter().next().ok_or_else(|| malformed("it is empty".to_owned()))?;
        let field = |name: &str| paragraph.get(name).unwrap_or_default().trim().to_owned();
        let digests = paragraph.get("SHA256").ok_or_else(|| malformed("it has no SHA256 list".to_owned()))?;
        Ok(Self {
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

    /// That this is the Release file of `suite`. Debian gives each suite a codename of its own and lets Suite
    /// move (`stable`); Ubuntu gives all suites of a release one codename and tells them apart by Suite.
    pub(super) fn check_name(&self, distribution: Distribution, suite: &str) -> Result<(), ReleaseError> {
        let found = match profile(distribution).suite_field {
            SuiteField::Codename => &self.codename,
            SuiteField::Suite => &self.suite,
        };
        if found == suite {
            return Ok(());
        }
        Err(ReleaseError::OtherSuite { asked: suite.to_owned(), found: found.clone() })
    }

    /// That it was not made in the future of `now`; a day is granted to clocks that are wrong.
    pub(super) fn check_date(&self, now: Timestamp) -> Result<(), ReleaseError> {
        if now.duration_until(self.date) > CLOCK_SKEW {
            return Err(ReleaseError::FromTheFuture { date: self.date, now });
        }
        Ok(())
    }

    /// That it may still be used at `now`.
    pub(super) fn check_valid_until(&self, now: Timestamp) -> Result<(), ReleaseError> {
        match self.valid_until {
            Some(valid_until) if valid_until < now => Err(ReleaseError::Expired { valid_until, now }),
            _ => Ok(()),
        }
    }

    /// What it says of the file at this path below the suite.
    pub(super) fn file(&self, path: &str) -> Option<ListedFile> {
        self.files.get(path).copied()
    }
}

fn listed_files(list: &str) -> Result<HashMap<String, ListedFile>, ReleaseError> {
    list.lines().filter(|line| !line.trim().is_empty()).map(listed_file).collect()
}

/// `<digest> <size> <path>`.
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

/// RFC 2822 as archives write it: the zone is the word UTC, which that standard does not have, and Ubuntu
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
