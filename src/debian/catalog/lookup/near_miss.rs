//! Other versions of a library that no package provides.

use bstr::ByteSlice;

use super::candidates::{Visibility, find_candidates};
use crate::debian::catalog::{Catalog, CatalogError};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Maximum number of other versions of a library.
const MAX_NEAR: usize = 8;

/// Maximum number of file names with one stem that are examined.
const MAX_NAMES: usize = 64;

/// Another version of a library.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NearMiss {
    /// Soname.
    pub soname: Soname,
    /// Package that contains it.
    pub package: PackageName,
}

/// Returns other versions of a library: names that differ only in the version after `.so.` or before `.so`, in
/// packages whose file the search would find.
pub(super) fn near_misses(
    catalog: &dyn Catalog,
    soname: &Soname,
    directories: &[RootedPath],
) -> Result<Vec<NearMiss>, CatalogError> {
    let name = soname.file_name();
    let stem = stem(name);
    if stem.is_empty() {
        return Ok(Vec::new());
    }
    // Names with `.so` first, since too many names begin with `libc`.
    let mut names = catalog.file_names(&[stem, b".so"].concat(), MAX_NAMES)?;
    names.extend(catalog.file_names(stem, MAX_NAMES)?);
    let mut near = Vec::new();
    for other in names {
        if other == name || self::stem(&other) != stem {
            continue;
        }
        let other = Soname::new(other);
        let (found, _) = find_candidates(catalog, &other, directories)?;
        let found = found.into_iter().find(|candidate| candidate.visibility == Visibility::OnPath);
        if let Some(candidate) = found {
            near.push(NearMiss { soname: other, package: candidate.package.name });
        }
    }
    // The shortest name in a package is its soname: `libssl.so.3`, not `libssl.so.3.0.2`.
    near.sort_by(|left, right| {
        (&left.package, left.soname.as_bytes().len(), &left.soname).cmp(&(
            &right.package,
            right.soname.as_bytes().len(),
            &right.soname,
        ))
    });
    near.dedup_by(|later, first| later.package == first.package);
    // For `libssl.so.1.1`, `libssl.so.3` is nearer than NSS's `libssl3.so`.
    let unversioned = |name: &[u8]| name.find(".so").map(|end| name[..end].to_vec());
    near.sort_by_key(|other| unversioned(other.soname.as_bytes()) != unversioned(name));
    near.truncate(MAX_NEAR);
    Ok(near)
}

/// Library name without its version: `libssl.so.1.1` → `libssl`, `libLLVM-14.so.1` → `libLLVM`.
fn stem(name: &[u8]) -> &[u8] {
    let stem = name.find(".so").map_or(name, |end| &name[..end]);
    let end =
        stem.iter().rposition(|byte| !(byte.is_ascii_digit() || *byte == b'.')).map_or(0, |last| last + 1);
    stem[..end].strip_suffix(b"-").unwrap_or(&stem[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems() {
        assert_eq!(stem(b"libssl.so.1.1"), b"libssl");
        assert_eq!(stem(b"libLLVM-14.so.1"), b"libLLVM");
        assert_eq!(stem(b"libdb-5.3.so"), b"libdb");
        assert_eq!(stem(b"14.so"), b"");
    }
}
