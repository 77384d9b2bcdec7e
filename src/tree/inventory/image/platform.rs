//! Platforms of images: an operating system and an architecture by their names in Go, and perhaps a variant (OCI Image
//! Format, "Platform Variants").

use std::fmt;
use std::str::FromStr;

use crate::vocabulary::Architecture;

/// Operating system of all of Debian's architectures here.
const LINUX: &str = "linux";

/// Platform of an image, such as `linux/arm/v7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImagePlatform {
    /// Operating system.
    pub os: String,
    /// Architecture.
    pub architecture: String,
    /// Variant of the architecture; `None` for any.
    pub variant: Option<String>,
}

impl ImagePlatform {
    /// Returns Debian's architecture for the platform, if there is one.
    pub fn architecture(&self) -> Option<Architecture> {
        Architecture::ALL.iter().copied().find(|architecture| self.matches(&Self::from(*architecture)))
    }

    /// True if an image for `other` is one for this platform.
    pub(super) fn matches(&self, other: &Self) -> bool {
        let is_variant = match (&self.variant, &other.variant) {
            (Some(wanted), Some(has)) => wanted == has,
            _ => true,
        };
        self.os == other.os && self.architecture == other.architecture && is_variant
    }
}

/// Converts Debian's architecture to the platform of its images.
impl From<Architecture> for ImagePlatform {
    fn from(architecture: Architecture) -> Self {
        let (word, variant) = match architecture.name() {
            "i386" => ("386", None),
            "armel" => ("arm", Some("v5")),
            "armhf" => ("arm", Some("v7")),
            "ppc64el" => ("ppc64le", None),
            "mips64el" => ("mips64le", None),
            "mipsel" => ("mipsle", None),
            same => (same, None),
        };
        Self { os: LINUX.to_owned(), architecture: word.to_owned(), variant: variant.map(str::to_owned) }
    }
}

impl FromStr for ImagePlatform {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let parts: Vec<&str> = word.split('/').collect();
        let (os, architecture, variant) = match parts[..] {
            [architecture] if Architecture::from_any_name(architecture).is_some() => {
                (LINUX, architecture, None)
            }
            [os, architecture] => (os, architecture, None),
            [os, architecture, variant] => (os, architecture, Some(variant)),
            _ => return Err("not of the form os/architecture[/variant]".to_owned()),
        };
        if parts.contains(&"") {
            return Err("a part of it is empty".to_owned());
        }
        if let Some(usual) = usual_platform(os, architecture).filter(|_| variant.is_none()) {
            return Ok(usual);
        }
        Ok(Self {
            os: os.to_owned(),
            architecture: architecture.to_owned(),
            variant: variant.map(str::to_owned),
        })
    }
}

/// Platform of Linux whose architecture has another name than images use, such as `linux/x86_64`.
fn usual_platform(os: &str, architecture: &str) -> Option<ImagePlatform> {
    let platform = ImagePlatform::from(Architecture::from_any_name(architecture)?);
    (os == LINUX && architecture != "arm" && platform.architecture != architecture).then_some(platform)
}

impl fmt::Display for ImagePlatform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The words may come from a document.
        write!(formatter, "{}/{}", self.os.escape_debug(), self.architecture.escape_debug())?;
        self.variant.iter().try_for_each(|variant| write!(formatter, "/{}", variant.escape_debug()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debians_architectures_by_their_names_in_go() {
        let word = |architecture| ImagePlatform::from(architecture).to_string();
        assert_eq!(word(Architecture::Amd64), "linux/amd64");
        assert_eq!(word(Architecture::I386), "linux/386");
        assert_eq!(word(Architecture::Armel), "linux/arm/v5");
        assert_eq!(word(Architecture::Armhf), "linux/arm/v7");
        assert_eq!(word(Architecture::Mips64el), "linux/mips64le");
        assert_eq!(word(Architecture::Ppc64el), "linux/ppc64le");
        assert_eq!(word(Architecture::Loong64), "linux/loong64");
    }

    #[test]
    fn architectures_have_their_other_names() {
        for (word, expected) in [
            ("linux/x86_64", "linux/amd64"),
            ("linux/aarch64", "linux/arm64"),
            ("arm64", "linux/arm64"),
            ("linux/arm", "linux/arm"),
            ("linux/arm/v6", "linux/arm/v6"),
            ("windows/amd64", "windows/amd64"),
        ] {
            assert_eq!(
                word.parse::<ImagePlatform>().map(|it| it.to_string()),
                Ok(expected.to_owned()),
                "{word}"
            );
        }
    }

    #[test]
    fn malformed_platforms_are_refused() {
        for word in ["", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux//v7"] {
            assert!(word.parse::<ImagePlatform>().is_err(), "{word}");
        }
    }
}
