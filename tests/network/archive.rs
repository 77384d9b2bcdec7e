//! The real archives, through the host's own mirrors.
//!
//! A mirror may be in the middle of a point release, and then its Contents does not match the signed Release;
//! so what is asserted is that one of the two is told apart and handled, whichever is true at the moment.

use std::io::Read;

use jiff::Timestamp;
use sodeb::debian::archive::{Archive, ArchiveDiagnostic, ArchiveError, ArchiveSettings, IndexSet, Mirrors};
use sodeb::support::progress::Silent;
use sodeb::vocabulary::{Architecture, Distribution, Release, Target};

fn settings(cache: &tempfile::TempDir) -> ArchiveSettings {
    ArchiveSettings {
        mirrors: Mirrors::Host("/etc/apt".into()),
        credentials: sodeb::debian::archive::CredentialFiles::default(),
        snapshot: None,
        keyrings: Vec::new(),
        cache_dir: cache.path().to_owned(),
        offline: false,
        components: Vec::new(),
        backports: false,
        allow_unverified_contents: false,
        now: Timestamp::now(),
    }
}

fn target(distribution: Distribution, release: &str) -> Target {
    Target { distribution, release: Release::new(release), architecture: Architecture::Amd64 }
}

fn assert_names(set: &IndexSet, contents: &str, package: &str) {
    let mut text = Vec::new();
    set.contents[0].open().expect("opens").read_to_end(&mut text).expect("reads");
    let position = memchr::memmem::find(&text, contents.as_bytes());
    assert!(position.is_some(), "{contents} is not in {}", set.contents[0].file);
    let mut text = Vec::new();
    set.packages[0].open().expect("opens").read_to_end(&mut text).expect("reads");
    let position = memchr::memmem::find(&text, format!("Package: {package}\n").as_bytes());
    assert!(position.is_some(), "{package} is not in {}", set.packages[0].file);
}

#[test]
fn bookworm_and_its_updates_and_security_verify() {
    let cache = tempfile::tempdir().expect("a directory");
    let target = target(Distribution::Debian, "bookworm");
    let set = Archive::new(settings(&cache)).expect("set up").update(&target, &Silent).expect("up to date");
    let suites: Vec<_> = set.releases.iter().map(|release| release.suite.as_str()).collect();
    assert_eq!(suites, ["bookworm", "bookworm-updates", "bookworm-security"]);
    assert!(set.contents.iter().chain(&set.packages).all(|index| index.verified));
    assert_names(&set, "usr/lib/x86_64-linux-gnu/libgmp.so.10 ", "libgmp10");

    let offline = ArchiveSettings { offline: true, ..settings(&cache) };
    let again = Archive::new(offline).expect("set up").update(&target, &Silent).expect("is cached");
    assert_eq!(again.contents, set.contents);
    assert_eq!(again.packages, set.packages);
}

#[test]
fn a_contents_that_lags_behind_its_release_is_refused_or_marked() {
    let cache = tempfile::tempdir().expect("a directory");
    let target = target(Distribution::Debian, "trixie");
    let set = match Archive::new(settings(&cache)).expect("set up").update(&target, &Silent) {
        Ok(set) => {
            assert!(set.contents[0].verified);
            set
        }
        Err(error) => {
            assert!(matches!(error, ArchiveError::ContentsMismatch { .. }), "{error}");
            assert!(error.hint().expect("a hint").contains("--allow-unverified-contents"));
            let unverified = ArchiveSettings { allow_unverified_contents: true, ..settings(&cache) };
            let set = Archive::new(unverified)
                .expect("set up")
                .update(&target, &Silent)
                .expect("an unverified index");
            assert!(!set.contents[0].verified);
            assert!(matches!(set.diagnostics[..], [ArchiveDiagnostic::UnverifiedContents { .. }]));
            set
        }
    };
    assert!(set.packages.iter().all(|index| index.verified));
    assert_names(&set, "usr/lib/x86_64-linux-gnu/libgmp.so.10 ", "libgmp10");
}
