//! Numbers of names.

use hashbrown::HashMap;

/// Distinct names, each with a number in the order of first use.
#[derive(Default)]
pub(super) struct Interner {
    numbers: HashMap<Box<[u8]>, u32>,
    /// Names by number.
    pub(super) names: Vec<Box<[u8]>>,
}

impl Interner {
    /// Returns the number of a known name.
    pub(super) fn find(&self, name: &[u8]) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// Returns the number of a name, which gets a new one if it is unknown.
    pub(super) fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.numbers.insert(name.into(), number);
        self.names.push(name.into());
        number
    }
}
