//! App whose libraries are missing, an archive with packages that provide them, and runs of the program.

use std::process::{Command, Output};

use super::archive_server::{ArchiveServer, SigningKey};
use super::fixture::{Fixture, Object};
use super::package::{TestPackage, archive};

/// App in `/app`, and an archive.
pub(crate) struct World {
    pub(crate) fixture: Fixture,
    pub(crate) server: ArchiveServer,
    pub(crate) key: SigningKey,
}

impl World {
    pub(crate) fn new(app: Object, packages: &[TestPackage]) -> Self {
        let fixture = Fixture::empty();
        fixture.build(app.at("/app/x.so"));
        let key = SigningKey::new("Test archive");
        key.write_public(&fixture.host("/key.asc"));
        let server = ArchiveServer::start([archive(packages, &key)]);
        Self { fixture, server, key }
    }

    /// Replaces the packages of the archive.
    pub(crate) fn publish(&self, packages: &[TestPackage]) {
        self.server.publish(archive(packages, &self.key));
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
        command.env_clear().env("HOME", self.fixture.host("/home")).current_dir(self.fixture.root());
        command.args(arguments).args(["--release", "bookworm", "--arch", "amd64"]);
        command.arg("--mirror").arg(self.server.url()).args(["--keyring", "key.asc"]);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }
}
