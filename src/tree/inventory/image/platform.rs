//! What an image is for: an operating system and an architecture, in the words of Go, with a variant where that has
//! some (OCI Image Format, "Platform Variants").

use std::fmt;
use std::str::FromStr;

use super::ImageFault;
use crate::vocabulary::Architecture;

/// The system of all that Debian's packages are for.
const LINUX: &str = "linux";

/// A platform, such as `linux/arm/v7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImagePlatform {
    /// The operating system.
    pub os: String,
    /// The architecture.
    pub architecture: String,
    /// Its variant; none for any.
    pub variant: Option<String>,
}

impl ImagePlatform {
    /// Debian's architecture for it, if it has one.
    pub fn architecture(&self) -> Option<Architecture> {
        Architecture::ALL.iter().copied().find(|architecture| self.takes(&Self::from(*architecture)))
    }

    /// Whether an image for `other` is one for this.
    fn takes(&self, other: &Self) -> bool {
        let is_variant = match (&self.variant, &other.variant) {
            (Some(wanted), Some(has)) => wanted == has,
            _ => true,
        };
        self.os == other.os && self.architecture == other.architecture && is_variant
    }
}

/// What images for Debian's architecture are said to be for.
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
            [os, architecture] => (os, architecture, None),
            [os, architecture, variant] => (os, architecture, Some(variant)),
            _ => return Err("not of the form os/architecture[/variant]".to_owned()),
        };
        if parts.contains(&"") {
            return Err("a part of it is empty".to_owned());
        }
        Ok(Self {
            os: os.to_owned(),
            architecture: architecture.to_owned(),
            variant: variant.map(str::to_owned),
        })
    }
}

impl fmt::Display for ImagePlatform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // They may be out of a document.
        write!(formatter, "{}/{}", self.os.escape_debug(), self.architecture.escape_debug())?;
        self.variant.iter().try_for_each(|variant| write!(formatter, "/{}", variant.escape_debug()))
    }
}

/// The one of several images that is for a platform. One that does not say what it is for is for any.
///
/// # Errors
/// When none is, or several are.
pub fn choose<Value>(
    found: Vec<(Option<ImagePlatform>, Value)>,
    wanted: Option<&ImagePlatform>,
) -> Result<Value, ImageFault> {
    let mut has: Vec<ImagePlatform> = found.iter().filter_map(|(platform, _)| platform.clone()).collect();
    let would_do = |platform: &Option<ImagePlatform>| match (wanted, platform) {
        (Some(wanted), Some(platform)) => wanted.takes(platform),
        _ => true,
    };
    let mut taken: Vec<_> = found.into_iter().filter(|(platform, _)| would_do(platform)).collect();
    if taken.len() > 1 {
        let has = taken.into_iter().filter_map(|(platform, _)| platform).collect();
        return Err(ImageFault::Ambiguous { has });
    }
    has.sort();
    match (taken.pop(), wanted) {
        (Some((_, value)), _) => Ok(value),
        (None, Some(wanted)) if !has.is_empty() => {
            Err(ImageFault::OtherPlatform { wanted: wanted.clone(), has })
        }
        (None, _) => Err(ImageFault::Missing("image".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(word: &str) -> ImagePlatform {
        word.parse().expect("is a platform")
    }

    #[test]
    fn debians_architectures_in_the_words_of_go() {
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
    fn words_that_are_no_platform() {
        for word in ["", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux//v7"] {
            assert!(word.parse::<ImagePlatform>().is_err(), "{word}");
        }
    }

    #[test]
    fn the_image_that_is_for_the_platform_is_chosen() {
        let has = ["linux/arm/v6", "linux/arm/v7", "linux/arm64/v8", "windows/arm64"];
        let chosen = |wanted: &str| {
            let found = has.iter().map(|word| (Some(platform(word)), *word)).collect();
            choose(found, Some(&platform(wanted))).map_err(|fault| fault.to_string())
        };
        assert_eq!(chosen("linux/arm/v7"), Ok("linux/arm/v7"));
        assert_eq!(chosen("linux/arm64"), Ok("linux/arm64/v8"));
        let several = "it has 2 images that would do, for linux/arm/v6, linux/arm/v7";
        assert_eq!(chosen("linux/arm"), Err(several.to_owned()));
        let none = format!("it has no image for linux/s390x, only for {}", has.join(", "));
        assert_eq!(chosen("linux/s390x"), Err(none));
    }

    #[test]
    fn an_image_that_says_nothing_of_its_platform_is_for_any() {
        assert_eq!(choose(vec![(None, 1)], Some(&platform("linux/amd64"))).ok(), Some(1));
        assert_eq!(choose(vec![(Some(platform("linux/arm64")), 1)], None).ok(), Some(1));
        assert!(choose::<u8>(Vec::new(), None).is_err());
    }
}
