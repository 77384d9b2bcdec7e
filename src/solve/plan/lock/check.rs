//! What single fields of a lock may hold. Manifests write them into scripts and build files, so that a name that
//! is none would do harm there.

/// Whether this is the name of a package as dpkg takes it; Debian Policy §5.6.1 wants lower case besides.
pub(crate) fn is_package_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphanumeric()) && has_only(word, "+-._")
}

/// Whether this is a version (Debian Policy §5.6.12).
pub(crate) fn is_version(word: &str) -> bool {
    !word.is_empty() && has_only(word, ".+-~:")
}

/// Whether this is the name of a release.
pub(crate) fn is_codename(word: &str) -> bool {
    !word.is_empty() && has_only(word, "+-._")
}

/// Whether this is the name of a suite (`bookworm-security`, `stable/updates`), or nothing.
pub(crate) fn is_suite(word: &str) -> bool {
    has_only(word, "+-._/")
}

/// Whether this is a line of text, such as a section.
pub(super) fn is_line(word: &str) -> bool {
    !word.contains(char::is_control)
}

/// Whether this is a moment as snapshot services name it, `20260818T205150Z`.
pub(super) fn is_snapshot(word: &str) -> bool {
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = word.strip_suffix('Z').and_then(|moment| moment.split_once('T'));
    parts.is_some_and(|(day, time)| digits(day, 8) && digits(time, 6))
}

/// Whether this is a path below an archive's base that stays there, and that can be put into a URL as it is.
pub(super) fn is_pool_path(path: &str) -> bool {
    path.split('/').all(|component| !matches!(component, "" | "." | ".."))
        && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\?#\"'`$".contains(&byte))
}

/// Whether this is a URL from which a .deb can be had.
pub(super) fn is_url(url: &str) -> bool {
    let rest = ["https://", "http://", "file:///"].iter().find_map(|scheme| url.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty())
        && url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"'`$".contains(&byte))
}

fn has_only(word: &str, others: &str) -> bool {
    word.chars().all(|character| character.is_ascii_alphanumeric() || others.contains(character))
}
