//! Values of the table `libraries`: locations of a file name.
//!
//! Targets (a release on an architecture) are numbered, and a set of them is a bit mask; facts that several targets
//! share are written once.

use super::bytes::{Cursor, Malformed, push_number};

/// Location of a file name: a directory and a package, by rank in their tables, and the targets that have it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Location {
    pub(crate) directory: u64,
    pub(crate) package: u64,
    /// Targets, as a mask.
    pub(crate) targets: u64,
}

impl Location {
    pub(crate) fn write(&self, value: &mut Vec<u8>) {
        push_number(value, self.directory);
        push_number(value, self.package);
        push_number(value, self.targets);
    }

    /// Reads all locations in the value of a file name.
    pub(crate) fn read_all(value: &[u8]) -> Result<Vec<Self>, Malformed> {
        let mut cursor = Cursor::new(value);
        let mut locations = Vec::new();
        while !cursor.is_at_end() {
            locations.push(Self {
                directory: cursor.number()?,
                package: cursor.number()?,
                targets: cursor.number()?,
            });
        }
        Ok(locations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_round_trip() {
        let locations = [
            Location { directory: 0, package: 300, targets: 63 },
            Location { directory: 9, package: 1, targets: 2 },
        ];
        let mut value = Vec::new();
        locations.iter().for_each(|location| location.write(&mut value));
        assert_eq!(Location::read_all(&value), Ok(locations.to_vec()));
        assert!(Location::read_all(&value[..value.len() - 1]).is_err());
    }
}
