//! Paths of packages that a catalog records as libraries, in a form that architectures share.
//!
//! A library is a file whose name ends in `.so` or contains `.so.`, or any file directly in one of glibc's default
//! directories (ld.so(8); Debian's glibc adds the multiarch directories), since a soname need not contain `.so`.
//! Files for another architecture than the package's own (`/usr/<triplet>/lib`, gcc-cross) and detached debug data
//! are not recorded.

use bstr::ByteSlice;

use crate::vocabulary::Architecture;

/// Part of the name of most libraries.
pub(super) const LIBRARY_MARK: &str = ".so";

/// Replacement of the architecture's triplet in the paths of a catalog file. Paths with control characters are not
/// recorded.
const TRIPLET_MARK: u8 = 1;

/// Suffixes of files in library directories that no dynamic linker opens.
const NOT_LOADED: [&[u8]; 11] =
    [b".a", b".la", b".o", b".prl", b".sh", b".py", b".scm", b".gz", b".conf", b".h", b".pc"];

/// Rules for the paths of one architecture.
pub(super) struct LibraryPaths {
    triplet: &'static str,
    multiarch_directories: [String; 2],
}

impl LibraryPaths {
    pub(super) fn new(architecture: Architecture) -> Self {
        let triplet = architecture.triplet();
        Self { triplet, multiarch_directories: [format!("usr/lib/{triplet}"), format!("lib/{triplet}")] }
    }

    /// Returns true if a line may begin with a path directly in a default directory. It is fast and has false
    /// positives.
    pub(super) fn begins_in_default_directory(&self, line: &[u8]) -> bool {
        let Some(below) = line.strip_prefix(b"usr/lib/").or(line.strip_prefix(b"lib/")) else {
            return false;
        };
        let name = below
            .strip_prefix(self.triplet.as_bytes())
            .and_then(|rest| rest.strip_prefix(b"/"))
            .unwrap_or(below);
        memchr::memchr3(b'/', b' ', b'\t', name).is_none_or(|end| name[end] != b'/')
    }

    /// Splits the path of a library into its directory (without a leading slash) and its name; none for any other path.
    pub(super) fn split_library<'a>(&self, path: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let (directory, name) = path.rsplit_once_str("/").unwrap_or((b"", path));
        let is_named_so = name.ends_with(b".so") || name.contains_str(".so.");
        let is_library = is_named_so || self.is_default_directory(directory);
        let is_usable = !name.is_empty()
            && !path.iter().any(u8::is_ascii_control)
            && !NOT_LOADED.iter().any(|end| name.ends_with(end))
            && !self.is_foreign_or_debug(directory);
        (is_library && is_usable).then_some((directory, name))
    }

    /// Returns true for the default directories of glibc, given without a leading slash.
    pub(super) fn is_default_directory(&self, directory: &[u8]) -> bool {
        directory == b"usr/lib"
            || directory == b"lib"
            || self.multiarch_directories.iter().any(|multiarch| multiarch.as_bytes() == directory)
    }

    /// Returns true for directories of detached debug data, and for those of another architecture below `/usr` or
    /// below a library directory.
    fn is_foreign_or_debug(&self, directory: &[u8]) -> bool {
        let below_usr = directory.strip_prefix(b"usr/");
        let below_lib = below_usr.unwrap_or(directory).strip_prefix(b"lib/");
        let (in_usr, in_lib) = (first_component(below_usr), first_component(below_lib));
        matches!(in_lib, b"debug" | b"gcc-cross")
            || in_usr.contains_str("-linux-")
            || (in_lib.contains_str("-linux-") && in_lib != self.triplet.as_bytes())
    }

    /// Converts a path or name to the form in catalog files: the mark replaces the triplet.
    pub(super) fn mark(&self, path: &[u8]) -> Vec<u8> {
        path.replace(self.triplet, [TRIPLET_MARK])
    }

    /// Converts a path or name of a catalog file to that of this architecture.
    pub(super) fn unmark(&self, path: &[u8]) -> Vec<u8> {
        path.replace([TRIPLET_MARK], self.triplet)
    }
}

fn first_component(path: Option<&[u8]>) -> &[u8] {
    path.and_then(|path| path.split_str("/").next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_library(path: &str) -> bool {
        let paths = LibraryPaths::new(Architecture::Amd64);
        let found = paths.split_library(path.as_bytes()).is_some();
        let line = format!("{path}    libs/package/with/slashes");
        let passes = path.contains(LIBRARY_MARK) || paths.begins_in_default_directory(line.as_bytes());
        assert!(!found || passes, "the quick filter must let {path} pass");
        found
    }

    #[test]
    fn libraries_are_recognized_by_name_or_by_directory() {
        for path in [
            "usr/lib/x86_64-linux-gnu/libgmp.so.10",
            "lib/x86_64-linux-gnu/libm.so.6",
            "opt/x/libfoo-1.2.so",
            "usr/lib/x86_64-linux-gnu/libwithoutend",
            "usr/lib/oddname",
            "usr/lib/python3/dist-packages/apt_pkg.cpython-311-x86_64-linux-gnu.so",
            "usr/lib/x86_64-linux-gnu/dri/name with blanks.so",
        ] {
            assert!(is_library(path), "{path}");
        }
    }

    #[test]
    fn debug_data_foreign_and_unloadable_files_are_not_libraries() {
        for path in [
            "usr/lib/debug/.build-id/aa/libgmp.so.10",
            "usr/aarch64-linux-gnu/lib/libc.so.6",
            "usr/lib/aarch64-linux-gnu/bfd-plugins/libdep.so",
            "usr/lib/gcc-cross/aarch64-linux-gnu/12/libgcc_s.so",
            "usr/lib/x86_64-linux-gnu/libgmp.a",
            "usr/share/man/man8/ld.so.8.gz",
            "usr/share/gdb/auto-load/usr/lib/libglib-2.0.so.0.7400.6-gdb.py",
            "etc/ld.so.conf.d/libc.conf",
            "usr/bin/ls",
            "usr/lib/x86_64-linux-gnu/sub/oddname",
        ] {
            assert!(!is_library(path), "{path}");
        }
    }

    #[test]
    fn the_triplet_is_replaced_everywhere() {
        let amd64 = LibraryPaths::new(Architecture::Amd64);
        let arm64 = LibraryPaths::new(Architecture::Arm64);
        let marked = amd64.mark(b"usr/lib/x86_64-linux-gnu/a.cpython-311-x86_64-linux-gnu.so");
        assert_eq!(marked, arm64.mark(b"usr/lib/aarch64-linux-gnu/a.cpython-311-aarch64-linux-gnu.so"));
        assert_eq!(amd64.unmark(&marked), b"usr/lib/x86_64-linux-gnu/a.cpython-311-x86_64-linux-gnu.so");
    }
}
