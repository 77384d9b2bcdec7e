//! Output files and directories: refused where existing files would be lost, and made in a staging directory first.

use std::fs::{self, DirEntry, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::files::directory_of;

/// An output cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The name is unsuitable, or existing files would be lost.
    #[error("cannot write {output}: {cause}")]
    Refused {
        /// Path of the output.
        output: PathBuf,
        /// Cause.
        cause: &'static str,
    },
    /// The system reports an error.
    #[error("cannot write {output}")]
    Failed {
        /// Path of the output.
        output: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
}

impl OutputError {
    /// Advice that fixes the error.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Refused { .. } => Some("name a new output, or remove what is there"),
            Self::Failed { .. } => None,
        }
    }

    /// True if the user's input is wrong, rather than the disk.
    pub fn is_input_error(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// Creates the error of an unsuitable output.
    pub fn refused(output: &Path, cause: &'static str) -> Self {
        Self::Refused { output: output.to_owned(), cause }
    }

    /// Creates the error of a failed write.
    pub fn failed(output: &Path, source: io::Error) -> Self {
        Self::Failed { output: output.to_owned(), source }
    }
}

/// Form of an output, which decides what it may replace.
#[derive(Clone, Copy, Debug)]
pub enum OutputForm {
    /// A file: it replaces a regular file.
    File,
    /// A directory: it replaces a directory in which there are only files for which `is_replaceable` returns true.
    Directory {
        /// True for a file that may be lost.
        is_replaceable: fn(&DirEntry) -> bool,
    },
}

impl OutputForm {
    /// A directory that replaces an empty one at most.
    pub const NEW_DIRECTORY: Self = Self::Directory { is_replaceable: |_| false };

    /// Refuses an output path where existing files would be lost.
    ///
    /// # Errors
    /// If files would be lost, or the path cannot be read.
    pub fn check(self, output: &Path) -> Result<(), OutputError> {
        let refused = |cause| Err(OutputError::refused(output, cause));
        let failed = |source| OutputError::failed(output, source);
        let metadata = match fs::symlink_metadata(output) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        match self {
            Self::File if metadata.is_dir() => refused("it is a directory"),
            Self::File if !metadata.is_file() => refused("it is not a regular file"),
            Self::File => Ok(()),
            Self::Directory { .. } if !metadata.is_dir() => refused("it exists and is not a directory"),
            Self::Directory { is_replaceable } => {
                for entry in fs::read_dir(output).map_err(failed)? {
                    if !is_replaceable(&entry.map_err(failed)?) {
                        return refused("the directory has other files");
                    }
                }
                Ok(())
            }
        }
    }
}

/// Temporary directory on the file system of an output, in which the output is made. It is removed when it is dropped.
#[derive(Debug)]
pub struct StagingDir {
    directory: TempDir,
    output: PathBuf,
}

impl StagingDir {
    /// Creates a directory next to `output`.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn beside(output: &Path) -> Result<Self, OutputError> {
        let failed = |source| OutputError::failed(output, source);
        let directory = directory_of(output);
        // An error of the temporary directory would show a name that the user does not know.
        fs::metadata(directory).map_err(failed)?;
        let directory = tempfile::Builder::new().prefix(".sodeb-").tempdir_in(directory).map_err(failed)?;
        Ok(Self { directory, output: output.to_owned() })
    }

    /// Path of the staging directory.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Path of an entry of the staging directory.
    pub fn entry(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Path of the output.
    pub fn output(&self) -> &Path {
        &self.output
    }

    /// Creates the error of a failed write.
    pub fn failed(&self, source: io::Error) -> OutputError {
        OutputError::failed(&self.output, source)
    }

    /// Renames an entry to the output. The kernel lets a file replace a file, and a directory an empty one (rename(2)).
    ///
    /// # Errors
    /// If it cannot be renamed; an existing output is then unchanged.
    pub fn rename_to_output(&self, entry: &str) -> Result<(), OutputError> {
        fs::rename(self.entry(entry), &self.output).map_err(|source| self.failed(source))
    }

    /// Renames a directory to the output, of which an existing directory is moved away before, and back on failure.
    ///
    /// # Errors
    /// If it cannot be renamed; an existing output is then unchanged.
    pub fn replace_output(&self, entry: &str) -> Result<(), OutputError> {
        let renamed = match fs::rename(self.entry(entry), &self.output) {
            Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) => {
                let old = self.entry("old");
                fs::rename(&self.output, &old).and_then(|()| {
                    fs::rename(self.entry(entry), &self.output).inspect_err(|_| {
                        // Of two errors the first one is reported.
                        let _ = fs::rename(&old, &self.output);
                    })
                })
            }
            renamed => renamed,
        };
        renamed.map_err(|source| self.failed(source))
    }
}

/// Creates an unnamed temporary file on the file system of an output.
///
/// # Errors
/// If it cannot be created.
pub fn scratch_file(output: &Path) -> Result<File, OutputError> {
    tempfile::tempfile_in(directory_of(output)).map_err(|source| OutputError::failed(output, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(form: OutputForm, output: &Path) -> Option<&'static str> {
        match form.check(output) {
            Ok(()) => None,
            Err(OutputError::Refused { cause, .. }) => Some(cause),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn outputs_that_would_lose_files_are_refused() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name);
        fs::write(path("file"), "x").expect("is written");
        fs::create_dir_all(path("full/below")).expect("is created");
        fs::create_dir(path("empty")).expect("is created");
        std::os::unix::fs::symlink("file", path("link")).expect("a link");
        let (file, new) = (OutputForm::File, OutputForm::NEW_DIRECTORY);
        for name in ["absent", "file"] {
            assert_eq!(cause(file, &path(name)), None, "{name}");
        }
        assert_eq!(cause(file, &path("empty")), Some("it is a directory"));
        assert_eq!(cause(file, &path("link")), Some("it is not a regular file"));
        for name in ["absent", "empty"] {
            assert_eq!(cause(new, &path(name)), None, "{name}");
        }
        assert_eq!(cause(new, &path("file")), Some("it exists and is not a directory"));
        assert_eq!(cause(new, &path("full")), Some("the directory has other files"));
        let lax = OutputForm::Directory { is_replaceable: |entry| entry.file_name() == "below" };
        assert_eq!(cause(lax, &path("full")), None);
    }

    #[test]
    fn an_output_is_replaced_only_on_request() {
        let directory = tempfile::tempdir().expect("a directory");
        let output = directory.path().join("output");
        fs::create_dir_all(output.join("old")).expect("is created");
        let staging = StagingDir::beside(&output).expect("is created");
        fs::create_dir_all(staging.entry("new/content")).expect("is created");
        assert!(staging.rename_to_output("new").is_err());
        assert!(output.join("old").exists());
        staging.replace_output("new").expect("is renamed");
        assert!(output.join("content").exists() && !output.join("old").exists());
        drop(staging);
        assert_eq!(fs::read_dir(directory.path()).expect("a directory").count(), 1);
    }
}
