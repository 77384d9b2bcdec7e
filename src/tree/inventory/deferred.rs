//! Deferred files: those of a tree that are read only if something requests their content, as a DT_NEEDED may.
//!
//! Most files of a venv are sources, bytecode, texts and pictures. Nothing starts or opens an object with such a name:
//! programs have none of these extensions, and CPython, Ruby and Node.js load extension modules by extensions of their own.
//! An audit reads these files too.

use bstr::ByteSlice;

use super::captured::is_captured;

/// Extensions of deferred files: sources and bytecode of interpreters, sources for compilers, texts, and pictures.
const EXTENSIONS: &[&str] = &[
    "py", "pyc", "pyi", "pyx", "pxd", "rb", "js", "mjs", "cjs", "ts", "qml", //
    "c", "cc", "cpp", "h", "hh", "hpp", //
    "txt", "md", "rst", "html", "css", "json", "xml", "csv", "map", //
    "png", "svg", "jpg", "gif",
];

/// True if the file at this path below a tree's top is deferred.
pub(super) fn is_deferred(path: &[u8]) -> bool {
    let name = path.rsplit_str("/").next().unwrap_or_default();
    let extension = name.rsplit_once_str(".").map(|(_, extension)| extension);
    let is_listed = |extension: &[u8]| EXTENSIONS.iter().any(|listed| listed.as_bytes() == extension);
    extension.is_some_and(is_listed) && !is_captured(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_texts_and_pictures_are_deferred() {
        for name in [
            "a.py",
            "x/__pycache__/a.cpython-311.pyc",
            "include/a.h",
            "a-1.0.dist-info/top_level.txt",
            "a.png",
        ] {
            assert!(is_deferred(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn possible_objects_are_read() {
        let objects = [
            "bin/python3",
            "a.so",
            "liba.so.1.2",
            "a.abi3.so",
            "a.node",
            "a.bundle",
            "tool.exe",
            "bin/x.bin",
        ];
        for name in objects.into_iter().chain(["py", "h", "libpy", "a.py.so", ".py/x", "RECORD"]) {
            assert!(!is_deferred(name.as_bytes()), "{name}");
        }
        assert!(!is_deferred(b"include/node/node_version.h"));
    }
}
