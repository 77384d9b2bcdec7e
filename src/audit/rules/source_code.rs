//! Helpers of the rules on source files that open libraries by name.

use bstr::ByteSlice;

use super::interpreters::reach_by_interpreter;
use crate::app::{InterpreterRequest, Language, python_library};
use crate::audit::finding::Reach;
use crate::audit::view::View;
use crate::vocabulary::RootedPath;

/// Names of directories whose code no program of an image runs.
const TEST_DIRECTORIES: [&[u8]; 6] = [b"test", b"tests", b"testing", b"examples", b"_examples", b"example"];

/// True if a source file is not worth checking: tests and examples of a package, and an interpreter's own library, which
/// also tries the libraries of other systems.
pub(super) fn is_test_or_standard_library(path: &RootedPath) -> bool {
    let text = path.as_bytes();
    let is_test = path.components().any(|component| TEST_DIRECTORIES.contains(&component))
        || path.file_name().starts_with(b"test_");
    let is_package =
        [&b"/site-packages/"[..], b"/dist-packages/"].iter().any(|directory| text.contains_str(directory));
    let is_library = python_library(path).is_some() || text.starts_with(b"/usr/lib/python3/");
    is_test || is_library && !is_package
}

/// Returns the reach of a source file: that of the interpreter for its file name's extension.
pub(super) fn reach_of_code(view: &View<'_>, path: &RootedPath) -> Reach {
    let language = match path.file_name().rsplit_str(".").next() {
        Some(b"py") => Language::Python,
        Some(b"rb") => Language::Ruby,
        _ => Language::Node,
    };
    reach_by_interpreter(view, InterpreterRequest::in_root(view.root, path, language).find(view.root))
}
