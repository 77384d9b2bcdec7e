//! Checks of single fields of a lock. Manifests write these into scripts and build files, so that an invalid name
//! would do harm there.

/// Returns true for a package name that dpkg accepts; Debian Policy §5.6.1 requires lower case as well.
pub(crate) fn is_package_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphanumeric()) && has_only(word, "+-._")
}

/// Returns true for a version (Debian Policy §5.6.12).
pub(crate) fn is_version(word: &str) -> bool {
    !word.is_empty() && has_only(word, ".+-~:")
}

/// Returns true for the codename of a release.
pub(crate) fn is_codename(word: &str) -> bool {
    !word.is_empty() && has_only(word, "+-._")
}

/// Returns true for the name of a suite (`bookworm-security`, `stable/updates`), or an empty one.
pub(crate) fn is_suite(word: &str) -> bool {
    has_only(word, "+-._/")
}

/// Returns true for a line of text, such as a section.
pub(super) fn is_line(word: &str) -> bool {
    !word.contains(char::is_control)
}

/// Returns true for a timestamp of a snapshot service, `20260818T205150Z`.
pub(super) fn is_snapshot(word: &str) -> bool {
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = word.strip_suffix('Z').and_then(|moment| moment.split_once('T'));
    parts.is_some_and(|(day, time)| digits(day, 8) && digits(time, 6))
}

/// Returns true for a path that stays below an archive's base URL, and that needs no quoting in a URL.
pub(super) fn is_pool_path(path: &str) -> bool {
    path.split('/').all(|component| !matches!(component, "" | "." | ".."))
        && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\?#\"'`$".contains(&byte))
}

/// Returns true for a URL of a .deb.
pub(super) fn is_url(url: &str) -> bool {
    let rest = ["https://", "http://", "file:///"].iter().find_map(|scheme| url.strip_prefix(scheme));
    // What stands before an @ in the first part is a log-in, which no lock has.
    let has_login = |rest: &str| rest.split('/').next().is_some_and(|server| server.contains('@'));
    rest.is_some_and(|rest| !rest.is_empty() && !has_login(rest))
        && url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"'`$".contains(&byte))
}

fn has_only(word: &str, others: &str) -> bool {
    word.chars().all(|character| character.is_ascii_alphanumeric() || others.contains(character))
}
