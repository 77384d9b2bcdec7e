//! Libraries of the apps outside the directories that are searched for them.

use std::collections::HashMap;

use crate::app::LinkedApps;
use crate::elf::Machine;
use crate::loader::configured_directories;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{RootedPath, Soname};

/// The objects of the apps by file name and soname, to find libraries that lie off the search path.
pub(super) struct OffPathLibraries {
    by_name: HashMap<Vec<u8>, Vec<(NodeId, Machine)>>,
    configured: Vec<RootedPath>,
}

impl OffPathLibraries {
    /// Collects the libraries of the apps.
    pub(super) fn new(root: &Root<'_>, linked: &LinkedApps<'_>) -> Self {
        let mut by_name: HashMap<Vec<u8>, Vec<(NodeId, Machine)>> = HashMap::new();
        for object in &linked.objects {
            let entry = (object.node, object.facts.machine);
            let file_name = root.name(object.node);
            by_name.entry(file_name.to_vec()).or_default().push(entry);
            if let Some(soname) = object.facts.soname.as_ref().filter(|soname| soname.as_bytes() != file_name)
            {
                by_name.entry(soname.as_bytes().to_vec()).or_default().push(entry);
            }
        }
        Self { by_name, configured: configured_directories(root) }
    }

    /// Returns the path of a library in the apps, or in a directory of the base's ld.so.conf that is missing in its
    /// ld.so.cache.
    pub(super) fn find(&self, root: &Root<'_>, soname: &Soname, machine: Machine) -> Option<RootedPath> {
        let name = soname.file_name();
        let in_apps = self.by_name.get(name).and_then(|objects| {
            objects.iter().filter(|(_, its)| *its == machine).map(|(node, _)| root.path(*node)).min()
        });
        in_apps.or_else(|| {
            self.configured
                .iter()
                .map(|directory| directory.join(name))
                .find(|path| root.resolve(root.top(), path.as_bytes()).is_ok())
        })
    }
}
