//! Relinking of venvs: one whose Python is not there gets the base's Python of the same version.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice};

use super::python::{Venv, VenvPython, system_pythons, venvs};
use super::trees::{ChangedContent, ChangedFile, InputTrees};
use crate::tree::inventory::{Changes, Content};
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::RootedPath;

/// A venv that cannot be relinked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelinkError {
    /// The base has no Python of its version.
    #[error("cannot relink the Python of {venv}: the base has no Python {version}")]
    NoPython {
        /// Directory of the venv.
        venv: RootedPath,
        /// Version of the venv.
        version: String,
    },
    /// Its `pyvenv.cfg` states no version.
    #[error("cannot relink the Python of {venv}: its pyvenv.cfg states no version")]
    NoVersion {
        /// Directory of the venv.
        venv: RootedPath,
    },
}

impl InputTrees {
    /// Links each venv whose Python does not exist, or has another version, to the Python of the same version outside of the
    /// venvs: the links `bin/python*` and `home` in `pyvenv.cfg` are changed in the apps. Returns the venvs that were changed,
    /// each with its Python.
    ///
    /// # Errors
    /// If there is no such Python.
    pub fn relink_pythons(&mut self) -> Result<Vec<(RootedPath, RootedPath)>, RelinkError> {
        let mut relinked = Vec::new();
        let mut changes: BTreeMap<MountId, Changes> = BTreeMap::new();
        {
            let root = self.root();
            let pythons = system_pythons(&root);
            let mounts: Vec<MountId> = self.app_mounts().map(|(mount, _)| mount).collect();
            for venv in venvs(&root, self).into_iter().filter(|venv| !venv.works(&root)) {
                let mount = root.mount_of(venv.config);
                if !mounts.contains(&mount) {
                    continue;
                }
                let Venv { directory, version, .. } = &venv;
                let Some(version) = version else {
                    return Err(RelinkError::NoVersion { venv: directory.clone() });
                };
                let python = pythons.iter().find(|(_, its)| its == version).map(|(node, _)| root.path(*node));
                let Some(python) = python else {
                    return Err(RelinkError::NoPython { venv: directory.clone(), version: version.clone() });
                };
                change(&root, &venv, &python, changes.entry(mount).or_default());
                relinked.push((directory.clone(), python));
            }
        }
        let first = usize::from(self.base.is_some()) + self.included.len();
        for (MountId(mount), changes) in changes {
            let Some(app) = self.apps.get_mut(mount - first) else { continue };
            let links =
                changes.links.iter().map(|(path, target)| (path, ChangedContent::Link(target.clone())));
            let texts = changes.texts.iter().map(|(path, text)| (path, ChangedContent::Text(text.clone())));
            let changed = links.chain(texts);
            self.changed
                .extend(changed.map(|(path, content)| ChangedFile { path: app.at.join(path), content }));
            app.inventory.change(changes);
        }
        Ok(relinked)
    }
}

/// Adds the changes that link a venv to a Python.
fn change(root: &Root<'_>, venv: &Venv, python: &RootedPath, changes: &mut Changes) {
    let bin = venv.directory.join("bin");
    let links: Vec<(&[u8], NodeId)> = match root.resolve(root.top(), bin.as_bytes()) {
        Ok(bin) => root.children_of(bin),
        Err(_) => Vec::new(),
    };
    let is_python = |name: &[u8]| name.strip_prefix(b"python").is_some_and(is_version);
    for (_, node) in links.into_iter().filter(|(name, _)| is_python(name)) {
        // A link to another one next to it stays.
        let target = root.link_target(node).filter(|target| target.contains(&b'/'));
        if let (Some(_), Some(entry)) = (target, root.entry(node)) {
            changes.links.insert(entry.path.clone(), BString::from(python.as_bytes()));
        }
    }
    // Without any link of its own it gets one.
    if let (VenvPython::Absent, Some(entry)) = (&venv.python, root.entry(venv.config)) {
        let top = entry.path.strip_suffix(b"pyvenv.cfg").unwrap_or_default();
        changes.links.insert([top, b"bin/python3"].concat().into(), BString::from(python.as_bytes()));
    }
    if let (Some(Content::Text(text)), Some(entry)) = (root.content(venv.config), root.entry(venv.config)) {
        changes.texts.insert(entry.path.clone(), with_home(text, python));
    }
}

/// True for the rest of the name of a link to Python: nothing, `3` or `3.12`.
fn is_version(rest: &[u8]) -> bool {
    rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// Text of a `pyvenv.cfg` with the directory of a Python as its `home`.
fn with_home(text: &[u8], python: &RootedPath) -> Vec<u8> {
    let home = [b"home = ", python.parent().as_bytes(), b"\n"].concat();
    let is_home = |line: &[u8]| {
        let key = line.split(|byte| *byte == b'=').next().unwrap_or_default();
        // `executable` names the Python that created it.
        matches!(key.trim_ascii(), b"home" | b"executable" | b"base-executable")
    };
    let kept = text.lines_with_terminator().filter(|line| !is_home(line));
    let mut changed = home;
    kept.for_each(|line| changed.extend_from_slice(line));
    changed
}
