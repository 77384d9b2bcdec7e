//! Where a layer is written to: beside its place first, and renamed when all is well.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use hashbrown::HashMap;
use tempfile::{NamedTempFile, TempDir};

use super::directory_writer::write_directory;
use super::tar_writer::WriteFault;
use super::{Layer, LayerError};
use crate::support::compress::{Compressor, LayerCompression};
use crate::support::decompress::Compression;
use crate::support::digest::{DigestAndSize, DigestWriter, digest_of};
use crate::support::files::directory_of;
use crate::tree::inventory::{
    DebFile, Inventory, InventoryError, ReadDepth, read_directory, read_layer_files,
};
use crate::vocabulary::{RootedPath, Sha256Digest};

/// Endings that stand for archives which are not written.
const OTHER_ARCHIVES: [&str; 7] = [".tar.xz", ".txz", ".tar.bz2", ".tar.lzma", ".zip", ".deb", ".tar.lz4"];

/// What an output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// A directory.
    Directory,
    /// A tar archive.
    Tar(LayerCompression),
}

impl OutputKind {
    /// What the name of an output stands for: an archive by its ending, else a directory.
    ///
    /// # Errors
    /// If it is an archive of another kind.
    pub fn of_name(output: &Path) -> Result<Self, LayerError> {
        let name = output.as_os_str().to_string_lossy();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&OTHER_ARCHIVES) {
            let cause = "archives of this kind are not written";
            return Err(LayerError::Output { output: output.to_owned(), cause });
        }
        Ok(match () {
            () if ends(&[".tar"]) => Self::Tar(LayerCompression::None),
            () if ends(&[".tar.gz", ".tgz"]) => Self::Tar(LayerCompression::Gzip),
            () if ends(&[".tar.zst"]) => Self::Tar(LayerCompression::Zstd),
            () => Self::Directory,
        })
    }

    /// A word for it, as its ending has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Tar(LayerCompression::None) => "tar",
            Self::Tar(LayerCompression::Gzip) => "tar.gz",
            Self::Tar(LayerCompression::Zstd) => "tar.zst",
        }
    }
}

/// Refuses an output that is there and would be lost, before anything is fetched for it: a directory with something in
/// it, or what is neither a directory nor a file.
///
/// # Errors
/// Which of these it is, or that it can't be looked at.
pub fn refuse_output(output: &Path, kind: OutputKind) -> Result<(), LayerError> {
    let refused = |cause| Err(LayerError::Output { output: output.to_owned(), cause });
    let failed = |source| LayerError::Write { output: output.to_owned(), source };
    let metadata = match fs::symlink_metadata(output) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    match kind {
        OutputKind::Tar(_) if metadata.is_dir() => refused("it is a directory"),
        OutputKind::Tar(_) if !metadata.is_file() => refused("it is no regular file"),
        OutputKind::Directory if !metadata.is_dir() => refused("it is there, and is no directory"),
        OutputKind::Directory if fs::read_dir(output).map_err(failed)?.next().is_some() => {
            refused("the directory is not empty")
        }
        _ => Ok(()),
    }
}

/// A layer that is written and has not got its name yet; it vanishes unless it is kept.
#[derive(Debug)]
pub struct Written {
    output: PathBuf,
    held: Held,
    /// What it is.
    pub kind: OutputKind,
    /// The digest of the archive; none for a directory.
    pub digest: Option<Sha256Digest>,
    /// The size of the archive in bytes; none for a directory.
    pub size_bytes: Option<u64>,
    /// The digest of the archive before it is compressed, which image configurations name (OCI image-spec, DiffID);
    /// for a directory, of the archive that it would be.
    pub diff_id: Sha256Digest,
    /// The size of that in bytes.
    pub tar_bytes: u64,
}

#[derive(Debug)]
enum Held {
    File(NamedTempFile),
    Directory(TempDir),
}

/// Writes a layer beside `output`; `mtime` is in seconds since 1970.
///
/// # Errors
/// If it can't be written; nothing is left then.
pub fn write(layer: &Layer, output: &Path, kind: OutputKind, mtime: u64) -> Result<Written, LayerError> {
    let failed = |source| LayerError::Write { output: output.to_owned(), source };
    let directory = directory_of(output);
    // A temporary file's errors would name it, which nobody knows.
    fs::metadata(directory).map_err(failed)?;
    match kind {
        OutputKind::Tar(compression) => {
            let everyone = fs::Permissions::from_mode(0o666);
            let file =
                tempfile::Builder::new().permissions(everyone).tempfile_in(directory).map_err(failed)?;
            let (archive, tar) =
                layer.write_archive(compression, file.as_file(), mtime).map_err(|fault| fault.at(output))?;
            Ok(Written {
                output: output.to_owned(),
                held: Held::File(file),
                kind,
                digest: Some(archive.digest),
                size_bytes: Some(archive.size_bytes),
                diff_id: tar.digest,
                tar_bytes: tar.size_bytes,
            })
        }
        OutputKind::Directory => {
            let top = tempfile::Builder::new().prefix(".sodeb-").tempdir_in(directory).map_err(failed)?;
            write_directory(layer, top.path(), mtime).map_err(|fault| fault.at(output))?;
            let (tar, _) = layer
                .write_archive(LayerCompression::None, io::sink(), mtime)
                .map_err(|fault| fault.at(output))?;
            Ok(Written {
                output: output.to_owned(),
                held: Held::Directory(top),
                kind,
                digest: None,
                size_bytes: None,
                diff_id: tar.digest,
                tar_bytes: tar.size_bytes,
            })
        }
    }
}

/// An empty file without a name, on the disk that the output is written to.
///
/// # Errors
/// If none can be made there.
pub fn scratch(output: &Path) -> Result<File, LayerError> {
    tempfile::tempfile_in(directory_of(output))
        .map_err(|source| LayerError::Write { output: output.to_owned(), source })
}

impl Layer {
    /// Writes the archive into `target`, and measures it: compressed, and not; `mtime` is in seconds since 1970.
    ///
    /// # Errors
    /// If `target` fails, and when a file of a tree can't be read or is not as it was.
    pub fn write_archive(
        &self,
        compression: LayerCompression,
        target: impl Write,
        mtime: u64,
    ) -> Result<(DigestAndSize, DigestAndSize), WriteFault> {
        let archive = DigestWriter::new(BufWriter::new(target));
        let mut tar = DigestWriter::new(Compressor::new(compression, archive)?);
        self.write_tar(mtime, &mut tar)?;
        let (compressor, tar) = tar.finish();
        let (mut target, archive) = compressor.finish()?.finish();
        target.flush()?;
        Ok((archive, tar))
    }
}

/// What was read back of an output.
pub(super) struct ReadBack {
    pub(super) inventory: Inventory,
    /// The digest of each regular file, by its path.
    pub(super) digests: HashMap<RootedPath, Sha256Digest>,
}

impl Written {
    /// Where it will be.
    pub fn output(&self) -> &Path {
        &self.output
    }

    pub(super) fn read_back(&self) -> Result<ReadBack, LayerError> {
        let failed = |source| LayerError::ReadBack { output: self.output.clone(), source };
        match (&self.held, self.kind) {
            (Held::File(file), OutputKind::Tar(compression)) => {
                let mut file = file.reopen().map_err(failed)?;
                file.rewind().map_err(failed)?;
                let (inventory, files) = read_archive(file, compression).map_err(failed)?;
                let digests =
                    files.into_iter().map(|file| (RootedPath::new(&file.path), file.sha256)).collect();
                Ok(ReadBack { inventory, digests })
            }
            (Held::Directory(top), _) => read_written_directory(top.path()).map_err(failed),
            (Held::File(_), OutputKind::Directory) => {
                Err(failed(io::Error::other("a file and no directory")))
            }
        }
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// If it can't be renamed; nothing is left then.
    pub fn keep(self) -> Result<(), LayerError> {
        let failed = |source| LayerError::Write { output: self.output.clone(), source };
        match self.held {
            Held::File(file) => file.persist(&self.output).map(drop).map_err(|error| failed(error.error)),
            Held::Directory(top) => {
                // The kernel takes an empty directory's place by a rename, and no other.
                fs::rename(top.path(), &self.output).map_err(failed)?;
                // It is not there any more, so there is nothing to be removed.
                let _ = top.keep();
                Ok(())
            }
        }
    }
}

fn read_archive(file: File, compression: LayerCompression) -> io::Result<(Inventory, Vec<DebFile>)> {
    read_layer_files(Compression::from(compression).reader(file)?)
}

fn read_written_directory(top: &Path) -> io::Result<ReadBack> {
    let inventory = read_directory(top, ReadDepth::Symbols).map_err(|error| match error {
        InventoryError::Unreadable { source, .. } => source,
        error => io::Error::other(error),
    })?;
    let digest = |path: &bstr::BStr| {
        let host = top.join(bstr::ByteSlice::to_os_str_lossy(&**path));
        Ok((RootedPath::new(path), digest_of(File::open(host)?)?))
    };
    let digests = inventory.file_paths().map(digest).collect::<io::Result<_>>()?;
    Ok(ReadBack { inventory, digests })
}
