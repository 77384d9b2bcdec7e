//! The archive client from outside, against a signed archive that goes wrong in every way that is known.
//!
//! Where an update fails, the error's text is asserted, and that what the cache held before still answers.

mod cache;
mod contents;
mod layout;
mod transfer;
mod trust;

use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::support::archive_server::{ArchiveServer, Fault, Files, SigningKey, TestSuite, archive_date, gz};
use jiff::{SignedDuration, Timestamp};
use sodeb::debian::archive::{
    Archive, ArchiveDiagnostic, ArchiveError, ArchiveSettings, IndexFile, IndexSet, Mirrors,
};
use sodeb::support::progress::Silent;
use sodeb::vocabulary::{Architecture, Distribution, Release, Target};
use tempfile::TempDir;

const CONTENTS: &str = "usr/lib/x86_64-linux-gnu/libgmp.so.10 libs/libgmp10\n";
const STANZA: &str = "Package: libgmp10\nVersion: 2:6.2.1+dfsg1-1.1\n";
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A mirror, the key that signs it, and an empty cache.
struct World {
    directory: TempDir,
    key: SigningKey,
    server: ArchiveServer,
}

impl World {
    fn new() -> Self {
        Self::with(vec![bookworm(CONTENTS)])
    }

    fn with(suites: Vec<TestSuite>) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let key = SigningKey::new("Test archive");
        key.write_public(&directory.path().join("key.asc"));
        let server = ArchiveServer::start(suites.iter().map(|suite| suite.publish(&key)));
        Self { directory, key, server }
    }

    fn settings(&self) -> ArchiveSettings {
        settings(self.directory.path(), &self.server.url())
    }

    fn update(&self) -> Result<IndexSet, ArchiveError> {
        update(self.settings())
    }

    fn fails(&self) -> String {
        with_causes(&self.update().expect_err("must fail"))
    }

    /// That the cache still answers without the mirror as it did.
    fn assert_cache_is_good(&self, contents: &str) {
        let set = update(ArchiveSettings { offline: true, ..self.settings() }).expect("is cached");
        assert_eq!(read(&set.contents[0]), contents);
        assert_eq!(read(&set.packages[0]), STANZA);
    }
}

fn settings(directory: &Path, mirror: &str) -> ArchiveSettings {
    ArchiveSettings {
        mirrors: Mirrors::Given(vec![mirror.to_owned()]),
        credentials: sodeb::debian::archive::CredentialFiles::default(),
        snapshot: None,
        keyrings: vec![directory.join("key.asc")],
        cache_dir: directory.join("cache"),
        offline: false,
        components: Vec::new(),
        backports: false,
        allow_unverified_contents: false,
        now: Timestamp::now(),
    }
}

fn update(settings: ArchiveSettings) -> Result<IndexSet, ArchiveError> {
    Archive::new(settings)?.update(&target("bookworm"), &Silent)
}

fn target(release: &str) -> Target {
    Target {
        distribution: Distribution::Debian,
        release: Release::new(release),
        architecture: Architecture::Amd64,
    }
}

fn bookworm(contents: &str) -> TestSuite {
    TestSuite::debian("bookworm").contents("main", "amd64", contents).packages("main", "amd64", STANZA)
}

/// A newer bookworm, dated half an hour after [`bookworm`].
fn next_bookworm(contents: &str) -> TestSuite {
    bookworm(contents).date(archive_date().checked_add(HOUR / 2).expect("in range"))
}

fn read(index: &IndexFile) -> String {
    let mut text = String::new();
    index.open().expect("opens").read_to_string(&mut text).expect("reads");
    text
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

/// Lines that do not shrink, so that the compressed file is longer than a few blocks.
fn long_contents() -> String {
    (0..4000_u32)
        .map(|line| {
            format!("usr/lib/{} libs/x\n", crate::support::archive_server::sha256(&line.to_le_bytes()))
        })
        .collect()
}
