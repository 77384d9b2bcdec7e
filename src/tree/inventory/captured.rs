//! Small texts that decide how a tree is linked or recognised. They are kept whole, so that they need not be opened again.

use bstr::ByteSlice;

/// Size limit of such a text, beyond which it is not kept. A real ld.so.cache has some hundred kilobytes.
pub(super) const MAX_TEXT_BYTES: u64 = 16 << 20;

/// Texts with a fixed path in a root file system.
const AT_ROOT: &[&str] = &[
    "etc/group",
    "etc/ld.so.cache",
    "etc/ld.so.conf",
    "etc/ld.so.preload",
    "etc/os-release",
    "etc/passwd",
    "usr/lib/os-release",
];

/// True if the file at this path below a tree's top is kept whole.
pub(super) fn is_captured(path: &[u8]) -> bool {
    let name = path.rsplit_str("/").next().unwrap_or_default();
    name == b"pyvenv.cfg"
        || path.ends_with(b".dist-info/WHEEL")
        || path.ends_with(b"include/node/node_version.h")
        || AT_ROOT.iter().any(|fixed| fixed.as_bytes() == path)
        || is_of_dpkg(path)
        || path.starts_with(b"etc/ld.so.conf.d/")
        || path.starts_with(b"etc/ld-musl-") && path.ends_with(b".path")
}

/// Size limit of a package.json; real ones have some kilobytes.
pub(super) const MAX_MANIFEST_BYTES: u64 = 1 << 20;

/// True for a package.json, which is read on demand, and in an audit: it says for which platform a package of npm is.
pub(super) fn is_manifest(path: &[u8]) -> bool {
    path == b"package.json" || path.ends_with(b"/package.json")
}

/// True if the file is part of dpkg's list of installed packages: `status`, or in distroless images a file for each
/// package in `status.d`, where the files with checksums do not count.
pub(super) fn is_of_dpkg(path: &[u8]) -> bool {
    let name = path.strip_prefix(b"var/lib/dpkg/status.d/");
    path == b"var/lib/dpkg/status" || name.is_some_and(|name| !name.ends_with(b".md5sums"))
}

/// Returns the symbols that show what loads an object with this name: those that CPython and Ruby look up in an extension
/// `NAME.so`, and Node.js in an addon.
pub(super) fn module_symbols(name: &[u8]) -> Vec<String> {
    let Ok(name) = std::str::from_utf8(name) else { return Vec::new() };
    if name.ends_with(".node") {
        return vec!["napi_register_module_v1".to_owned()];
    }
    let Some(stem) = name.strip_suffix(".so") else { return Vec::new() };
    let module = stem.split('.').next().unwrap_or(stem);
    vec![format!("PyInit_{module}"), format!("Init_{module}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_symbols_follow_the_file_name() {
        assert_eq!(module_symbols(b"gmpy2.cpython-311-x86_64-linux-gnu.so"), ["PyInit_gmpy2", "Init_gmpy2"]);
        assert_eq!(module_symbols(b"libgmp.so.10"), Vec::<String>::new());
        assert_eq!(module_symbols(b"\xff.so"), Vec::<String>::new());
    }

    #[test]
    fn only_a_roots_own_files_are_captured() {
        assert!(is_captured(b"etc/ld.so.cache"));
        assert!(!is_captured(b"venv/etc/ld.so.cache"));
        assert!(is_captured(b"opt/venv/pyvenv.cfg"));
        assert!(is_captured(b"var/lib/dpkg/status"));
        assert!(is_captured(b"var/lib/dpkg/status.d/libc6"));
        assert!(!is_captured(b"var/lib/dpkg/status.d/libc6.md5sums"));
        assert!(!is_captured(b"var/lib/dpkg/info/libc6.list"));
    }
}
