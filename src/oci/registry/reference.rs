//! Names of images: in a registry, or in docker's engine.

use std::fmt;

use oci_client::Reference;

use super::error::RegistryError;
use crate::support::url::without_login;
use crate::vocabulary::Sha256Digest;

/// Prefix of an image in a registry, as skopeo writes it (containers-transports(5)).
pub(in crate::oci) const REGISTRY_PREFIX: &str = "docker://";

/// Prefix of an image in docker's engine.
pub(in crate::oci) const ENGINE_PREFIX: &str = "docker-daemon:";

/// Name of an image in a registry: host, repository, and tag or digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    typed: String,
    parsed: Reference,
    digest: Option<Sha256Digest>,
}

impl ImageReference {
    /// Parses a name, with or without `docker://`. The host defaults to Docker Hub, the tag to `latest`.
    ///
    /// # Errors
    /// If it is not a name of an image.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        let fault = |cause: String| RegistryError::Reference { text: without_login(text), cause };
        let name = text.strip_prefix(REGISTRY_PREFIX).unwrap_or(text);
        let parsed: Reference = name.parse().map_err(|cause| fault(format!("{cause}")))?;
        let of_sha256 = |digest: &str| {
            let parsed = digest.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
            parsed.ok_or_else(|| fault("its digest is not a SHA-256 digest".to_owned()))
        };
        let digest = parsed.digest().map(of_sha256).transpose()?;
        Ok(Self { typed: text.to_owned(), parsed, digest })
    }

    /// Digest in the name.
    pub fn digest(&self) -> Option<Sha256Digest> {
        self.digest
    }

    /// Host of the registry, with its port if the name states one.
    pub fn host(&self) -> &str {
        self.parsed.resolve_registry()
    }

    /// Repository in the registry.
    pub fn repository(&self) -> &str {
        self.parsed.repository()
    }

    /// Complete name, with the defaults filled in.
    pub fn whole(&self) -> String {
        self.parsed.whole()
    }

    /// Name of the manifest in requests: the digest, else the tag.
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

/// Writes the name as it was typed.
impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.typed)
    }
}

/// Name of an image in docker's engine, with or without a tag, or its identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineImage {
    typed: String,
    name: String,
}

impl EngineImage {
    /// Parses a name, with or without `docker-daemon:`.
    ///
    /// # Errors
    /// If it is not a name of an image.
    pub fn parse(text: &str) -> Result<Self, RegistryError> {
        let fault = |cause: String| RegistryError::Reference { text: without_login(text), cause };
        let name = text.strip_prefix(ENGINE_PREFIX).unwrap_or(text);
        // An identifier parses too: it looks like a name with a tag.
        let _: Reference = name.parse().map_err(|cause| fault(format!("{cause}")))?;
        Ok(Self { typed: text.to_owned(), name: name.to_owned() })
    }

    /// Name in the engine's API.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// Writes the name as it was typed.
impl fmt::Display for EngineImage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn defaults_complete_a_name() {
        let whole = |word: &str| ImageReference::parse(word).map(|image| image.whole()).ok();
        let digested = format!("quay.io/a/b:1@sha256:{HEX}");
        for (word, expected) in [
            ("docker://debian", "docker.io/library/debian:latest"),
            ("docker://debian:bookworm-slim", "docker.io/library/debian:bookworm-slim"),
            ("gcr.io/distroless/python3-debian12", "gcr.io/distroless/python3-debian12:latest"),
            ("localhost:5000/x:tag", "localhost:5000/x:tag"),
            ("localhost/x", "localhost/x:latest"),
            (&digested, &digested),
        ] {
            assert_eq!(whole(word).as_deref(), Some(expected), "{word}");
        }
    }

    #[test]
    fn a_reference_is_shown_as_it_was_typed() {
        let image = ImageReference::parse("docker://debian").expect("is an image");
        assert_eq!((image.to_string().as_str(), image.host()), ("docker://debian", "index.docker.io"));
    }

    #[test]
    fn images_in_the_engine_have_names_or_identifiers() {
        let hex = format!("docker-daemon:sha256:{HEX}");
        for word in ["docker-daemon:debian", "docker-daemon:localhost:5000/x:y", &hex] {
            let image = EngineImage::parse(word).expect("is an image");
            assert_eq!((image.to_string().as_str(), image.name()), (word, &word[ENGINE_PREFIX.len()..]));
        }
        for word in ["docker-daemon:", "docker-daemon:../x"] {
            assert!(matches!(EngineImage::parse(word), Err(RegistryError::Reference { .. })), "{word}");
        }
    }

    #[test]
    fn malformed_names_are_errors() {
        let short = "docker://x@sha256:0123456789abcdef0123456789abcdef";
        let other = format!("docker://x@sha512:{HEX}{HEX}");
        for word in [
            "docker://",
            "docker://UPPER",
            "docker://x y",
            "gcr.io/x?y",
            "gcr.io/../x",
            "gcr.io/x\n",
            short,
            &other,
        ] {
            assert!(matches!(ImageReference::parse(word), Err(RegistryError::Reference { .. })), "{word:?}");
        }
    }
}
