//! Loads by source files: literal names in calls that open a library.

use std::slice;

use bstr::ByteSlice;

use super::load::{LoadEvidence, RuntimeLoad};
use super::opener::Opener;
use crate::app::interpreter::python_library;
use crate::tree::inventory::{CallSite, Evidence};
use crate::vocabulary::{Grade, RootedPath};

/// Names of directories whose code no program of an image runs.
const TEST_DIRECTORIES: [&[u8]; 6] = [b"test", b"tests", b"testing", b"examples", b"_examples", b"example"];

/// Returns the libraries that a source file opens.
pub(super) fn loads<'root>(file: &Opener<'root>) -> Vec<RuntimeLoad<'root>> {
    let Some(Evidence::CallSites(calls)) = file.evidence else { return Vec::new() };
    let grade = grade_of(file.path());
    let load = |call: &'root CallSite| RuntimeLoad {
        line: Some(call.line),
        ..file.library(slice::from_ref(&call.name), LoadEvidence::Code(call.call), grade)
    };
    calls.iter().map(load).collect()
}

/// Grade of the calls in a source file. Suggested are those of tests and examples, and of an interpreter's own library,
/// which also tries the libraries of other systems.
fn grade_of(path: &RootedPath) -> Grade {
    let text = path.as_bytes();
    let is_test = path.components().any(|component| TEST_DIRECTORIES.contains(&component))
        || path.file_name().starts_with(b"test_");
    let is_package =
        [&b"/site-packages/"[..], b"/dist-packages/"].iter().any(|directory| text.contains_str(directory));
    let is_library = python_library(path).is_some() || text.starts_with(b"/usr/lib/python3/");
    if is_test || is_library && !is_package { Grade::Suggested } else { Grade::Recommended }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_the_standard_library_are_suggested() {
        let grade = |path: &str| grade_of(&RootedPath::new(path));
        assert_eq!(grade("/venv/lib/python3.11/site-packages/pkg/load.py"), Grade::Recommended);
        assert_eq!(grade("/app/main.rb"), Grade::Recommended);
        assert_eq!(grade("/venv/lib/python3.11/site-packages/pkg/tests/load.py"), Grade::Suggested);
        assert_eq!(grade("/usr/lib/python3.11/uuid.py"), Grade::Suggested);
        assert_eq!(grade("/app/test_load.py"), Grade::Suggested);
    }
}
