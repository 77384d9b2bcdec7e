//! Which mirrors serve a release: those that were given, else the ones in the host's apt sources, else the
//! built-in ones.
//!
//! A mirror is written as its base, the directory with `dists` and `pool` in it. One base serves every release
//! of its distribution; what differs is that security corrections have an archive of their own. So bases are
//! kept in two lists, told apart by their names and suites, and a security suite is looked for in both.
//!
//! With a snapshot, bases are those of a service that keeps an archive's past under
//! `<base>/<timestamp>/`, as <https://snapshot.debian.org> does. Apt's sources name no such service.

use std::path::PathBuf;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use reqwest::Url;

use super::ArchiveSettings;
use super::apt_sources::{AptSource, AptSourcesError, read_apt_sources};
use crate::debian::distributions::{Directories, Pocket, SnapshotService, profile};
use crate::vocabulary::{Distribution, Target};

/// How snapshot services write a moment, in UTC.
const SNAPSHOT_FORMAT: &str = "%Y%m%dT%H%M%SZ";

/// Where mirrors come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mirrors {
    /// These bases and no other, tried in this order.
    Given(Vec<String>),
    /// The bases in the apt sources in this directory (`/etc/apt`), or the built-in ones where it has none.
    Host(PathBuf),
}

/// How long after its Release file a package is surely in a snapshot, and hardly yet superseded there: mirrors
/// are pushed and snapshots taken some hours later.
const SNAPSHOT_DELAY: SignedDuration = SignedDuration::from_hours(24);

impl ArchiveSettings {
    /// Where a file of the pool can be had for years, by a suite whose Release file of the time `listed` vouches for
    /// it: on the mirrors that were given, and for Debian on its snapshot service. The host's own mirrors are not
    /// among them, since what is written down must be the same on every machine.
    pub fn lasting_urls(
        &self,
        distribution: Distribution,
        suite: &str,
        filename: &str,
        listed: Option<Timestamp>,
    ) -> Vec<String> {
        let asked = self.snapshot.as_deref().and_then(|name| Snapshot::parse(name).ok());
        let mut bases = Vec::new();
        if let Mirrors::Given(given) = &self.mirrors {
            let given = given.iter().map(|mirror| mirror.trim_end_matches('/'));
            bases.extend(given.map(|base| match &asked {
                Some(snapshot) => snapshot.of(base),
                None => base.to_owned(),
            }));
        }
        let snapshot = asked.or_else(|| Some(Snapshot::at(listed?.checked_add(SNAPSHOT_DELAY).ok()?)));
        let profile = profile(distribution);
        if let (Some(service), Some(snapshot)) = (profile.snapshots, snapshot) {
            bases.push(snapshot.of(service.base(profile.pocket_of(suite))));
        }
        bases.into_iter().map(|base| format!("{base}/{filename}")).collect()
    }
}

/// There is no mirror to ask.
#[derive(Debug, thiserror::Error)]
pub enum MirrorsError {
    /// The host's apt sources are broken.
    #[error(transparent)]
    AptSources(#[from] AptSourcesError),
    /// Neither given, nor in apt's sources, nor built in.
    #[error(
        "cannot choose a mirror for {distribution}: the host's apt sources have none and none is built in"
    )]
    None {
        /// The distribution that was asked for.
        distribution: Distribution,
    },
    /// No snapshot service is given or built in.
    #[error("cannot choose a snapshot service for {distribution}: none is built in")]
    NoSnapshots {
        /// The distribution that was asked for.
        distribution: Distribution,
    },
    /// A given mirror is not the base of an archive.
    #[error("cannot use mirror '{mirror}': not a URL with http, https or file")]
    BadUrl {
        /// What was given.
        mirror: String,
    },
    /// A snapshot's moment is not written as the services do.
    #[error("cannot use snapshot '{timestamp}': not of the form 20260818T205150Z")]
    BadSnapshot {
        /// What was given.
        timestamp: String,
    },
}

/// A moment of an archive's past, as its snapshot service names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// The name, such as `20260818T205150Z`.
    pub(super) name: String,
    /// The moment.
    pub(super) at: Timestamp,
}

impl Snapshot {
    pub(super) fn parse(name: &str) -> Result<Self, MirrorsError> {
        let bad = || MirrorsError::BadSnapshot { timestamp: name.to_owned() };
        let moment = DateTime::strptime(SNAPSHOT_FORMAT, name).map_err(|_| bad())?;
        let at = TimeZone::UTC.to_timestamp(moment).map_err(|_| bad())?;
        Ok(Self { name: name.to_owned(), at })
    }

    fn at(moment: Timestamp) -> Self {
        Self { name: moment.strftime(SNAPSHOT_FORMAT).to_string(), at: moment }
    }

    fn of(&self, base: &str) -> String {
        format!("{base}/{}", self.name)
    }
}

/// The bases of one distribution, each list in the order in which it is tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bases {
    main: Vec<String>,
    security: Vec<String>,
}

impl Bases {
    /// Chooses the bases for `target`, as they are at `now` or were at `snapshot`.
    pub(super) fn choose(
        mirrors: &Mirrors,
        target: &Target,
        snapshot: Option<&Snapshot>,
        now: Timestamp,
    ) -> Result<Self, MirrorsError> {
        match (mirrors, snapshot) {
            (Mirrors::Given(given), None) => Self::given(given),
            (Mirrors::Given(given), Some(snapshot)) => Ok(Self::given(given)?.map(|base| snapshot.of(base))),
            (Mirrors::Host(_), Some(snapshot)) => Self::snapshots(target.distribution, snapshot),
            (Mirrors::Host(apt_directory), None) => {
                let bases = Self::of_host(&read_apt_sources(apt_directory)?, target);
                if !bases.main.is_empty() { Ok(bases) } else { Self::built_in(target.distribution, now) }
            }
        }
    }

    /// The bases to ask for a suite.
    pub(super) fn of(&self, pocket: Pocket) -> Vec<String> {
        let (first, then): (&[String], &[String]) = match pocket {
            Pocket::Security => (&self.security, &self.main),
            Pocket::Main | Pocket::Updates | Pocket::Backports => (&self.main, &[]),
        };
        first.iter().chain(then).cloned().collect()
    }

    fn given(given: &[String]) -> Result<Self, MirrorsError> {
        let mut bases = Self { main: Vec::new(), security: Vec::new() };
        for mirror in given {
            let bad = || MirrorsError::BadUrl { mirror: mirror.clone() };
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

    /// Other vendors' archives have the distribution's name in their path too, but no component `main`, or
    /// suites that are no release. Bases that are a snapshot are left out: they never have a current release.
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
        Ok(Self { main: vec![snapshot.of(service.main)], security: vec![snapshot.of(service.security)] })
    }

    fn built_in(distribution: Distribution, now: Timestamp) -> Result<Self, MirrorsError> {
        let profile = profile(distribution);
        let mirror = profile.mirror.ok_or(MirrorsError::None { distribution })?;
        let of_now = |service: SnapshotService| Snapshot::at(now).of(service.security);
        Ok(Self {
            main: vec![mirror.to_owned()],
            // The snapshot service has the current state of the security archive, too.
            security: profile.snapshots.map(of_now).into_iter().collect(),
        })
    }
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
        Bases::choose(&Mirrors::Host(directory.path().to_owned()), target, None, NOW)
    }

    #[test]
    fn the_security_archive_is_told_by_its_name_and_third_parties_are_left_out() {
        let lines = "deb http://m.example/debian bookworm main\n\
                     deb http://m.example/debian bookworm-updates main\n\
                     deb http://m.example/debian-security bookworm-security main\n\
                     deb https://docker.example/linux/debian bookworm stable\n\
                     deb https://node.example/node_20.x nodistro main\n\
                     deb http://u.example/ubuntu noble main\n";
        let bases = of_host(lines, &target(Distribution::Debian, Architecture::Amd64)).expect("chosen");
        assert_eq!(bases.of(Pocket::Main), ["http://m.example/debian"]);
        assert_eq!(
            bases.of(Pocket::Security),
            ["http://m.example/debian-security", "http://m.example/debian"]
        );
    }

    #[test]
    fn ubuntu_has_its_other_architectures_in_an_archive_of_their_own() {
        let lines = "deb http://u.example/ubuntu noble main\n\
                     deb http://s.example/ubuntu noble-security main\n\
                     deb http://p.example/ubuntu-ports noble main\n";
        let bases = of_host(lines, &target(Distribution::Ubuntu, Architecture::Amd64)).expect("chosen");
        assert_eq!(bases.of(Pocket::Security), ["http://s.example/ubuntu", "http://u.example/ubuntu"]);
        let bases = of_host(lines, &target(Distribution::Ubuntu, Architecture::Arm64)).expect("chosen");
        assert_eq!(bases.of(Pocket::Updates), ["http://p.example/ubuntu-ports"]);
    }

    #[test]
    fn built_in_mirrors_are_debians_own_and_ubuntu_has_none() {
        let bases = of_host("", &target(Distribution::Debian, Architecture::Amd64)).expect("chosen");
        assert_eq!(bases.of(Pocket::Main), [DEBIAN]);
        assert_eq!(
            bases.of(Pocket::Security),
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
        let snapshot = Snapshot::parse("20260818T205150Z").expect("is a moment");
        assert_eq!(snapshot.at.to_string(), "2026-08-18T20:51:50Z");
        let apt = Mirrors::Host(PathBuf::from("/nonexistent"));
        let debian = target(Distribution::Debian, Architecture::Amd64);
        let bases = Bases::choose(&apt, &debian, Some(&snapshot), NOW).expect("chosen");
        assert_eq!(
            bases.of(Pocket::Security),
            [
                "https://snapshot.debian.org/archive/debian-security/20260818T205150Z",
                "https://snapshot.debian.org/archive/debian/20260818T205150Z"
            ]
        );
        let ubuntu = target(Distribution::Ubuntu, Architecture::Amd64);
        let error = Bases::choose(&apt, &ubuntu, Some(&snapshot), NOW).expect_err("none");
        assert_eq!(error.to_string(), "cannot choose a snapshot service for ubuntu: none is built in");
        let given = Mirrors::Given(vec!["https://s.example/ubuntu/".to_owned()]);
        let bases = Bases::choose(&given, &ubuntu, Some(&snapshot), NOW).expect("chosen");
        assert_eq!(bases.of(Pocket::Security), ["https://s.example/ubuntu/20260818T205150Z"]);
        assert!(Snapshot::parse("2026-08-18").is_err());
        assert!(Snapshot::parse("20260818T205150Z/../x").is_err());
    }

    #[test]
    fn a_given_mirror_must_be_a_url() {
        let debian = target(Distribution::Debian, Architecture::Amd64);
        for mirror in ["m.example/debian", "ftp://m.example/debian", ""] {
            let given = Mirrors::Given(vec![mirror.to_owned()]);
            let error = Bases::choose(&given, &debian, None, NOW).expect_err("is none").to_string();
            assert_eq!(error, format!("cannot use mirror '{mirror}': not a URL with http, https or file"));
        }
    }
}
