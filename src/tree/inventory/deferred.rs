//! The files of a tree that are left unread until something asks for them by their name, as a DT_NEEDED may.
//!
//! Most files of a venv are sources, bytecode, texts and pictures. Nothing starts or opens an object under such a name:
//! programs have none of these endings, and CPython, Ruby and Node take extension modules by endings of their own. An audit
//! reads them all the same.

use bstr::ByteSlice;

use super::captured::is_captured;

/// The endings of such names.
const ENDINGS: &[&str] = &[
    // What interpreters read, and what they compile it to.
    "py", "pyc", "pyi", "pyx", "pxd", "rb", "js", "mjs", "cjs", "ts", "qml", // What compilers read.
    "c", "cc", "cpp", "h", "hh", "hpp", // Texts, and data as text.
    "txt", "md", "rst", "html", "css", "json", "xml", "csv", "map", // Pictures.
    "png", "svg", "jpg", "gif",
];

/// Whether the file at this path below a tree's top is left.
pub(super) fn is_deferred(path: &[u8]) -> bool {
    let name = path.rsplit_str("/").next().unwrap_or_default();
    let ending = name.rsplit_once_str(".").map(|(_, ending)| ending);
    ending.is_some_and(|ending| ENDINGS.iter().any(|left| left.as_bytes() == ending)) && !is_captured(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_texts_and_pictures_are_left() {
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
    fn whatever_may_be_an_object_is_read() {
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
