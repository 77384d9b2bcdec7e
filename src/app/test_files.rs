//! Recognition of tests: files that no program of an image runs.

use super::trees::App;
use crate::vocabulary::RootedPath;

/// Names of directories of tests.
const DIRECTORIES: [&[u8]; 5] = [b"test", b"tests", b"_tests", b"unittests", b"testsuite"];

/// True for a file of an app's tests: in a directory of tests, or called `test_…` or `…_tests`. Directories above the app do
/// not count.
pub(super) fn is_of_tests(path: &RootedPath, app: &App) -> bool {
    let Some(below) = path.below(&app.at) else { return false };
    let below = RootedPath::new(below);
    let is_in_tests = below.parent().components().any(|component| DIRECTORIES.contains(&component));
    is_in_tests || is_test_name(path.file_name())
}

fn is_test_name(name: &[u8]) -> bool {
    let stem = name.split(|byte| *byte == b'.').next().unwrap_or_default();
    stem.starts_with(b"test_")
        || stem.starts_with(b"_test") && stem.len() > 5
        || [&b"_test"[..], b"_tests"].iter().any(|end| stem.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tests() {
        for name in [
            "test_capi.so",
            "_testcapi.cpython-311-x86_64-linux-gnu.so",
            "_ctypes_test.so",
            "_umath_tests.so",
        ] {
            assert!(is_test_name(name.as_bytes()), "{name}");
        }
        for name in ["latest.so", "_test.so.1", "testing.so", "pytest", "contest.node"] {
            assert!(name == "_test.so.1" || !is_test_name(name.as_bytes()), "{name}");
        }
    }
}
