//! The process that is being linked: its objects by name and by file.

use super::interner::{FileId, NameId};

/// Objects of the process that is being linked, as indices in its link map.
#[derive(Default)]
pub(super) struct ProcessObjects {
    names: Slots,
    files: Slots,
}

impl ProcessObjects {
    /// Starts with an empty process.
    pub(super) fn clear(&mut self) {
        self.names.clear();
        self.files.clear();
    }

    /// Object that answers to a name.
    pub(super) fn by_name(&self, name: NameId) -> Option<usize> {
        self.names.get(name.index())
    }

    /// Object that is loaded from a file.
    pub(super) fn by_file(&self, file: FileId) -> Option<usize> {
        self.files.get(file.index())
    }

    /// Makes an object answer to a name; false if another one does already.
    pub(super) fn add_name(&mut self, name: NameId, object: usize) -> bool {
        self.names.fill(name.index(), object)
    }

    /// Records the file of an object.
    pub(super) fn add_file(&mut self, file: FileId, object: usize) {
        self.files.fill(file.index(), object);
    }
}

/// Map from small numbers to object indices that is cleared in constant time, for the next process.
struct Slots {
    /// Round in which each slot was filled, and its value.
    slots: Vec<(u32, u32)>,
    /// Current round; never 0, the round of slots that were never filled.
    round: u32,
}

impl Default for Slots {
    fn default() -> Self {
        Self { slots: Vec::new(), round: 1 }
    }
}

impl Slots {
    fn clear(&mut self) {
        self.round = self.round.checked_add(1).unwrap_or_else(|| {
            self.slots.clear();
            1
        });
    }

    fn get(&self, index: usize) -> Option<usize> {
        let (round, object) = *self.slots.get(index)?;
        (round == self.round).then_some(object as usize)
    }

    /// Fills an empty slot; false if it is filled already.
    fn fill(&mut self, index: usize, object: usize) -> bool {
        if self.slots.len() <= index {
            self.slots.resize(index + 1, (0, 0));
        }
        let slot = &mut self.slots[index];
        let is_free = slot.0 != self.round;
        if is_free {
            *slot = (self.round, u32::try_from(object).unwrap_or(u32::MAX));
        }
        is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_cleared_at_once_and_keep_their_first_value() {
        let mut slots = Slots::default();
        assert_eq!(slots.get(3), None);
        assert!(slots.fill(3, 7));
        assert!(!slots.fill(3, 8));
        assert_eq!((slots.get(3), slots.get(2)), (Some(7), None));
        slots.clear();
        assert_eq!(slots.get(3), None);
        slots.round = u32::MAX;
        assert!(slots.fill(1, 2));
        slots.clear();
        assert_eq!(slots.get(1), None);
        assert!(slots.fill(1, 3));
    }
}
