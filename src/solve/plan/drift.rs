//! Drift: what is newer than a lock although the same packages are still right.

use std::fmt;

use bstr::BString;
use jiff::Timestamp;

use super::planned::{Plan, PlannedBase};
use crate::vocabulary::RootedPath;

/// Something that is newer than the lock, or older.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// Index of another date.
    Index {
        /// Date of the lock.
        old: Option<Timestamp>,
        /// Date of now.
        new: Option<Timestamp>,
    },
    /// Other content of the base.
    Base {
        /// Name of the base.
        name: BString,
        /// Objects that are loaded from it and have changed; empty for an image.
        objects: Vec<RootedPath>,
    },
}

impl Drift {
    /// Returns the kind of drift, as JSON writes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Index { .. } => "index",
            Self::Base { .. } => "base",
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index { old, new } => {
                let day = |date: &Option<Timestamp>| {
                    date.map_or_else(|| "an unknown date".to_owned(), |date| date.strftime("%F").to_string())
                };
                write!(formatter, "the index is of {}; the lock was made with that of {}", day(new), day(old))
            }
            Self::Base { name, objects } => {
                write!(formatter, "the base {name} has changed since the lock was made")?;
                match &objects[..] {
                    [] => Ok(()),
                    [only] => write!(formatter, ": {only}"),
                    [first, others @ ..] => write!(formatter, ": {first} and {} more", others.len()),
                }
            }
        }
    }
}

/// Returns what differs between two Plans without being a difference of the image.
pub fn drift(old: &Plan, new: &Plan) -> Vec<Drift> {
    let mut drift = Vec::new();
    let (old_date, new_date) = (old.provenance.date, new.provenance.date);
    if old_date != new_date {
        drift.push(Drift::Index { old: old_date, new: new_date });
    }
    if let (Some(old), Some(new)) = (&old.base, &new.base) {
        drift.extend(base_drift(old, new));
    }
    drift
}

fn base_drift(old: &PlannedBase, new: &PlannedBase) -> Option<Drift> {
    if old.digest == new.digest {
        return None;
    }
    let drift = |objects| Drift::Base { name: new.name.clone(), objects };
    if old.objects.is_empty() || new.objects.is_empty() {
        return Some(drift(Vec::new()));
    }
    // The trees may load other objects than before: only those that both name can have changed.
    let changed = new.objects.iter().filter(|object| {
        let before = old.objects.iter().find(|before| before.path == object.path);
        before.is_some_and(|before| before.sha256 != object.sha256)
    });
    let changed: Vec<RootedPath> = changed.map(|object| object.path.clone()).collect();
    (!changed.is_empty()).then(|| drift(changed))
}
