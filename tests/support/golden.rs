//! Expected texts in files. `SODEB_BLESS=1 cargo test` writes the present output into them; review it with `git diff`.

use std::fs;
use std::path::Path;

/// Asserts that a text is the one in the file at `path`, which is relative to the root of the repository.
#[track_caller]
pub(crate) fn assert_golden(path: &str, actual: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("SODEB_BLESS").is_some_and(|value| value == "1") {
        fs::write(&file, actual).unwrap_or_else(|error| panic!("cannot write {path}: {error}"));
        return;
    }
    let expected = fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("cannot read {path}: {error} (SODEB_BLESS=1 writes it)"));
    assert!(
        actual == expected,
        "{path} has another text (SODEB_BLESS=1 rewrites it); now:\n{actual}\nin the file:\n{expected}"
    );
}
