//! A known image, and its model.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice};

use crate::debian::catalog::Package;
use crate::support::digest::digest_of_bytes;
use crate::tree::inventory::{Content, Deb, Entry, EntryKind, Evidence, FileContent, Inventory};
use crate::vocabulary::{PackageName, Release, Sha256Digest};

/// Directory of the package database in distroless' form, which scanners read.
const DATABASE: &str = "var/lib/dpkg/status.d";

/// An image whose packages are known.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownImage {
    /// Names of the image; the first is the usual one.
    pub(super) names: &'static [&'static str],
    /// Codename of the Debian release that the packages are from.
    pub(super) release: &'static str,
    /// Packages, as lists that several images share.
    pub(super) packages: &'static [&'static [&'static str]],
    /// Links that are in no package: paths below the root, and their targets.
    pub(super) links: &'static [(&'static str, &'static str)],
}

/// Contents of a known image, as far as its packages tell.
#[derive(Debug)]
pub struct ImageModel {
    /// Files and links of the packages.
    pub inventory: Inventory,
    /// SHA-256 over the digests of the .debs: it changes whenever a package does.
    pub digest: Sha256Digest,
}

impl KnownImage {
    /// Release of the packages.
    pub fn release(&self) -> Release {
        Release::new(self.release)
    }

    /// Packages of the image, sorted.
    pub fn packages(&self) -> Vec<PackageName> {
        let mut names: Vec<PackageName> =
            self.packages.iter().copied().flatten().copied().map(PackageName::new).collect();
        names.sort();
        names
    }

    /// Models the image from its packages and their .debs.
    pub fn model<'debs>(
        &self,
        packages: impl IntoIterator<Item = (&'debs Package, &'debs Deb)>,
    ) -> ImageModel {
        let mut entries: BTreeMap<BString, Entry> = BTreeMap::new();
        let mut add = |path: BString, kind: EntryKind| {
            entries.entry(path.clone()).or_insert(Entry { path, kind });
        };
        for (path, target) in self.links {
            add((*path).into(), EntryKind::Symlink((*target).into()));
        }
        let mut digests = String::new();
        for (Package { name, sha256, .. }, deb) in packages {
            for entry in deb.inventory.entries() {
                add(self.path_in_image(&entry.path), entry.kind.clone());
            }
            let stanza = Content::Text(deb.control.clone().into_bytes());
            add(format!("{DATABASE}/{name}").into(), EntryKind::File(FileContent::new(stanza)));
            if let Some(sums) = deb.scripts.get("md5sums") {
                let list = FileContent::new(Content::Other)
                    .with_evidence(Some(Evidence::FileList(sums.clone().into())));
                add(format!("{DATABASE}/{name}.md5sums").into(), EntryKind::File(list));
            }
            digests.extend(sha256.map(|digest| format!("{digest}\n")));
        }
        let inventory = Inventory::new(entries.into_values().collect(), Vec::new());
        ImageModel { inventory, digest: digest_of_bytes(digests.as_bytes()) }
    }

    /// Path in the image of a package's path, with the links at the top followed.
    pub(super) fn path_in_image(&self, path: &BString) -> BString {
        let (first, rest) = path.split_once_str("/").unwrap_or((path, b""));
        match self.links.iter().find(|(link, _)| link.as_bytes() == first) {
            Some((_, target)) if !rest.is_empty() => [target.as_bytes(), b"/", rest].concat().into(),
            _ => path.clone(),
        }
    }
}
