//! Vendored families: libraries of one build that an app has beside each other, such as the `libQt6….so.6` of a wheel.
//!
//! Libraries of one family fit each other alone. One that is missing is in another package of the app's own kind (another
//! wheel); Debian's library of that name is from another build and must not be mixed in.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use bstr::ByteSlice;

use super::linked::LinkedApps;
use super::role::Role;
use crate::tree::root::Root;
use crate::vocabulary::Soname;

/// Minimum number of libraries of a family.
const MIN_MEMBERS: usize = 3;

/// Starts of names whose libraries are independent of each other: each extension of X has a stable interface of its own.
const INDEPENDENT: [&[u8]; 1] = [b"libxcb-"];

/// Packages that are known to have the rest of a family: part of the paths of its libraries, start of their names, package.
const COMPANIONS: [(&str, &str, &str); 2] = [
    ("/PySide6/", "libQt6", "PySide6_Addons"),
    ("/PyQt6/", "libQt6", "a PyQt6 add-on, such as PyQt6-WebEngine-Qt6"),
];

/// Family of vendored libraries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendoredFamily {
    /// Names of its libraries, as a pattern: `libQt6*.so.6`.
    pub pattern: String,
    /// Number of its libraries in the apps.
    pub members: usize,
    /// Package that has other libraries of it, if one is known.
    pub companion: Option<&'static str>,
}

/// Start and end that the names of a family have in common.
type FamilyKey<'name> = (&'name [u8], &'name [u8]);

/// The families of all apps.
pub struct VendoredFamilies<'root> {
    by_key: Vec<(FamilyKey<'root>, VendoredFamily)>,
    sonames: HashSet<&'root [u8]>,
}

impl<'root> VendoredFamilies<'root> {
    /// Finds the families: at least three libraries of which one needs another.
    pub fn of(root: &Root<'_>, linked: &LinkedApps<'root>) -> Self {
        let mut members: BTreeMap<FamilyKey<'root>, BTreeSet<&'root [u8]>> = BTreeMap::new();
        let mut related: HashSet<FamilyKey<'root>> = HashSet::new();
        let mut companions: BTreeMap<FamilyKey<'root>, &'static str> = BTreeMap::new();
        let mut sonames = HashSet::new();
        for object in linked.objects.iter().filter(|object| object.role == Role::Library) {
            let Some(soname) = object.facts.soname.as_ref().map(Soname::as_bytes) else { continue };
            sonames.insert(soname);
            let Some(key) = family_key(soname) else { continue };
            members.entry(key).or_default().insert(soname);
            let is_related =
                |other: &Soname| other.as_bytes() != soname && family_key(other.as_bytes()) == Some(key);
            if object.facts.needed.iter().any(is_related) {
                related.insert(key);
            }
            if !companions.contains_key(&key) {
                let path = root.path(object.node);
                let is_of = |(part, start, _): &&(&str, &str, &'static str)| {
                    path.as_bytes().contains_str(part) && key.0 == start.as_bytes()
                };
                companions.extend(COMPANIONS.iter().find(is_of).map(|(_, _, package)| (key, *package)));
            }
        }
        let family = |(key, names): (FamilyKey<'root>, BTreeSet<&[u8]>)| {
            let is_family = names.len() >= MIN_MEMBERS && related.contains(&key);
            let pattern = format!("{}*{}", key.0.as_bstr(), key.1.as_bstr());
            let companion = companions.get(&key).copied();
            is_family.then_some((key, VendoredFamily { pattern, members: names.len(), companion }))
        };
        Self { by_key: members.into_iter().filter_map(family).collect(), sonames }
    }

    /// Family that a library would be of which no app has.
    pub fn of_missing(&self, soname: &Soname) -> Option<&VendoredFamily> {
        let name = soname.as_bytes();
        let end = &name[name.find(".so")?..];
        let is_of = |(start, its_end): &FamilyKey<'_>| name.starts_with(start) && end == *its_end;
        let family = self.by_key.iter().find(|(key, _)| is_of(key)).map(|(_, family)| family);
        family.filter(|_| !self.sonames.contains(name))
    }
}

/// Splits a soname into the start of its family's names, up to the end of the first word, and their end from `.so`:
/// `libQt6Core.so.6` into `libQt6` and `.so.6`.
fn family_key(soname: &[u8]) -> Option<FamilyKey<'_>> {
    let end = soname.find(".so")?;
    let name = soname[..end].strip_prefix(b"lib")?;
    let is_end = |pair: &[u8]| {
        matches!(pair[0], b'_' | b'-') || pair[0].is_ascii_digit() && pair[1].is_ascii_uppercase()
    };
    let length = name.windows(2).position(is_end)? + 1;
    let start = &soname[..3 + length];
    // A family has a name of its own, not a letter.
    (length > 2 && !INDEPENDENT.contains(&start)).then_some((start, &soname[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_end_where_their_first_word_does() {
        let key = |name: &'static str| {
            family_key(name.as_bytes()).map(|(start, end)| (start.to_str_lossy(), end.to_str_lossy()))
        };
        assert_eq!(key("libQt6Core.so.6"), Some(("libQt6".into(), ".so.6".into())));
        assert_eq!(key("libboost_log_setup.so.1.74.0"), Some(("libboost_".into(), ".so.1.74.0".into())));
        assert_eq!(key("libtorch_cuda.so"), Some(("libtorch_".into(), ".so".into())));
        assert_eq!(key("libxcb-randr.so.0"), None);
        for name in ["libX11.so.6", "libXext.so.6", "libz.so.1", "libssl.so.3", "libgdk-3.so", "x.so"] {
            assert!(name == "libgdk-3.so" || key(name).is_none(), "{name}");
        }
    }
}
