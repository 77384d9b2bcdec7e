//! Name of a base, and the kind of source that it stands for.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::oci::known_images::{self, KnownImage};
use crate::oci::registry::{ENGINE_PREFIX, EngineImage, ImageReference, REGISTRY_PREFIX, RegistryError};
use crate::support::url::without_login;
use crate::tree::inventory::is_image;

/// Name of the base without any files.
const SCRATCH: &str = "scratch";

/// Transports of the container tools for images in files, whose form is recognised by their contents.
const FILE_TRANSPORTS: [&str; 4] = ["oci:", "oci-archive:", "docker-archive:", "dir:"];

/// A base by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseReference {
    name: PathBuf,
    kind: BaseKind,
}

/// Kind of a base, with what identifies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseKind {
    /// A directory or file on the host.
    Path(PathBuf),
    /// An image in a registry.
    Registry(ImageReference),
    /// An image in docker's engine.
    Engine(EngineImage),
    /// An image that is modelled from its packages.
    Known(&'static KnownImage),
    /// No files at all.
    Scratch,
}

impl BaseReference {
    /// Parses the name of a base; a relative path starts in `directory`.
    ///
    /// # Errors
    /// If the name stands for an image and is malformed.
    pub fn parse(word: &OsStr, directory: &Path) -> Result<Self, RegistryError> {
        let kind = BaseKind::parse(word, directory)?;
        let name = match &kind {
            BaseKind::Path(path) => path.clone(),
            _ => PathBuf::from(word),
        };
        Ok(Self { name, kind })
    }

    /// Name for reports: the path, or else the word as it was typed.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// Kind of the base.
    pub fn kind(&self) -> &BaseKind {
        &self.kind
    }

    /// Name in a registry, if the base is there.
    pub fn image_reference(&self) -> Option<&ImageReference> {
        match &self.kind {
            BaseKind::Registry(image) => Some(image),
            _ => None,
        }
    }

    /// True if one of several platforms may be chosen, or the platform decides what the base is.
    pub fn has_platforms(&self) -> bool {
        match &self.kind {
            BaseKind::Path(path) => is_image(path) || !path.exists(),
            BaseKind::Registry(_) | BaseKind::Engine(_) | BaseKind::Known(_) | BaseKind::Scratch => true,
        }
    }

    /// True if the base is modelled from packages, so that its layers are unavailable.
    pub fn is_modelled(&self) -> bool {
        matches!(self.kind, BaseKind::Known(_))
    }
}

impl BaseKind {
    /// Parses a word. An existing path always wins; `./` makes a path of any word. Without `docker://`, a name is in a
    /// registry if its first part is a host: it has a dot or a port, or is `localhost`, as in docker.
    ///
    /// # Errors
    /// If the word stands for an image and is malformed.
    pub fn parse(word: &OsStr, directory: &Path) -> Result<Self, RegistryError> {
        let path = directory.join(word);
        let Some(text) = word.to_str().filter(|_| !path.exists()) else { return Ok(Self::Path(path)) };
        if let Some(known) = known_images::find(text) {
            return Ok(Self::Known(known));
        }
        if text.starts_with(REGISTRY_PREFIX) {
            return ImageReference::parse(text).map(Self::Registry);
        }
        if text.starts_with(ENGINE_PREFIX) {
            return EngineImage::parse(text).map(Self::Engine);
        }
        if let Some(path) = path_of_transport(text, directory) {
            return Ok(Self::Path(path));
        }
        if let Some(cause) = unsupported_transport(text) {
            return Err(RegistryError::Reference { text: without_login(text), cause: cause.to_owned() });
        }
        if text.contains("://") {
            let cause = "docker:// is the only transport".to_owned();
            return Err(RegistryError::Reference { text: without_login(text), cause });
        }
        if text == SCRATCH {
            return Ok(Self::Scratch);
        }
        match text.split_once('/') {
            Some((host, _)) if is_host(host) && !directory.join(host).exists() => {
                ImageReference::parse(text).map(Self::Registry)
            }
            _ => Ok(Self::Path(path)),
        }
    }
}

/// Path of an image in files after a transport of the container tools: `oci:DIR`, `docker-archive:FILE[:NAME]`.
fn path_of_transport(text: &str, directory: &Path) -> Option<PathBuf> {
    let name = FILE_TRANSPORTS.iter().find_map(|transport| text.strip_prefix(transport))?;
    let path = directory.join(name);
    // The name of an image may follow, which is not needed: an archive or layout of one image has no other.
    let mut shorter = name.match_indices(':').map(|(end, _)| directory.join(&name[..end]));
    let is_there = path.exists();
    Some(shorter.find(|shorter| !is_there && shorter.exists()).unwrap_or(path))
}

/// Reason for which a transport of the container tools cannot be used.
fn unsupported_transport(text: &str) -> Option<&'static str> {
    let (transport, _) = text.split_once(':')?;
    match transport {
        "containers-storage" => {
            Some("the storage of podman is not read: `podman save -o FILE NAME` writes FILE")
        }
        "ostree" | "sif" | "tarball" => {
            Some("images are read from oci:, oci-archive:, docker-archive:, docker-daemon: and docker://")
        }
        _ => None,
    }
}

/// True if the first part of a name is the host of a registry.
fn is_host(part: &str) -> bool {
    !part.starts_with('.') && (part == "localhost" || part.contains(['.', ':']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(word: &str) -> Result<BaseKind, RegistryError> {
        BaseKind::parse(OsStr::new(word), Path::new("/nowhere"))
    }

    #[test]
    fn names_with_a_host_or_a_transport_are_images() {
        for word in
            ["docker://debian", "gcr.io/distroless/cc-debian12", "localhost:5000/x:tag", "localhost/x"]
        {
            assert!(matches!(parse(word), Ok(BaseKind::Registry(_))), "{word}");
        }
        for word in ["docker-daemon:debian", "docker-daemon:localhost:5000/x:y"] {
            assert!(matches!(parse(word), Ok(BaseKind::Engine(_))), "{word}");
        }
        assert!(matches!(parse("debian:bookworm-slim"), Ok(BaseKind::Known(_))));
        assert_eq!(parse("scratch").ok(), Some(BaseKind::Scratch));
    }

    #[test]
    fn all_other_words_are_paths() {
        for word in ["oci:layout", "docker-archive:layout", "oci-archive:layout"] {
            assert_eq!(
                parse(word).ok(),
                Some(BaseKind::Path(Path::new("/nowhere/layout").to_owned())),
                "{word}"
            );
        }
        assert!(parse("containers-storage:debian").is_err());
        for word in ["base", "base.tar", "./gcr.io/x", "/gcr.io/x", "../x.y/z", "a/b.c", ""] {
            let path = Path::new("/nowhere").join(word);
            assert_eq!(parse(word).ok(), Some(BaseKind::Path(path)), "{word}");
        }
    }

    #[test]
    fn an_existing_path_is_a_path() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::create_dir_all(directory.path().join("gcr.io/there")).expect("directories");
        for word in ["gcr.io/there", "gcr.io/absent"] {
            let parsed = BaseKind::parse(OsStr::new(word), directory.path());
            assert_eq!(parsed.ok(), Some(BaseKind::Path(directory.path().join(word))), "{word}");
        }
    }

    #[test]
    fn malformed_names_of_images_are_errors() {
        for word in ["docker://", "docker-daemon:", "https://gcr.io/x", "gcr.io/x?y", "gcr.io/../x"] {
            assert!(matches!(parse(word), Err(RegistryError::Reference { .. })), "{word}");
        }
    }

    #[test]
    fn the_name_of_a_path_starts_in_its_directory() {
        let base =
            |word: &str| BaseReference::parse(OsStr::new(word), Path::new("/nowhere")).expect("is a base");
        assert_eq!(base("x").name(), Path::new("/nowhere/x"));
        assert_eq!(base("docker://debian").name(), Path::new("docker://debian"));
    }
}
