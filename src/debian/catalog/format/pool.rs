//! Layout of an archive's pool: the path of a .deb follows from names and version
//! (<https://wiki.debian.org/DebianRepository/Format>).

/// Returns the path of a .deb below the archive's base: `pool/main/g/gmp/libgmp10_6.2.1+dfsg1-1.1_amd64.deb`. It has
/// the version without its epoch.
pub(crate) fn path(base: &str, source: &str, package: &str, version: &str, architecture: &str) -> String {
    let version = version.split_once(':').map_or(version, |(_epoch, version)| version);
    format!("{base}/{}/{source}/{package}_{version}_{architecture}.deb", directory(source))
}

/// Directory that source packages are sorted into: their first letter, or the first four of names that begin with
/// `lib`.
fn directory(source: &str) -> &str {
    let length = if source.starts_with("lib") { 4 } else { 1 };
    source.get(..length).unwrap_or(source)
}

/// Returns the part of a pool path above the directory of letters, such as `pool/main` or `pool/updates/main`.
pub(crate) fn base(path: &str) -> Option<&str> {
    let mut directories = path.rsplitn(4, '/').skip(3);
    directories.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_follows_from_names_and_version() {
        let libgmp10 = "pool/main/g/gmp/libgmp10_6.2.1+dfsg1-1.1_amd64.deb";
        assert_eq!(path("pool/main", "gmp", "libgmp10", "2:6.2.1+dfsg1-1.1", "amd64"), libgmp10);
        assert_eq!(base(libgmp10), Some("pool/main"));
        let libpng = "pool/updates/main/libp/libpng1.6/libpng16-16_1.6.39-2_arm64.deb";
        assert_eq!(path("pool/updates/main", "libpng1.6", "libpng16-16", "1.6.39-2", "arm64"), libpng);
        assert_eq!(base(libpng), Some("pool/updates/main"));
        assert_eq!(base("x.deb"), None);
    }
}
