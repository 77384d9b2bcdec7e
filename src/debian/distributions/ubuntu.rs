//! Ubuntu. The keys are those of its package ubuntu-keyring. No mirror is built in: archives differ by country and
//! architecture.

use super::profile::{ArchiveKey, ContentsLayout, Directories, Pocket, Profile, ReleaseProfile, SuiteField};
use crate::vocabulary::{Architecture, Distribution};

pub(super) static PROFILE: Profile = Profile {
    distribution: Distribution::Ubuntu,
    name: "Ubuntu",
    releases: &[
        ReleaseProfile::new("focal", "20.04"),
        ReleaseProfile::new("jammy", "22.04"),
        ReleaseProfile::new("noble", "24.04"),
        ReleaseProfile::new("plucky", "25.04"),
        ReleaseProfile::new("questing", "25.10"),
        ReleaseProfile::new("resolute", "26.04"),
    ],
    default_release: "resolute",
    suites_by_role: &[],
    components: &["main", "universe"],
    pockets: &[
        ("", Pocket::Main),
        ("-updates", Pocket::Updates),
        ("-security", Pocket::Security),
        ("-backports", Pocket::Backports),
    ],
    contents: ContentsLayout::PerSuite,
    suite_field: SuiteField::Suite,
    directories,
    mirror: None,
    snapshots: None,
    keys: &[
        ArchiveKey { armored: include_bytes!("keys/ubuntu-archive-2012.asc"), published: None },
        ArchiveKey { armored: include_bytes!("keys/ubuntu-archive-2018.asc"), published: None },
    ],
    apt_keyring: "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
    chisel_v3_since: Some("resolute"),
};

/// Architectures other than those of PCs have an archive of their own.
fn directories(architecture: Architecture) -> Directories {
    let directory = match architecture {
        Architecture::Amd64 | Architecture::I386 => "ubuntu",
        _ => "ubuntu-ports",
    };
    Directories { main: directory, security: directory }
}
