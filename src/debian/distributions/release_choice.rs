//! Choice of a release: requested, named by os-release(5), or the default.

use super::lookup::{default_release, distribution_of, profile, release_of_version};
use crate::vocabulary::{Distribution, Release};

/// Paths of os-release(5) below a root file system, the first one preferred.
pub const OS_RELEASE_FILES: [&str; 2] = ["etc/os-release", "usr/lib/os-release"];

/// A release, and the reason for which it was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseChoice {
    /// Distribution of the release.
    pub distribution: Distribution,
    /// The release.
    pub release: Release,
    /// Reason in words, such as `as requested` or `from FILE`.
    pub reason: String,
    /// True if the user requested the release, so that no other one may replace it.
    pub is_requested: bool,
}

impl ReleaseChoice {
    /// The release that the user requested.
    pub fn requested(release: Release) -> Self {
        Self::required(release, "as requested".to_owned())
    }

    /// A release that no other one may replace, for a given reason.
    pub fn required(release: Release, reason: String) -> Self {
        Self { distribution: distribution_of(&release), release, reason, is_requested: true }
    }

    /// The default release, since nothing names another one.
    pub fn unnamed() -> Self {
        Self::default_for(format!("{}, the default", default_name()))
    }

    /// The default release in the place of one that has no index.
    pub fn fallback() -> Self {
        Self::default_for(default_name())
    }

    fn default_for(reason: String) -> Self {
        let (distribution, release) = default_release();
        Self { distribution, release, reason, is_requested: false }
    }

    /// Parses os-release(5) text. The default release is chosen if the text names an unknown distribution or release:
    /// a file farther away would be that of another system. Returns none for a text that names no distribution.
    pub fn from_os_release(text: &str, file: &str) -> Option<Self> {
        let value = |wanted: &str| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                (key.trim() == wanted).then(|| value.trim().trim_matches(['"', '\'']).to_owned())
            })
        };
        let id = value("ID")?;
        let Ok(distribution) = id.parse() else {
            return Some(Self::default_for(format!("{}, since {file} names {id}", default_name())));
        };
        // Distroless images have the version only.
        let codename = value("VERSION_CODENAME").map(Release::new);
        match codename.or_else(|| release_of_version(distribution, &value("VERSION_ID")?)) {
            Some(release) => {
                Some(Self { distribution, release, reason: format!("from {file}"), is_requested: false })
            }
            None => Some(Self::default_for(format!(
                "{}, since {file} names no known release of {id}",
                default_name()
            ))),
        }
    }
}

/// Name of the default release in reasons.
fn default_name() -> String {
    format!("{} stable", profile(default_release().0).name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Option<(Distribution, String, String)> {
        let choice = ReleaseChoice::from_os_release(text, "x")?;
        Some((choice.distribution, choice.release.to_string(), choice.reason))
    }

    #[test]
    fn os_release_names_distribution_and_codename() {
        let debian = |release: &str, from: &str| Some((Distribution::Debian, release.into(), from.into()));
        let text = "ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian\"\n";
        assert_eq!(named(text), debian("bookworm", "from x"));
        let distroless = "PRETTY_NAME=\"Distroless\"\nID=\"debian\"\nVERSION_ID=\"12\"\n";
        assert_eq!(named(distroless), debian("bookworm", "from x"));
        let alpine = "ID=alpine\nVERSION_ID=3.20.1\n";
        assert_eq!(named(alpine), debian("trixie", "Debian stable, since x names alpine"));
        let nameless = "ID=\"ubuntu\"\n";
        assert_eq!(
            named(nameless),
            debian("trixie", "Debian stable, since x names no known release of ubuntu")
        );
        assert_eq!(named("no keys\n"), None);
    }
}
