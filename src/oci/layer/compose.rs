//! Composition of a layer: from a Plan and its packages to the list of entries.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

use super::builder::{BuiltEntries, LayerBuilder};
use super::bundle::put_bundle;
use super::content_store::{ContentStore, WantedFiles};
use super::copyright::put_copyright;
use super::entries::{Layer, LayerEntry, LayerEntryKind, ShippedPackage};
use super::error::LayerError;
use super::ld_so_cache::put_ld_so_cache;
use super::metadata::put_metadata;
use super::package_entries::{path_in_image, put_entries};
use super::request::{LayerContents, LayerRequest, PlannedDeb, check_base};
use crate::app::{ChangedContent, ChangedFile};
use crate::debian::inclusions::{is_documentation, is_processor_copy};
use crate::solve::plan::{PlannedPackage, TakenFile, TakenKind};
use crate::tree::inventory::{Deb, EntryKind, Permissions};
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

/// Mode of `/tmp`: anyone may write, and remove own files only.
const TMP: Permissions = Permissions { mode: 0o1777, uid: 0, gid: 0 };

/// Package of the Plan: its index, itself and its .deb.
type Package<'request> = (usize, &'request PlannedPackage, &'request PlannedDeb);

/// Lists the entries of a layer, and copies the contents of its files from the .debs into `scratch`, an empty file.
///
/// # Errors
/// If the Plan's base is missing or has something in the way of an entry, if a .deb is broken or has no planned file, or if
/// `scratch` cannot be written.
pub fn compose(request: &LayerRequest<'_>, scratch: File) -> Result<Layer, LayerError> {
    let LayerRequest { plan, debs, base, contents, changed, is_lowest } = *request;
    check_base(plan, base.is_some())?;
    let top = RootedPath::root();
    let mut root = Root::new();
    if let Some(base) = base {
        root.mount(&top, base);
    }
    let mut builder = LayerBuilder::new(&root, base);
    let packages: Vec<Package<'_>> = plan
        .packages
        .iter()
        .zip(debs)
        .enumerate()
        .map(|(index, (planned, deb))| (index, planned, deb))
        .collect();
    put_files(&mut builder, &packages, contents)?;
    put_changed(&mut builder, changed)?;
    if is_lowest {
        builder.put_directory(&RootedPath::new("/tmp"), TMP)?;
    }
    let mut notes = Vec::new();
    let debs: Vec<&Deb> = debs.iter().map(|planned| planned.deb.as_ref()).collect();
    for (index, planned, _) in &packages {
        notes.extend(put_copyright(&mut builder, *index, &planned.package.name, &debs)?);
    }
    notes.extend(put_ld_so_cache(&mut builder, request)?);
    let shipped = packages.iter().map(|(index, planned, _)| shipped(&builder, *index, planned)).collect();
    let contents = ContentStore::copy(&wanted(&builder, &packages), scratch)?;
    put_bundle(&mut builder, &plan.packages, &contents)?;
    for (index, planned, source) in &packages {
        put_metadata(&mut builder, *index, planned, &source.deb, &contents)?;
    }
    let BuiltEntries { entries, base_directories } = builder.finish()?;
    Ok(Layer { entries, base_directories, contents, packages: shipped, notes })
}

/// Adds the planned files, and the other files of the packages if they are requested.
fn put_files(
    builder: &mut LayerBuilder<'_>,
    packages: &[Package<'_>],
    contents: LayerContents,
) -> Result<(), LayerError> {
    for (_, _, source) in packages {
        note_directories(builder, &source.deb);
    }
    for (index, planned, source) in packages {
        for file in &planned.files {
            let entry = planned_entry(*index, planned, &source.deb, file)?;
            builder.put(&file.path, entry)?;
        }
    }
    if contents == LayerContents::Package {
        for (index, _, source) in packages {
            put_entries(builder, *index, &source.deb, is_shipped)?;
        }
    }
    Ok(())
}

/// Adds files and links of the apps that are other ones in the image.
fn put_changed(builder: &mut LayerBuilder<'_>, changed: &[ChangedFile]) -> Result<(), LayerError> {
    for file in changed {
        let (kind, mode) = match &file.content {
            ChangedContent::Link(target) => (LayerEntryKind::Link(target.clone()), 0o777),
            ChangedContent::Text(text) => (LayerEntryKind::Text(text.clone()), 0o644),
        };
        let permissions = Permissions { mode, uid: 0, gid: 0 };
        builder.put(&file.path, LayerEntry { kind, permissions, package: None })?;
    }
    Ok(())
}

/// True for a path that is shipped with the whole package. (Copyright files are added separately.)
fn is_shipped(path: &[u8]) -> bool {
    !is_documentation(path) && !is_processor_copy(path)
}

fn note_directories(builder: &mut LayerBuilder<'_>, deb: &Deb) {
    for entry in deb.inventory.entries() {
        if let EntryKind::Directory(permissions) = entry.kind {
            builder.note_directory(&path_in_image(&entry.path), permissions);
        }
    }
}

/// Creates the entry of a planned file. The Plan's path may differ from the package's: the digest identifies the content.
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
                kind: LayerEntryKind::File { sha256: *sha256, size_bytes: *size_bytes },
                permissions: Permissions { mode: *mode, ..found.permissions },
                package: Some(index),
            })
        }
    }
}

/// Lists the files to copy from each .deb.
fn wanted<'request>(
    builder: &LayerBuilder<'_>,
    packages: &[Package<'request>],
) -> Vec<WantedFiles<'request>> {
    let mut digests: BTreeMap<usize, BTreeSet<_>> = BTreeMap::new();
    for entry in builder.entries().values() {
        if let (LayerEntryKind::File { sha256, .. }, Some(index)) = (&entry.kind, entry.package) {
            digests.entry(index).or_default().insert(*sha256);
        }
    }
    let with_any = packages.iter().filter_map(|(index, planned, source)| {
        Some(WantedFiles { package: &planned.package.name, source, digests: digests.remove(index)? })
    });
    with_any.collect()
}

fn shipped(builder: &LayerBuilder<'_>, index: usize, planned: &PlannedPackage) -> ShippedPackage {
    let own = builder.entries().values().filter(|entry| entry.package == Some(index));
    let (mut files, mut size_bytes) = (0, 0);
    for entry in own {
        files += 1;
        if let LayerEntryKind::File { size_bytes: size, .. } = entry.kind {
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
