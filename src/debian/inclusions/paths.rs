//! Paths of packages that are treated specially. They have no leading slash.

use bstr::ByteSlice;

/// Directories of documentation (Debian Policy §12), which no program loads.
const DOCUMENTATION: [&str; 8] = [
    "usr/share/doc/",
    "usr/share/doc-base/",
    "usr/share/gtk-doc/",
    "usr/share/help/",
    "usr/share/info/",
    "usr/share/lintian/",
    "usr/share/man/",
    "usr/share/bug/",
];

/// Returns true for documentation.
pub fn is_documentation(path: &[u8]) -> bool {
    DOCUMENTATION.iter().any(|directory| path.starts_with(directory.as_bytes()))
}

/// Returns true for variants of libraries for newer processors, next to which there is one for all processors.
pub fn is_processor_copy(path: &[u8]) -> bool {
    path.contains_str("/glibc-hwcaps/")
}
