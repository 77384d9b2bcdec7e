//! Which release an answer is for: as asked, as the base or the tree says, as its surroundings say, or else
//! Debian stable.

use std::path::{Path, PathBuf};

use crate::app::InputTrees;
use crate::cli::session::Session;
use crate::debian::distributions::{default_release, distribution_of, release_of_version};
use crate::tree::inventory::Inventory;
use crate::vocabulary::{Distribution, Release};

/// A release and where it was learned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChosenRelease {
    pub(super) distribution: Distribution,
    pub(super) release: Release,
    pub(super) learned_from: String,
    /// Whether the user asked for it by name, so that nothing else will do.
    pub(super) is_asked: bool,
}

/// Chooses the release for these trees.
pub(super) fn choose(asked: Option<&str>, session: &Session, sources: &InputTrees) -> ChosenRelease {
    if let Some(codename) = asked.or(session.config.release.as_deref()) {
        let release = Release::new(codename);
        let distribution = distribution_of(&release);
        return ChosenRelease { distribution, release, learned_from: "as asked".to_owned(), is_asked: true };
    }
    let base = sources.base.iter().map(|base| (&base.inventory, &base.host_path));
    let apps = sources.apps.iter().map(|app| (&app.inventory, &app.host_path));
    base.chain(apps)
        .find_map(|(inventory, path)| of_root_file_system(inventory, path))
        .or_else(|| sources.apps.iter().find_map(|app| of_surroundings(&app.host_path)))
        .unwrap_or_else(|| stable("Debian stable, since nothing says otherwise"))
}

/// Debian stable, and why.
pub(super) fn stable(learned_from: &str) -> ChosenRelease {
    let (distribution, release) = default_release();
    ChosenRelease { distribution, release, learned_from: learned_from.to_owned(), is_asked: false }
}

/// What a root file system says of itself.
fn of_root_file_system(inventory: &Inventory, host_path: &Path) -> Option<ChosenRelease> {
    let texts = ["etc/os-release", "usr/lib/os-release"].map(|path| inventory.text(path));
    texts
        .into_iter()
        .flatten()
        .find_map(|text| of_os_release(&String::from_utf8_lossy(text), &host_path.display().to_string()))
}

/// The root file system in which a tree lies on the host, which it was likely built in.
fn of_surroundings(path: &Path) -> Option<ChosenRelease> {
    let absolute = std::path::absolute(path).ok()?;
    absolute.ancestors().find_map(|directory| {
        let files: [PathBuf; 2] = ["etc/os-release", "usr/lib/os-release"].map(|file| directory.join(file));
        files.into_iter().find_map(|file| {
            let text = std::fs::read_to_string(&file).ok()?;
            of_os_release(&text, &file.display().to_string())
        })
    })
}

/// What os-release(5) names; Debian stable where that is a distribution or a release that is not known, since
/// a file farther away would be another system's. None for a text that names no distribution.
fn of_os_release(text: &str, place: &str) -> Option<ChosenRelease> {
    let value = |wanted: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == wanted).then(|| value.trim().trim_matches(['"', '\'']).to_owned())
        })
    };
    let id = value("ID")?;
    let Ok(distribution) = id.parse() else {
        return Some(stable(&format!("Debian stable, since {place} is of {id}")));
    };
    // Distroless images have the number only.
    let codename = value("VERSION_CODENAME").map(Release::new);
    let Some(release) = codename.or_else(|| release_of_version(distribution, &value("VERSION_ID")?)) else {
        return Some(stable(&format!("Debian stable, since {place} names no release of {id}")));
    };
    Some(ChosenRelease { distribution, release, learned_from: format!("from {place}"), is_asked: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Option<(Distribution, String, String)> {
        let chosen = of_os_release(text, "x")?;
        Some((chosen.distribution, chosen.release.to_string(), chosen.learned_from))
    }

    #[test]
    fn os_release_names_distribution_and_codename() {
        let debian = |release: &str, from: &str| Some((Distribution::Debian, release.into(), from.into()));
        let text = "ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian\"\n";
        assert_eq!(named(text), debian("bookworm", "from x"));
        let distroless = "PRETTY_NAME=\"Distroless\"\nID=\"debian\"\nVERSION_ID=\"12\"\n";
        assert_eq!(named(distroless), debian("bookworm", "from x"));
        let alpine = "ID=alpine\nVERSION_ID=3.20.1\n";
        assert_eq!(named(alpine), debian("trixie", "Debian stable, since x is of alpine"));
        let nameless = "ID=\"ubuntu\"\n";
        assert_eq!(named(nameless), debian("trixie", "Debian stable, since x names no release of ubuntu"));
        assert_eq!(named("no keys\n"), None);
    }
}
