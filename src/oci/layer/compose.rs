//! From the Plan and the packages to the list of entries.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use bstr::BString;

use super::bundle::put_bundle;
use super::cache::put_cache;
use super::contents::{Contents, Wanted};
use super::copyright::put_copyright;
use super::metadata::put_metadata;
use super::places::{Placed, Places};
use super::{
    Layer, LayerContents, LayerEntry, LayerError, LayerKind, PackageSource, Request, ShippedPackage,
};
use crate::debian::inclusions::{is_documentation, is_processor_copy};
use crate::solve::plan::{PlannedPackage, TakenFile, TakenKind};
use crate::tree::inventory::{Deb, Entry, EntryKind, Permissions};
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

impl Layer {
    /// Makes the list of entries, and copies what they hold out of the .debs into `scratch`, an empty file.
    ///
    /// # Errors
    /// If a .deb is broken or lacks what the Plan takes of it, when the base has something in the way of an entry,
    /// when an include means nothing, and when `scratch` can't be written.
    pub fn compose(request: &Request<'_>, scratch: File) -> Result<Self, LayerError> {
        let Request { plan, sources, base, extent, is_lowest } = *request;
        let top = RootedPath::root();
        let mut root = Root::new();
        if let Some(base) = base {
            root.mount(&top, base);
        }
        let mut places = Places::new(&root, base);
        let packages: Vec<(usize, &PlannedPackage, &PackageSource)> = plan
            .packages
            .iter()
            .zip(sources)
            .enumerate()
            .map(|(index, (planned, source))| (index, planned, source))
            .collect();
        for (_, _, source) in &packages {
            note_directories(&mut places, &source.deb);
        }
        for (index, planned, source) in &packages {
            for file in &planned.files {
                let entry = planned_entry(*index, planned, &source.deb, file)?;
                places.put(&file.path, entry)?;
            }
        }
        if extent == LayerContents::Package {
            for (index, _, source) in &packages {
                put_entries(&mut places, *index, &source.deb, is_no_documentation)?;
            }
        }
        if is_lowest {
            places.put_directory(&RootedPath::new("/tmp"), Permissions { mode: 0o1777, uid: 0, gid: 0 })?;
        }
        let mut notes = Vec::new();
        let debs: Vec<&Deb> = sources.iter().map(|source| source.deb.as_ref()).collect();
        for (index, planned, _) in &packages {
            notes.extend(put_copyright(&mut places, *index, &planned.package.name, &debs)?);
        }
        notes.extend(put_cache(&mut places, request)?);
        let shipped = packages.iter().map(|(index, planned, _)| shipped(&places, *index, planned)).collect();
        let contents = Contents::gather(&wanted(&places, &packages), scratch)?;
        put_bundle(&mut places, &plan.packages, &contents)?;
        for (index, planned, source) in &packages {
            put_metadata(&mut places, *index, planned, &source.deb, &contents)?;
        }
        let Placed { entries, base_directories } = places.finish()?;
        Ok(Self { entries, base_directories, contents, packages: shipped, notes })
    }
}

/// Copyright files are put in by themselves.
fn is_no_documentation(path: &[u8]) -> bool {
    !is_documentation(path) && !is_processor_copy(path)
}

/// A package's path below the root as one in the image.
pub(super) fn in_image(path: &BString) -> RootedPath {
    RootedPath::new(path)
}

fn note_directories(places: &mut Places<'_>, deb: &Deb) {
    for entry in deb.inventory.entries() {
        if let EntryKind::Directory(permissions) = entry.kind {
            places.note_directory(&in_image(&entry.path), permissions);
        }
    }
}

/// What the Plan takes. The Plan names the place in the image, which may be another than the package's: the content
/// is known by its digest.
fn planned_entry(
    index: usize,
    planned: &PlannedPackage,
    deb: &Deb,
    file: &TakenFile,
) -> Result<LayerEntry, LayerError> {
    match &file.kind {
        TakenKind::Link { target, .. } => Ok(LayerEntry::link(target.clone(), index)),
        TakenKind::File { sha256, size_bytes, mode } => {
            let found = deb.files.iter().find(|candidate| candidate.sha256 == *sha256);
            let found = found.ok_or_else(|| LayerError::NotInDeb {
                package: planned.package.name.clone(),
                path: file.path.to_string(),
            })?;
            Ok(LayerEntry {
                kind: LayerKind::File { sha256: *sha256, size_bytes: *size_bytes },
                permissions: Permissions { mode: *mode, ..found.permissions },
                package: Some(index),
            })
        }
    }
}

/// Puts in those of a package's entries whose paths are taken.
fn put_entries(
    places: &mut Places<'_>,
    index: usize,
    deb: &Deb,
    takes: impl Fn(&[u8]) -> bool,
) -> Result<(), LayerError> {
    let mut entries = deb.inventory.entries().iter().filter(|entry| takes(&entry.path));
    entries.try_for_each(|entry| put_entry(places, index, deb, entry))
}

/// Puts in a package's entry as it is. Devices are left out: no package of Debian may have one (Policy §10.6).
pub(super) fn put_entry(
    places: &mut Places<'_>,
    index: usize,
    deb: &Deb,
    entry: &Entry,
) -> Result<(), LayerError> {
    let path = in_image(&entry.path);
    match &entry.kind {
        EntryKind::Directory(permissions) => places.put_directory(&path, *permissions),
        EntryKind::Symlink(target) => places.put(&path, LayerEntry::link(target.clone(), index)),
        EntryKind::File(_) => match deb.file(&entry.path) {
            Some(file) => places.put(
                &path,
                LayerEntry {
                    kind: LayerKind::File { sha256: file.sha256, size_bytes: file.size_bytes },
                    permissions: file.permissions,
                    package: Some(index),
                },
            ),
            None => Ok(()),
        },
        EntryKind::Special => Ok(()),
    }
}

/// What is to be copied out of each .deb.
fn wanted<'sources>(
    places: &Places<'_>,
    packages: &[(usize, &'sources PlannedPackage, &'sources PackageSource)],
) -> Vec<Wanted<'sources>> {
    let mut digests: BTreeMap<usize, BTreeSet<_>> = BTreeMap::new();
    for entry in places.entries().values() {
        if let (LayerKind::File { sha256, .. }, Some(index)) = (&entry.kind, entry.package) {
            digests.entry(index).or_default().insert(*sha256);
        }
    }
    let with_any = packages.iter().filter_map(|(index, planned, source)| {
        Some(Wanted { package: &planned.package.name, source, digests: digests.remove(index)? })
    });
    with_any.collect()
}

fn shipped(places: &Places<'_>, index: usize, planned: &PlannedPackage) -> ShippedPackage {
    let own = places.entries().values().filter(|entry| entry.package == Some(index));
    let (mut files, mut size_bytes) = (0, 0);
    for entry in own {
        files += 1;
        if let LayerKind::File { size_bytes: size, .. } = entry.kind {
            size_bytes += size;
        }
    }
    ShippedPackage {
        name: planned.package.name.clone(),
        version: planned.package.version.clone(),
        files,
        size_bytes,
    }
}
