//! What a base may be called: a path of the host, an image in a registry, or one in docker's engine.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use oci_client::Reference;

use super::RegistryError;
use crate::vocabulary::Sha256Digest;

/// What stands before an image in a registry, in the words of skopeo (containers-transports(5)).
const DOCKER: &str = "docker://";

/// What stands before an image in docker's engine.
const ENGINE: &str = "docker-daemon:";

/// The base without anything in it.
const SCRATCH: &str = "scratch";

/// A base, by the kind of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseReference {
    /// A directory or file of the host.
    Path(PathBuf),
    /// An image in a registry.
    Registry(ImageReference),
    /// An image in docker's engine.
    Engine(EngineImage),
    /// Nothing.
    Scratch,
}

impl BaseReference {
    /// Tells what a word stands for. Paths are seen from `directory`, and one that exists is always meant; `./` makes a
    /// path of any word. Without `docker://` an image in a registry is known by the registry's host, which has a dot
    /// or a port or is `localhost`, as docker tells it.
    ///
    /// # Errors
    /// When the word is meant for an image and can't be one.
    pub fn parse(word: &OsStr, directory: &Path) -> Result<Self, RegistryError> {
        let path = directory.join(word);
        let Some(text) = word.to_str().filter(|_| !path.exists()) else { return Ok(Self::Path(path)) };
        if let Some(image) = text.strip_prefix(DOCKER) {
            return ImageReference::read(text, image).map(Self::Registry);
        }
        if let Some(image) = text.strip_prefix(ENGINE) {
            return EngineImage::parse(text, image).map(Self::Engine);
        }
        if text.contains("://") {
            let cause = "of these only docker:// is known".to_owned();
            return Err(RegistryError::Reference { text: text.to_owned(), cause });
        }
        if text == SCRATCH {
            return Ok(Self::Scratch);
        }
        match text.split_once('/') {
            Some((host, _)) if is_host(host) && !directory.join(host).exists() => {
                ImageReference::read(text, text).map(Self::Registry)
            }
            _ => Ok(Self::Path(path)),
        }
    }
}

/// Whether the first part of a name is a registry's host.
fn is_host(part: &str) -> bool {
    !part.starts_with('.') && (part == "localhost" || part.contains(['.', ':']))
}

/// The name of an image in a registry: the host, a repository, and a tag or a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    typed: String,
    parsed: Reference,
    digest: Option<Sha256Digest>,
}

impl ImageReference {
    /// Reads a name, with or without `docker://`. Without a host it is one of Docker Hub's, without a tag and a digest
    /// the tag is `latest`.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        Self::read(text, text.strip_prefix(DOCKER).unwrap_or(text))
    }

    fn read(typed: &str, name: &str) -> Result<Self, RegistryError> {
        let fault = |cause: String| RegistryError::Reference { text: typed.to_owned(), cause };
        let parsed: Reference = name.parse().map_err(|cause| fault(format!("{cause}")))?;
        let of_sha256 = |digest: &str| {
            let parsed = digest.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
            parsed.ok_or_else(|| fault("its digest is no SHA-256 digest".to_owned()))
        };
        let digest = parsed.digest().map(of_sha256).transpose()?;
        Ok(Self { typed: typed.to_owned(), parsed, digest })
    }

    /// The digest that it names.
    pub fn digest(&self) -> Option<Sha256Digest> {
        self.digest
    }

    /// The host that answers for it, with its port if that is stated.
    pub fn host(&self) -> &str {
        self.parsed.resolve_registry()
    }

    /// The repository.
    pub fn repository(&self) -> &str {
        self.parsed.repository()
    }

    /// The whole name, with what it leaves out.
    pub fn whole(&self) -> String {
        self.parsed.whole()
    }

    /// How a manifest is asked for: by the digest, else by the tag.
    pub(super) fn manifest_name(&self) -> String {
        match self.digest {
            Some(digest) => format!("sha256:{digest}"),
            None => self.parsed.tag().unwrap_or("latest").to_owned(),
        }
    }

    pub(super) fn as_client(&self) -> &Reference {
        &self.parsed
    }
}

/// As it was typed.
impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.typed)
    }
}

/// The name of an image in docker's engine, with or without a tag, or its identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineImage {
    typed: String,
    name: String,
}

impl EngineImage {
    fn parse(typed: &str, name: &str) -> Result<Self, RegistryError> {
        let fault = |cause: String| RegistryError::Reference { text: typed.to_owned(), cause };
        // An identifier parses too: it looks like a name with a tag.
        let _: Reference = name.parse().map_err(|cause| fault(format!("{cause}")))?;
        Ok(Self { typed: typed.to_owned(), name: name.to_owned() })
    }

    /// The name as the engine knows it.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// As it was typed.
impl fmt::Display for EngineImage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn parse(word: &str) -> Result<BaseReference, RegistryError> {
        BaseReference::parse(OsStr::new(word), Path::new("/nowhere"))
    }

    #[track_caller]
    fn whole(word: &str) -> String {
        match parse(word) {
            Ok(BaseReference::Registry(image)) => image.whole(),
            other => panic!("{word}: {other:?}"),
        }
    }

    #[test]
    fn images_in_registries() {
        assert_eq!(whole("docker://debian"), "docker.io/library/debian:latest");
        assert_eq!(whole("docker://debian:bookworm-slim"), "docker.io/library/debian:bookworm-slim");
        assert_eq!(whole("gcr.io/distroless/python3-debian12"), "gcr.io/distroless/python3-debian12:latest");
        assert_eq!(whole("localhost:5000/x:tag"), "localhost:5000/x:tag");
        assert_eq!(whole("localhost/x"), "localhost/x:latest");
        let digested = format!("quay.io/a/b:1@sha256:{HEX}");
        assert_eq!(whole(&digested), digested);
    }

    #[test]
    fn a_reference_is_shown_as_it_was_typed() {
        let Ok(BaseReference::Registry(image)) = parse("docker://debian") else { panic!("is an image") };
        assert_eq!((image.to_string().as_str(), image.host()), ("docker://debian", "index.docker.io"));
    }

    #[test]
    fn images_in_the_engine() {
        let hex = format!("docker-daemon:sha256:{HEX}");
        for word in ["docker-daemon:debian", "docker-daemon:localhost:5000/x:y", &hex] {
            assert!(matches!(parse(word), Ok(BaseReference::Engine(_))), "{word}");
        }
    }

    #[test]
    fn paths() {
        for word in ["base", "base.tar", "./gcr.io/x", "/gcr.io/x", "../x.y/z", "a/b.c", ""] {
            let path = Path::new("/nowhere").join(word);
            assert_eq!(parse(word).ok(), Some(BaseReference::Path(path)), "{word}");
        }
        assert_eq!(parse("scratch").ok(), Some(BaseReference::Scratch));
    }

    #[test]
    fn what_exists_is_a_path() {
        let directory = tempfile::tempdir().expect("a directory");
        std::fs::create_dir_all(directory.path().join("gcr.io/there")).expect("directories");
        for word in ["gcr.io/there", "gcr.io/absent"] {
            let parsed = BaseReference::parse(OsStr::new(word), directory.path());
            assert_eq!(parsed.ok(), Some(BaseReference::Path(directory.path().join(word))), "{word}");
        }
    }

    #[test]
    fn what_is_no_reference() {
        let short = "docker://x@sha256:0123456789abcdef0123456789abcdef";
        let other = format!("docker://x@sha512:{HEX}{HEX}");
        for word in ["docker://", "docker://UPPER", "docker-daemon:", "https://gcr.io/x", short, &other] {
            assert!(matches!(parse(word), Err(RegistryError::Reference { .. })), "{word}");
        }
        for word in ["docker-daemon:../x", "docker://x y", "gcr.io/x?y", "gcr.io/../x", "gcr.io/x\n"] {
            assert!(parse(word).is_err(), "{word:?}");
        }
    }
}
