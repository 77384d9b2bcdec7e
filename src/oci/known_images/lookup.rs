//! Known images by name, and their packages together.

use std::collections::BTreeSet;

use super::known_image::KnownImage;
use super::table::TABLE;
use crate::vocabulary::PackageName;

/// Finds the image with this name.
pub fn find(name: &str) -> Option<&'static KnownImage> {
    TABLE.iter().find(|image| image.names.contains(&name))
}

/// Packages of all known images.
pub fn all_packages() -> BTreeSet<PackageName> {
    TABLE.iter().flat_map(KnownImage::packages).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_belongs_to_one_image() {
        let mut names: Vec<&str> = TABLE.iter().flat_map(|image| image.names).copied().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        let slim = find("debian:12-slim").expect("is known");
        assert_eq!(slim, find("debian:bookworm-slim").expect("is known"));
        assert_eq!(slim.packages().len(), 88, "as in the image of 2026");
        assert_eq!(find("debian:sid"), None);
    }

    #[test]
    fn a_merged_usr_redirects_the_paths_of_packages() {
        let slim = find("debian:bookworm-slim").expect("is known");
        let path = |path: &str| slim.path_in_image(&path.into()).to_string();
        assert_eq!(path("lib/x86_64-linux-gnu/libc.so.6"), "usr/lib/x86_64-linux-gnu/libc.so.6");
        assert_eq!((path("lib").as_str(), path("usr/lib/x").as_str()), ("lib", "usr/lib/x"));
        let cc = find("distroless/cc-debian12").expect("is known");
        assert_eq!(cc.path_in_image(&"lib/x".into()), "lib/x");
    }
}
