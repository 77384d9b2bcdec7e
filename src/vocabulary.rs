//! Vocabulary: small types that all stages share, without logic of their own and without I/O.
//!
//! Names from files (sonames, paths) are bytes, because neither ELF nor Linux guarantees UTF-8. A [`RootedPath`] is a path
//! inside the root that is examined and is never passed to the host's file system; host paths are [`std::path::Path`].

use std::fmt;
use std::str::FromStr;

use bstr::{BStr, BString, ByteSlice};

/// Number of links that one path may go through, as in Linux (path_resolution(7)).
pub const MAX_LINKS: usize = 40;

/// Name in DT_SONAME or DT_NEEDED. If it contains a slash, it is a path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Soname(BString);

impl Soname {
    /// Creates a soname from the bytes in the string table, without the NUL.
    pub fn new(name: impl Into<Vec<u8>>) -> Self {
        Self(BString::from(name.into()))
    }

    /// Returns the bytes of the name.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Returns the file name: the last component if the name is a path.
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit_str("/").next().unwrap_or_default()
    }
}

/// Absolute path inside a [`crate::tree::root::Root`]: raw bytes, one slash between components, no `.` and no `..`. Only
/// the root itself ends with a slash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootedPath(BString);

impl RootedPath {
    /// Returns the root directory, `/`.
    pub fn root() -> Self {
        Self(BString::from("/"))
    }

    /// Normalises a path, which is taken as absolute: repeated slashes and `.` are removed, and `..` removes its parent
    /// without regard to links, but never goes above the root.
    pub fn new(path: impl AsRef<[u8]>) -> Self {
        let mut normal = Vec::with_capacity(path.as_ref().len() + 1);
        for component in path.as_ref().split(|&byte| byte == b'/') {
            match component {
                b"" | b"." => {}
                b".." => normal.truncate(normal.rfind_byte(b'/').unwrap_or(0)),
                name => {
                    normal.push(b'/');
                    normal.extend_from_slice(name);
                }
            }
        }
        if normal.is_empty() {
            normal.push(b'/');
        }
        Self(BString::from(normal))
    }

    /// Joins components from the root down: names without slashes, none of them `.` or `..`.
    pub fn of_components(components: &[&[u8]]) -> Self {
        if components.is_empty() {
            return Self::root();
        }
        let length = components.iter().map(|component| component.len() + 1).sum();
        let mut path = Vec::with_capacity(length);
        for component in components {
            path.push(b'/');
            path.extend_from_slice(component);
        }
        Self(BString::from(path))
    }

    /// Appends a relative path, normalised as by [`RootedPath::new`].
    pub fn join(&self, relative: impl AsRef<[u8]>) -> Self {
        let mut joined = self.0.to_vec();
        joined.push(b'/');
        joined.extend_from_slice(relative.as_ref());
        Self::new(joined)
    }

    /// Returns the directory of this path; that of the root is the root.
    pub fn parent(&self) -> Self {
        match self.0.rfind_byte(b'/') {
            None | Some(0) => Self::root(),
            Some(slash) => Self(BString::from(&self.0[..slash])),
        }
    }

    /// Returns the last component, which is empty for the root.
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit_str("/").next().unwrap_or_default()
    }

    /// Returns the bytes of the path, with the leading slash.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Returns the rest of this path below `directory`, without a leading slash: empty for `directory` itself, `None` if the
    /// path is not below it.
    pub fn below(&self, directory: &Self) -> Option<&[u8]> {
        if directory.as_bytes() == b"/" {
            return Some(&self.as_bytes()[1..]);
        }
        let rest = self.as_bytes().strip_prefix(directory.as_bytes())?;
        if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
    }

    /// Iterates over the components from the root down.
    pub fn components(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split_str("/").filter(|component| !component.is_empty())
    }
}

macro_rules! bytes_as_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(BStr::new(self.as_bytes()), formatter)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(BStr::new(self.as_bytes()), formatter)
            }
        }
        impl serde::Serialize for $name {
            /// Writes text to human-readable formats, with bytes that are not UTF-8 replaced, and bytes to all others.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    serializer.serialize_bytes(self.as_bytes())
                }
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                BString::deserialize(deserializer).map(Self)
            }
        }
    };
}
bytes_as_text!(Soname);
bytes_as_text!(RootedPath);

/// Name of a binary package, as in the field `Package`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct PackageName(String);

impl PackageName {
    /// Creates a name, unchecked.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Error of parsing a word that is not one of a type's names.
#[derive(Debug, Clone, thiserror::Error)]
#[error("unknown {kind} '{word}' (known: {known})")]
pub struct UnknownName {
    /// Kind of name that was expected.
    pub kind: &'static str,
    /// The word.
    pub word: String,
    /// Names that are known.
    pub known: String,
}

/// Declares an enum whose variants each have a fixed name, with `Display`, `FromStr`, `Serialize` and `ALL`.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident ($kind:literal) { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// All values, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Returns the name, as users and files write it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::vocabulary::UnknownName;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.name() == word).ok_or_else(|| $crate::vocabulary::UnknownName {
                    kind: $kind,
                    word: word.to_owned(),
                    known: [$($word),+].join(", "),
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}
pub(crate) use named;

named! {
    /// Reason why a package was chosen: the first criterion in which it is better than the next best choice.
    ChoiceReason("reason") {
        /// There is no other candidate.
        Only = "only-candidate",
        /// The user prefers it.
        Preferred = "preferred",
        /// It is one of the base's packages, and costs nothing.
        InBase = "in-base",
        /// It defines symbols or versions that are required, and that the others do not define.
        Symbols = "symbols",
        /// Its file lies on the search path.
        OnSearchPath = "on-search-path",
        /// It is named for the soname, and the others merely have a file of that name (Debian Policy §8.1).
        NamedForSoname = "named-for-soname",
        /// It is in section libs.
        Section = "section-libs",
        /// It is of the same version of a source as the packages that load it; versions of one source are never mixed.
        SameSource = "same-source",
        /// With it the whole answer needs fewer packages or fewer bytes.
        SmallestSet = "smallest-set",
        /// The other choices need more packages.
        FewestPackages = "fewest-packages",
        /// The other choices are larger when installed.
        FewestBytes = "fewest-bytes",
        /// Debian prefers it: the symbols and shlibs files of the libraries, the packages that depend on it, its place in
        /// Depends, its priority among alternatives.
        DebiansPreference = "debians-preference",
        /// Its name comes first, so that the answer is always the same.
        Name = "name",
        /// Files of it are included, and nothing of it is loaded.
        Included = "included",
    }
}

/// Grade of a run-time load: how much the code that opens it by name depends on it (the priorities of UAPI.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// The code does not work without it.
    Required,
    /// The code should have it; the default.
    Recommended,
    /// The code does without it.
    Suggested,
}

named! {
    /// Severity of a finding or a problem, in ascending order.
    Severity("severity") {
        /// Nothing fails; worth knowing.
        Note = "note",
        /// Fails or is unsafe under circumstances that are not known.
        Warning = "warning",
        /// Fails.
        Error = "error",
    }
}

impl Severity {
    /// Returns the next lower severity; a note stays a note.
    pub(crate) fn lower(self) -> Self {
        match self {
            Self::Error => Self::Warning,
            Self::Warning | Self::Note => Self::Note,
        }
    }
}

named! {
    /// Architecture by Debian's name for it (`dpkg-architecture -L`).
    Architecture("architecture") {
        /// 64-bit x86.
        Amd64 = "amd64",
        /// 64-bit ARM, little-endian.
        Arm64 = "arm64",
        /// 32-bit ARM, EABI 5, hard float.
        Armhf = "armhf",
        /// 32-bit ARM, EABI 5, soft float.
        Armel = "armel",
        /// 32-bit x86.
        I386 = "i386",
        /// 64-bit MIPS, little-endian, n64.
        Mips64el = "mips64el",
        /// 64-bit POWER, little-endian.
        Ppc64el = "ppc64el",
        /// 64-bit RISC-V.
        Riscv64 = "riscv64",
        /// IBM Z.
        S390x = "s390x",
        /// 64-bit LoongArch.
        Loong64 = "loong64",
    }
}

impl Architecture {
    /// Returns the architecture with this name: Debian's, or that of `uname -m`, GNU, Go or container images.
    pub fn from_any_name(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let word = word.strip_prefix("linux/").unwrap_or(&word);
        Some(match word {
            "x86_64" | "x86-64" | "x64" => Self::Amd64,
            "aarch64" | "arm64/v8" | "arm64v8" | "armv8" => Self::Arm64,
            "arm" | "arm/v7" | "arm32v7" | "armv7" | "armv7a" | "armv7l" | "armv8l" | "armhfp" => Self::Armhf,
            "arm/v5" | "arm/v6" | "arm32v5" | "arm32v6" | "armv5" | "armv5l" | "armv5tel" | "armv6"
            | "armv6l" => Self::Armel,
            "386" | "i486" | "i586" | "i686" | "x86" | "ia32" => Self::I386,
            "mips64le" => Self::Mips64el,
            "ppc64le" | "powerpc64le" => Self::Ppc64el,
            "riscv" => Self::Riscv64,
            "loongarch64" => Self::Loong64,
            _ => return word.parse().ok(),
        })
    }

    /// Returns the multiarch triplet, which is the name of the library directory below `/usr/lib`
    /// (<https://wiki.debian.org/Multiarch/Tuples>).
    pub fn triplet(self) -> &'static str {
        match self {
            Self::Amd64 => "x86_64-linux-gnu",
            Self::Arm64 => "aarch64-linux-gnu",
            Self::Armhf => "arm-linux-gnueabihf",
            Self::Armel => "arm-linux-gnueabi",
            Self::I386 => "i386-linux-gnu",
            Self::Mips64el => "mips64el-linux-gnuabi64",
            Self::Ppc64el => "powerpc64le-linux-gnu",
            Self::Riscv64 => "riscv64-linux-gnu",
            Self::S390x => "s390x-linux-gnu",
            Self::Loong64 => "loongarch64-linux-gnu",
        }
    }

    /// Returns the architecture with this multiarch triplet.
    pub fn from_triplet(triplet: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|architecture| architecture.triplet() == triplet)
    }
}

named! {
    /// Distribution: a family of archives with one layout and one set of keys.
    Distribution("distribution") {
        /// Debian.
        Debian = "debian",
        /// Ubuntu.
        Ubuntu = "ubuntu",
    }
}

/// Release by its codename, such as `bookworm` or `noble`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Release(String);

impl Release {
    /// Creates a release from a codename, without a check that it exists.
    pub fn new(codename: impl Into<String>) -> Self {
        Self(codename.into())
    }

    /// Returns the codename.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Target of an answer: one release of one distribution on one architecture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// Distribution.
    pub distribution: Distribution,
    /// Release.
    pub release: Release,
    /// Architecture of the objects.
    pub architecture: Architecture,
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.distribution, self.release, self.architecture)
    }
}

/// SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256Digest(pub [u8; 32]);

impl fmt::Display for Sha256Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Sha256Digest {
    type Err = UnknownName;

    fn from_str(hex: &str) -> Result<Self, UnknownName> {
        let unknown = || UnknownName {
            kind: "sha256 digest",
            word: hex.to_owned(),
            known: "64 hexadecimal digits".to_owned(),
        };
        if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(unknown());
        }
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| unknown())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| unknown())?;
        }
        Ok(Self(digest))
    }
}

impl serde::Serialize for Sha256Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> serde::Deserialize<'de> for Sha256Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
        } else {
            <[u8; 32]>::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooted_paths_never_leave_the_root() {
        assert_eq!(RootedPath::new("/a/../../../etc/./x//y").as_bytes(), b"/etc/x/y");
        assert_eq!(RootedPath::new("").as_bytes(), b"/");
        assert_eq!(RootedPath::new("/a").join("../..").as_bytes(), b"/");
        assert_eq!(RootedPath::new("/a").parent(), RootedPath::root());
        assert_eq!(RootedPath::root().file_name(), b"");
        assert_eq!(RootedPath::of_components(&[b"usr", b"lib"]), RootedPath::new("/usr/lib"));
        assert_eq!(RootedPath::of_components(&[]), RootedPath::root());
    }

    #[test]
    fn below_compares_whole_components() {
        let venv = RootedPath::new("/venv");
        assert_eq!(RootedPath::new("/venv/lib").below(&venv), Some(&b"lib"[..]));
        assert_eq!(RootedPath::new("/venv").below(&venv), Some(&b""[..]));
        assert_eq!(RootedPath::new("/venvs/lib").below(&venv), None);
        assert_eq!(RootedPath::new("/x").below(&RootedPath::root()), Some(&b"x"[..]));
    }

    #[test]
    fn digests_round_trip() {
        let hex = "cc80fbae45044eaa2eab0b7005e6cfd4bd72472d501c532d51aa26523e1ace6d";
        assert_eq!(hex.parse::<Sha256Digest>().expect("is hex").to_string(), hex);
        assert!("cc80".parse::<Sha256Digest>().is_err());
        assert!("é".repeat(32).parse::<Sha256Digest>().is_err());
    }

    #[test]
    fn names_parse_back() {
        for architecture in Architecture::ALL {
            assert_eq!(architecture.name().parse::<Architecture>().expect("is known"), *architecture);
            assert_eq!(Architecture::from_triplet(architecture.triplet()), Some(*architecture));
        }
        assert!("x86".parse::<Architecture>().is_err());
        for (word, expected) in [
            ("amd64", Some(Architecture::Amd64)),
            ("x86_64", Some(Architecture::Amd64)),
            ("linux/arm64", Some(Architecture::Arm64)),
            ("AArch64", Some(Architecture::Arm64)),
            ("armv7l", Some(Architecture::Armhf)),
            ("i686", Some(Architecture::I386)),
            ("ppc64le", Some(Architecture::Ppc64el)),
            ("pdp11", None),
        ] {
            assert_eq!(Architecture::from_any_name(word), expected, "{word}");
        }
    }
}
