//! Names of releases as people type them: codenames, versions and suites, with or without the distribution's name.

use super::lookup::all;
use super::profile::{Pocket, Profile};
use super::similar::edits;
use crate::vocabulary::Release;

/// Maximum number of edits by which a suggestion differs, and that for short words.
const MAX_EDITS: usize = 2;

/// Length up to which a word is short: one edit leads from `13` to `12`.
const SHORT_WORD: usize = 4;

/// Error for a name that is no release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseNameError {
    /// There is no name.
    #[error("it is empty")]
    Empty,
    /// The name is that of a part of a release.
    #[error("it is a suite of {release}, whose updates and security updates are always used{}", backports(*.is_backports))]
    Suite {
        /// Release.
        release: Release,
        /// True if it is the suite of backports.
        is_backports: bool,
    },
}

fn backports(is_backports: bool) -> &'static str {
    if is_backports { "; --backports adds its backports" } else { "" }
}

/// Returns the release that a word names: its codename, its version (`12`, `debian12`, `ubuntu-24.04`) or a suite of Debian
/// (`stable`, `testing`). Other words are codenames of releases that are not known here.
///
/// # Errors
/// If the word is empty, or names a part of a known release.
pub fn release_named(word: &str) -> Result<Release, ReleaseNameError> {
    let name = word.trim().to_ascii_lowercase();
    if name.is_empty() {
        return Err(ReleaseNameError::Empty);
    }
    if let Some(release) = all().find_map(|profile| profile.release_of(&name)) {
        return Ok(release);
    }
    let suite = all().find_map(|profile| {
        let (suffix, pocket) =
            profile.pockets.iter().find(|(suffix, _)| !suffix.is_empty() && name.ends_with(suffix))?;
        Some((profile.release_of(name.strip_suffix(suffix)?)?, *pocket))
    });
    match suite {
        Some((release, pocket)) => {
            Err(ReleaseNameError::Suite { release, is_backports: pocket == Pocket::Backports })
        }
        None => Ok(Release::new(word)),
    }
}

/// Returns the known name that is most similar to that of an unknown release; none if none is similar.
pub fn similar_release(release: &Release) -> Option<String> {
    let word = release.as_str().to_ascii_lowercase();
    let names = all().flat_map(Profile::names).filter(|(name, _)| *name != word);
    let limit = if word.len() <= SHORT_WORD { 1 } else { MAX_EDITS };
    let by_edits = names.map(|(name, suggestion)| (edits(name.as_bytes(), word.as_bytes()), suggestion));
    let (edits, suggestion) = by_edits.min()?;
    (edits <= limit && all().all(|profile| profile.release_of(&word).is_none())).then_some(suggestion)
}

impl Profile {
    /// Release that a word names, in lower case.
    fn release_of(&self, word: &str) -> Option<Release> {
        let without_name = word.strip_prefix(&self.name.to_ascii_lowercase());
        let bare = without_name.unwrap_or(word).trim_start_matches(['-', '_', ':', '/', ' ']);
        let bare = bare.strip_suffix("-slim").unwrap_or(bare);
        let is_version = |version: &str| {
            let rest = bare.strip_prefix(version);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let by_name = self.releases.iter().find(|known| known.codename == bare || is_version(known.version));
        by_name.map(|known| Release::new(known.codename)).or_else(|| self.release_of_suite(bare))
    }

    /// Release that has the role of a suite now.
    fn release_of_suite(&self, suite: &str) -> Option<Release> {
        let stable = self.releases.iter().position(|known| known.codename == self.default_release)?;
        let (_, distance) = self.suites_by_role.iter().find(|(name, _)| *name == suite)?;
        let position = stable.checked_add_signed(*distance)?;
        self.releases.get(position).map(|known| Release::new(known.codename))
    }

    /// Names of releases, each with the one to suggest for it.
    fn names(&self) -> Vec<(String, String)> {
        let distribution = self.name.to_ascii_lowercase();
        let of_releases = self.releases.iter().flat_map(|known| {
            let codename = known.codename.to_owned();
            [(codename.clone(), codename.clone()), (format!("{distribution}{}", known.version), codename)]
        });
        let of_suites =
            self.suites_by_role.iter().map(|(suite, _)| ((*suite).to_owned(), (*suite).to_owned()));
        of_releases.chain(of_suites).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_has_many_names() {
        for (word, expected) in [
            ("bookworm", "bookworm"),
            ("Bookworm", "bookworm"),
            ("12", "bookworm"),
            ("12.5", "bookworm"),
            ("debian12", "bookworm"),
            ("debian-12", "bookworm"),
            ("debian:bookworm-slim", "bookworm"),
            ("stable", "trixie"),
            ("oldstable", "bookworm"),
            ("oldoldstable", "bullseye"),
            ("testing", "forky"),
            ("unstable", "sid"),
            ("24.04", "noble"),
            ("ubuntu24.04", "noble"),
            ("ubuntu-22.04.3", "jammy"),
            ("ubuntu:noble", "noble"),
            ("warty", "warty"),
            ("120", "120"),
            ("ubuntu12", "ubuntu12"),
        ] {
            assert_eq!(
                release_named(word).map(|release| release.to_string()),
                Ok(expected.to_owned()),
                "{word}"
            );
        }
    }

    #[test]
    fn a_suite_of_a_release_is_none() {
        assert_eq!(release_named(" "), Err(ReleaseNameError::Empty));
        for (word, is_backports) in
            [("bookworm-backports", true), ("stable-security", false), ("noble-updates", false)]
        {
            let error = release_named(word).expect_err("is a suite");
            assert!(
                matches!(error, ReleaseNameError::Suite { is_backports: found, .. } if found == is_backports)
            );
        }
    }

    #[test]
    fn a_misspelled_name_has_a_suggestion() {
        let suggestion = |name: &str| similar_release(&Release::new(name));
        for (word, expected) in [
            ("bokworm", Some("bookworm")),
            ("nobel", Some("noble")),
            ("debain12", Some("bookworm")),
            ("stabel", Some("stable")),
            ("trixy", Some("trixie")),
            ("bookworm", None),
            ("warty", None),
            ("13", None),
        ] {
            assert_eq!(suggestion(word).as_deref(), expected, "{word}");
        }
    }
}
