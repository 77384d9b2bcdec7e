//! Choice of the mirrors for a release: the given ones, or those in the host's apt sources, or the built-in ones.
//!
//! A mirror is given by its base, the directory with `dists` and `pool`. One base has every release of its
//! distribution, but security updates have an archive of their own. Bases are in two lists, by their names and
//! suites, and a security suite is looked up in both.
//!
//! With a snapshot, bases are those of a service that has earlier states of an archive at `<base>/<timestamp>/`, such
//! as <https://snapshot.debian.org>. Apt sources name no such service.

use std::path::PathBuf;

use jiff::Timestamp;
use reqwest::Url;

use super::apt_sources::{AptSource, AptSourcesError, read_apt_sources};
use super::credentials::Credentials;
use super::snapshot::Snapshot;
use crate::debian::distributions::{Directories, Pocket, SnapshotService, profile};
use crate::vocabulary::{Distribution, Target};

/// Source of the mirrors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mirrors {
    /// These bases only, tried in this order.
    Given(Vec<String>),
    /// Bases in the apt sources in this directory (`/etc/apt`), or the built-in ones if there are none.
    Host(PathBuf),
}

/// Error of the choice of mirrors.
#[derive(Debug, thiserror::Error)]
pub enum MirrorsError {
    /// The host's apt sources are broken.
    #[error(transparent)]
    AptSources(#[from] AptSourcesError),
    /// No mirror is given, in the apt sources, or built in.
    #[error(
        "cannot choose a mirror for {distribution}: the host's apt sources have none and none is built in"
    )]
    None {
        /// Distribution.
        distribution: Distribution,
    },
    /// No snapshot service is given or built in.
    #[error("cannot choose a snapshot service for {distribution}: none is built in")]
    NoSnapshots {
        /// Distribution.
        distribution: Distribution,
    },
    /// A given mirror is not a URL.
    #[error("cannot use mirror '{mirror}': not a URL with http, https or file")]
    BadUrl {
        /// Text of the mirror.
        mirror: String,
    },
    /// A snapshot does not have the form of a timestamp.
    #[error("cannot use snapshot '{timestamp}': not of the form 20260818T205150Z")]
    BadSnapshot {
        /// Text of the snapshot.
        timestamp: String,
    },
}

/// Bases of one distribution, each list in the order in which it is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bases {
    main: Vec<String>,
    security: Vec<String>,
}

impl Bases {
    /// Chooses the bases for `target`, in their state at `now` or at `snapshot`. Log-ins in their URLs are taken out.
    pub(super) fn choose(
        mirrors: &Mirrors,
        target: &Target,
        snapshot: Option<&Snapshot>,
        now: Timestamp,
        credentials: &Credentials,
    ) -> Result<Self, MirrorsError> {
        let bases = Self::with_logins(mirrors, target, snapshot, now)?;
        Ok(bases.map(|base| credentials.take_login(base)))
    }

    /// Chooses the bases, which may have log-ins in their URLs.
    fn with_logins(
        mirrors: &Mirrors,
        target: &Target,
        snapshot: Option<&Snapshot>,
        now: Timestamp,
    ) -> Result<Self, MirrorsError> {
        match (mirrors, snapshot) {
            (Mirrors::Given(given), None) => Self::given(given),
            (Mirrors::Given(given), Some(snapshot)) => {
                Ok(Self::given(given)?.map(|base| snapshot.base(base)))
            }
            (Mirrors::Host(_), Some(snapshot)) => Self::snapshots(target.distribution, snapshot),
            (Mirrors::Host(apt_directory), None) => {
                let bases = Self::of_host(&read_apt_sources(apt_directory)?, target);
                if !bases.main.is_empty() { Ok(bases) } else { Self::built_in(target.distribution, now) }
            }
        }
    }

    /// Returns the bases that may have a suite of this pocket.
    pub(super) fn for_pocket(&self, pocket: Pocket) -> Vec<String> {
        let (first, then): (&[String], &[String]) = match pocket {
            Pocket::Security => (&self.security, &self.main),
            Pocket::Main | Pocket::Updates | Pocket::Backports => (&self.main, &[]),
        };
        first.iter().chain(then).cloned().collect()
    }

    fn given(given: &[String]) -> Result<Self, MirrorsError> {
        let mut bases = Self { main: Vec::new(), security: Vec::new() };
        for mirror in given {
            let bad = || MirrorsError::BadUrl { mirror: without_any_login(mirror) };
            let url = Url::parse(mirror).map_err(|_| bad())?;
            if !matches!(url.scheme(), "http" | "https" | "file") {
                return Err(bad());
            }
            let base = mirror.trim_end_matches('/').to_owned();
            let list =
                if last_segment(&base).contains("security") { &mut bases.security } else { &mut bases.main };
            list.push(base);
        }
        Ok(bases)
    }

    fn map(self, change: impl Fn(&str) -> String) -> Self {
        let map = |bases: Vec<String>| bases.iter().map(|base| change(base)).collect();
        Self { main: map(self.main), security: map(self.security) }
    }

    /// Chooses bases in apt sources. Archives of other vendors have the distribution's name in their path, too, but
    /// no component `main`, or suites that are not releases. Bases of snapshots are left out: they never have a
    /// current release.
    fn of_host(sources: &[AptSource], target: &Target) -> Self {
        let mut bases = Self { main: Vec::new(), security: Vec::new() };
        let profile = profile(target.distribution);
        let Directories { main, security } = (profile.directories)(target.architecture);
        for source in sources.iter().filter(|source| source.components.iter().any(|name| name == "main")) {
            let is_security = |suite: &String| profile.pocket_of(suite) == Pocket::Security;
            let only_security = source.suites.iter().all(is_security);
            let directory = last_segment(&source.uri);
            let list = match only_security {
                true if directory == security => &mut bases.security,
                false if directory == main => &mut bases.main,
                _ => continue,
            };
            if !list.contains(&source.uri) {
                list.push(source.uri.clone());
            }
        }
        bases
    }

    fn snapshots(distribution: Distribution, snapshot: &Snapshot) -> Result<Self, MirrorsError> {
        let service = profile(distribution).snapshots.ok_or(MirrorsError::NoSnapshots { distribution })?;
        Ok(Self { main: vec![snapshot.base(service.main)], security: vec![snapshot.base(service.security)] })
    }

    fn built_in(distribution: Distribution, now: Timestamp) -> Result<Self, MirrorsError> {
        let profile = profile(distribution);
        let mirror = profile.mirror.ok_or(MirrorsError::None { distribution })?;
        let of_now = |service: SnapshotService| Snapshot::at(now).base(service.security);
        Ok(Self {
            main: vec![mirror.to_owned()],
            // The snapshot service has the current state of the security archive, too.
            security: profile.snapshots.map(of_now).into_iter().collect(),
        })
    }
}

/// Text of a mirror that is no URL, without what may be its log-in.
fn without_any_login(mirror: &str) -> String {
    let scheme = mirror.find("://").map_or("", |position| &mirror[..position + "://".len()]);
    mirror.rfind('@').map_or_else(|| mirror.to_owned(), |at| format!("{scheme}{}", &mirror[at + 1..]))
}

fn last_segment(base: &str) -> &str {
    base.rsplit('/').next().unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::vocabulary::{Architecture, Release};

    const DEBIAN: &str = "http://ftp.debian.org/debian";
    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn target(distribution: Distribution, architecture: Architecture) -> Target {
        Target { distribution, release: Release::new("any"), architecture }
    }

    fn of_host(lines: &str, target: &Target) -> Result<Bases, MirrorsError> {
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("sources.list"), lines).expect("written");
        Bases::choose(&Mirrors::Host(directory.path().to_owned()), target, None, NOW, &Credentials::default())
    }

    #[test]
    fn the_security_archive_is_recognized_and_third_parties_are_left_out() {
        let lines = "deb http://m.example/debian bookworm main\n\
                     deb http://m.example/debian bookworm-updates main\n\
                     deb http://m.example/debian-security bookworm-security main\n\
                     deb https://docker.example/linux/debian bookworm stable\n\
                     deb https://node.example/node_20.x nodistro main\n\
                     deb http://u.example/ubuntu noble main\n";
        let bases = of_host(lines, &target(Distribution::Debian, Architecture::Amd64)).expect("chosen");
        assert_eq!(bases.for_pocket(Pocket::Main), ["http://m.example/debian"]);
        assert_eq!(
            bases.for_pocket(Pocket::Security),
            ["http://m.example/debian-security", "http://m.example/debian"]
        );
    }

    #[test]
    fn ubuntu_has_its_other_architectures_in_an_archive_of_their_own() {
        let lines = "deb http://u.example/ubuntu noble main\n\
                     deb http://s.example/ubuntu noble-security main\n\
                     deb http://p.example/ubuntu-ports noble main\n";
        let bases = of_host(lines, &target(Distribution::Ubuntu, Architecture::Amd64)).expect("chosen");
        assert_eq!(
            bases.for_pocket(Pocket::Security),
            ["http://s.example/ubuntu", "http://u.example/ubuntu"]
        );
        let bases = of_host(lines, &target(Distribution::Ubuntu, Architecture::Arm64)).expect("chosen");
        assert_eq!(bases.for_pocket(Pocket::Updates), ["http://p.example/ubuntu-ports"]);
    }

    #[test]
    fn built_in_mirrors_are_debians_own_and_ubuntu_has_none() {
        let bases = of_host("", &target(Distribution::Debian, Architecture::Amd64)).expect("chosen");
        assert_eq!(bases.for_pocket(Pocket::Main), [DEBIAN]);
        assert_eq!(
            bases.for_pocket(Pocket::Security),
            ["https://snapshot.debian.org/archive/debian-security/19700101T000000Z", DEBIAN]
        );
        let error = of_host("", &target(Distribution::Ubuntu, Architecture::Amd64)).expect_err("none");
        assert_eq!(
            error.to_string(),
            "cannot choose a mirror for ubuntu: the host's apt sources have none and none is built in"
        );
    }

    #[test]
    fn a_snapshot_takes_everything_from_one_moment() {
        let snapshot = Snapshot::parse("20260818T205150Z").expect("is a time");
        let apt = Mirrors::Host(PathBuf::from("/nonexistent"));
        let debian = target(Distribution::Debian, Architecture::Amd64);
        let bases =
            Bases::choose(&apt, &debian, Some(&snapshot), NOW, &Credentials::default()).expect("chosen");
        assert_eq!(
            bases.for_pocket(Pocket::Security),
            [
                "https://snapshot.debian.org/archive/debian-security/20260818T205150Z",
                "https://snapshot.debian.org/archive/debian/20260818T205150Z"
            ]
        );
        let ubuntu = target(Distribution::Ubuntu, Architecture::Amd64);
        let error =
            Bases::choose(&apt, &ubuntu, Some(&snapshot), NOW, &Credentials::default()).expect_err("none");
        assert_eq!(error.to_string(), "cannot choose a snapshot service for ubuntu: none is built in");
        let given = Mirrors::Given(vec!["https://s.example/ubuntu/".to_owned()]);
        let bases =
            Bases::choose(&given, &ubuntu, Some(&snapshot), NOW, &Credentials::default()).expect("chosen");
        assert_eq!(bases.for_pocket(Pocket::Security), ["https://s.example/ubuntu/20260818T205150Z"]);
    }

    #[test]
    fn a_given_mirror_must_be_a_url() {
        let debian = target(Distribution::Debian, Architecture::Amd64);
        for (mirror, shown) in [
            ("m.example/debian", "m.example/debian"),
            ("ftp://u:p@m.example/debian", "ftp://m.example/debian"),
            ("u:p@m.example/debian", "m.example/debian"),
            ("http://u:p/q@m.example/debian", "http://m.example/debian"),
            ("", ""),
        ] {
            let given = Mirrors::Given(vec![mirror.to_owned()]);
            let error = Bases::choose(&given, &debian, None, NOW, &Credentials::default())
                .expect_err("is none")
                .to_string();
            assert_eq!(error, format!("cannot use mirror '{shown}': not a URL with http, https or file"));
        }
    }
}
