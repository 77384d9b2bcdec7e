//! A layout as one archive, for `docker load` and for readers of OCI layouts: docker needs its own manifest file in
//! addition, which lists the same blobs.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};

use super::composed::{Image, ImageLayer};
use super::documents::{blob_name, docker_manifest};
use super::layout::{INDEX, Layout, MARKER};
use crate::oci::layer::TarWriter;
use crate::tree::inventory::Permissions;

/// Name of docker's manifest file.
const DOCKER_MANIFEST: &str = "manifest.json";

/// Permissions of the files in the archive: anyone may read them.
const READABLE: Permissions = Permissions { mode: 0o644, uid: 0, gid: 0 };

/// Writes the files of a layout, sorted by name.
pub(super) fn write_archive(layout: &Layout, image: &Image, target: &File) -> io::Result<()> {
    let mut writer = TarWriter::new(BufWriter::new(target), 0);
    writer.directory(b"blobs", Permissions::SYSTEM_DIRECTORY)?;
    writer.directory(b"blobs/sha256", Permissions::SYSTEM_DIRECTORY)?;
    let mut blobs: Vec<String> =
        image.layers.iter().map(|layer: &ImageLayer| blob_name(layer.digest)).collect();
    blobs.extend([blob_name(image.config), blob_name(image.manifest)]);
    blobs.sort();
    blobs.dedup();
    for name in blobs.iter().map(String::as_str).chain([INDEX]) {
        write_file(layout, name, &mut writer)?;
    }
    let list = docker_manifest(image).to_string().into_bytes();
    writer.file(DOCKER_MANIFEST.as_bytes(), READABLE, None, list.len() as u64, |target| {
        target.write_all(&list)
    })?;
    write_file(layout, MARKER, &mut writer)?;
    writer.finish()?.flush()
}

fn write_file(layout: &Layout, name: &str, writer: &mut TarWriter<impl Write>) -> io::Result<()> {
    let file = File::open(layout.top().join(name))?;
    let size_bytes = file.metadata()?.len();
    writer.file(name.as_bytes(), READABLE, None, size_bytes, |target| {
        let copied = io::copy(&mut file.take(size_bytes), target)?;
        if copied == size_bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    })
}
