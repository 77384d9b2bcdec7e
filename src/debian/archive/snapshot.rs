//! Snapshots of an archive.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Form in which snapshot services write a time, in UTC.
const FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// Time of a snapshot, as its service names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// Name, such as `20260818T205150Z`.
    pub(super) name: String,
    /// Time.
    pub(super) at: Timestamp,
}

impl Snapshot {
    /// Parses the name of a snapshot.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let time = DateTime::strptime(FORMAT, name).ok()?;
        let at = TimeZone::UTC.to_timestamp(time).ok()?;
        Some(Self { name: name.to_owned(), at })
    }

    /// Returns the snapshot of a time.
    pub(super) fn at(time: Timestamp) -> Self {
        Self { name: time.strftime(FORMAT).to_string(), at: time }
    }

    /// Returns the base of the archive in this snapshot.
    pub(super) fn base(&self, base: &str) -> String {
        format!("{base}/{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_named_by_its_time() {
        let snapshot = Snapshot::parse("20260818T205150Z").expect("is a time");
        assert_eq!(snapshot.at.to_string(), "2026-08-18T20:51:50Z");
        assert_eq!(Snapshot::at(snapshot.at), snapshot);
        assert_eq!(snapshot.base("https://s.example/debian"), "https://s.example/debian/20260818T205150Z");
        assert_eq!(Snapshot::parse("2026-08-18"), None);
        assert_eq!(Snapshot::parse("20260818T205150Z/../x"), None);
    }
}
