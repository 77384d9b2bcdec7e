//! A .deb cut down to the parts that choosing packages needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use bstr::ByteSlice;
use serde::{Deserialize, Serialize};

use crate::tree::inventory::{Deb, DebFile, Entry, Inventory, control_field};

/// Control fields, scripts and files of a .deb, as far as they are known.
///
/// It makes no claim to be complete: one from a library index has the libraries, the links to them, the data files
/// that libraries need and the copyright file, one that was made of a whole [`Deb`] has every file. A file that is
/// absent here may be in the .deb.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DebFacts {
    /// Control stanza.
    pub control: String,
    /// Other members of control.tar (maintainer scripts, md5sums, …) by name.
    pub scripts: BTreeMap<String, Vec<u8>>,
    /// Files, directories and links.
    pub inventory: Inventory,
    files: Vec<DebFile>,
}

impl DebFacts {
    /// Returns the value of a control field; the lines of a folded field are left as they are.
    pub fn field(&self, name: &str) -> Option<&str> {
        control_field(&self.control, name)
    }

    /// Returns permissions, size and digest of a regular file.
    pub fn file(&self, path: impl AsRef<[u8]>) -> Option<&DebFile> {
        let path = path.as_ref().as_bstr();
        let position = self.files.binary_search_by(|file| file.path.as_bstr().cmp(path)).ok()?;
        self.files.get(position)
    }

    /// Keeps only these control fields, and the members of control.tar and the entries that the filters accept.
    /// Diagnostics and the evidence that only audits read are dropped.
    pub fn reduced(
        self,
        fields: &[&str],
        keeps_member: impl Fn(&str, &[u8]) -> bool,
        keeps_entry: impl Fn(&Entry) -> bool,
    ) -> Self {
        let stanza = fields.iter().filter_map(|name| Some(format!("{name}: {}\n", self.field(name)?)));
        let control = stanza.collect();
        let Self { mut scripts, inventory, mut files, .. } = self;
        scripts.retain(|name, content| keeps_member(name, content));
        let inventory = inventory.reduced(keeps_entry);
        files.retain(|file| inventory.get(&file.path).is_some());
        Self { control, scripts, inventory, files }
    }

    /// Facts without any file, for tests of the formats that hold them.
    #[cfg(test)]
    pub(crate) fn of_control(control: String) -> Self {
        Self { control, scripts: BTreeMap::new(), inventory: Inventory::default(), files: Vec::new() }
    }
}

impl From<Deb> for DebFacts {
    fn from(deb: Deb) -> Self {
        let Deb { control, scripts, inventory, files } = deb;
        Self { control, scripts, inventory, files }
    }
}

impl From<Arc<Deb>> for DebFacts {
    fn from(deb: Arc<Deb>) -> Self {
        Self::from(Arc::unwrap_or_clone(deb))
    }
}
