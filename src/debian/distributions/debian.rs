//! Debian. The keys are those of its package debian-archive-keyring; the published ones are described at
//! <https://ftp-master.debian.org/keys.html>, those of Debian 13 in its announcement of April 2025.

use super::profile::{
    ArchiveKey, ContentsLayout, Directories, Pocket, Profile, PublishedKey, ReleaseProfile, SnapshotService,
    SuiteField,
};
use crate::vocabulary::{Architecture, Distribution};

pub(super) static PROFILE: Profile = Profile {
    distribution: Distribution::Debian,
    name: "Debian",
    releases: &[
        ReleaseProfile::new("bullseye", "11"),
        ReleaseProfile::new("bookworm", "12"),
        ReleaseProfile::new("trixie", "13"),
        ReleaseProfile::new("forky", "14"),
        ReleaseProfile::rolling("sid", "unstable"),
    ],
    default_release: "trixie",
    suites_by_role: &[
        ("stable", 0),
        ("oldstable", -1),
        ("oldoldstable", -2),
        ("testing", 1),
        ("unstable", 2),
    ],
    components: &["main"],
    pockets: &[
        ("", Pocket::Main),
        ("-updates", Pocket::Updates),
        ("-security", Pocket::Security),
        ("-backports", Pocket::Backports),
    ],
    // Contents-all is not read: what it lists is for every architecture, and a library never is.
    contents: ContentsLayout::PerComponent,
    suite_field: SuiteField::Codename,
    directories,
    mirror: Some("http://ftp.debian.org/debian"),
    snapshots: Some(SnapshotService {
        main: "https://snapshot.debian.org/archive/debian",
        security: "https://snapshot.debian.org/archive/debian-security",
    }),
    keys: &[
        ArchiveKey {
            armored: include_bytes!("keys/debian-archive-bullseye-automatic.asc"),
            published: Some(PublishedKey {
                release: "bullseye",
                is_security: false,
                url: "https://ftp-master.debian.org/keys/archive-key-11.asc",
                sha256: "0b7dc94b880f0b63e2093394b113cafd870badb86e020a35614f49b9d83beb1e",
            }),
        },
        ArchiveKey {
            armored: include_bytes!("keys/debian-archive-bullseye-security-automatic.asc"),
            published: None,
        },
        ArchiveKey { armored: include_bytes!("keys/debian-archive-bullseye-stable.asc"), published: None },
        ArchiveKey {
            armored: include_bytes!("keys/debian-archive-bookworm-automatic.asc"),
            published: Some(PublishedKey {
                release: "bookworm",
                is_security: false,
                url: "https://ftp-master.debian.org/keys/archive-key-12.asc",
                sha256: "c2a9a16fde95e037bafd0fa6b7e31f41b4ff1e85851de5558f19a2a2f0e955e2",
            }),
        },
        ArchiveKey {
            armored: include_bytes!("keys/debian-archive-bookworm-security-automatic.asc"),
            published: Some(PublishedKey {
                release: "bookworm",
                is_security: true,
                url: "https://ftp-master.debian.org/keys/archive-key-12-security.asc",
                sha256: "74f81645b4e3156d1e9a88c8dd9259271b89c7099d64af89a2a6996b592faa1f",
            }),
        },
        ArchiveKey { armored: include_bytes!("keys/debian-archive-bookworm-stable.asc"), published: None },
        ArchiveKey {
            armored: include_bytes!("keys/debian-archive-trixie-automatic.asc"),
            published: Some(PublishedKey {
                release: "trixie",
                is_security: false,
                url: "https://ftp-master.debian.org/keys/archive-key-13.asc",
                sha256: "6f1d277429dd7ffedcc6f8688a7ad9a458859b1139ffa026d1eeaadcbffb0da7",
            }),
        },
        ArchiveKey {
            armored: include_bytes!("keys/debian-archive-trixie-security-automatic.asc"),
            published: Some(PublishedKey {
                release: "trixie",
                is_security: true,
                url: "https://ftp-master.debian.org/keys/archive-key-13-security.asc",
                sha256: "844c07d242db37f283afab9d5531270a0550841e90f9f1a9c3bd599722b808b7",
            }),
        },
        ArchiveKey { armored: include_bytes!("keys/debian-archive-trixie-stable.asc"), published: None },
    ],
    apt_keyring: "/usr/share/keyrings/debian-archive-keyring.gpg",
    chisel_v3_since: None,
};

fn directories(_: Architecture) -> Directories {
    Directories { main: "debian", security: "debian-security" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::digest::digest_of_bytes;
    use crate::vocabulary::Release;

    #[test]
    fn published_keys_are_the_built_in_files() {
        for key in PROFILE.keys {
            let Some(published) = key.published else { continue };
            assert_eq!(digest_of_bytes(key.armored).to_string(), published.sha256, "{}", published.url);
        }
    }

    #[test]
    fn only_the_keys_of_known_suites_are_named() {
        for (release, suite, file) in [
            ("bookworm", "bookworm-updates", Some("archive-key-12.asc")),
            ("trixie", "trixie-security", Some("archive-key-13-security.asc")),
            ("bookworm", "bookworm-fasttrack", None),
            ("bookworm", "trixie", None),
            ("bullseye", "bullseye-security", None),
            ("sid", "sid", None),
        ] {
            let key = PROFILE.published_key(&Release::new(release), suite);
            assert_eq!(key.and_then(|key| key.url.rsplit('/').next()), file, "{suite}");
        }
    }

    #[test]
    fn unstable_has_the_main_suite_only() {
        let names = |release: &str, with_backports| -> Vec<String> {
            let suites = PROFILE.suites(&Release::new(release), with_backports);
            suites.into_iter().map(|suite| suite.name).collect()
        };
        assert_eq!(names("sid", true), ["sid"]);
        assert_eq!(names("trixie", false), ["trixie", "trixie-updates", "trixie-security"]);
        assert_eq!(names("later", true).len(), 4);
    }
}
