//! Launchers: scripts and boot loaders that set LD_LIBRARY_PATH for the program that they start.
//!
//! A library that no search of the dynamic linker finds is found if it is in a directory of a launcher of the same part of an
//! app. PyInstaller's boot loader adds the directory that has the bundle's files.

use crate::elf::Machine;
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{RootedPath, Soname};

/// File by which a bundle of PyInstaller is recognised.
const BUNDLE_MARK: &[u8] = b"base_library.zip";

/// Launcher, and the objects that it starts or that those load.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Launcher {
    /// Directory below which the objects are.
    scope: RootedPath,
    /// Directories that are searched.
    directories: Vec<RootedPath>,
    /// True for a bundle with an interpreter of its own.
    is_bundle: bool,
}

/// The launchers of all apps.
#[derive(Debug, Default)]
pub struct Launchers(Vec<Launcher>);

impl Launchers {
    /// Adds the launcher that a file is, or shows.
    pub(super) fn add(&mut self, root: &Root<'_>, node: NodeId, content: &Content) {
        if root.name(node) == BUNDLE_MARK {
            let directory = root.path(node).parent();
            let is_inner = directory.file_name() == b"_internal";
            let scope = if is_inner { directory.parent() } else { directory.clone() };
            self.0.push(Launcher { scope, directories: vec![directory], is_bundle: true });
        }
        let Content::Launcher(launcher) = content else { return };
        let own = root.path(node).parent();
        let is_bin = matches!(own.file_name(), b"bin" | b"sbin" | b"libexec");
        let scope = if is_bin { own.parent() } else { own.clone() };
        let place = |element: &[u8]| match element.strip_prefix(b"$ORIGIN") {
            Some(rest) => own.join(rest.strip_prefix(b"/").unwrap_or(rest)),
            None => RootedPath::new(element),
        };
        let directories = launcher.library_path.iter().map(|element| place(element)).collect();
        self.0.push(Launcher { scope, directories, is_bundle: false });
    }

    /// Finds the library that an object loads when its launcher has started it.
    pub fn find(&self, root: &Root<'_>, by: NodeId, soname: &Soname, machine: Machine) -> Option<NodeId> {
        if self.0.is_empty() {
            return None;
        }
        let by = root.path(by);
        let launchers = self.0.iter().filter(|launcher| by.below(&launcher.scope).is_some());
        launchers.flat_map(|launcher| &launcher.directories).find_map(|directory| {
            let path = directory.join(soname.file_name());
            let node = root.resolve(root.top(), path.as_bytes()).ok()?;
            matches!(root.content(node), Some(Content::Object(facts)) if facts.machine == machine)
                .then_some(node)
        })
    }

    /// True for a path in a bundle with an interpreter of its own.
    pub fn is_in_bundle(&self, path: &RootedPath) -> bool {
        self.0.iter().any(|launcher| launcher.is_bundle && path.below(&launcher.scope).is_some())
    }
}
