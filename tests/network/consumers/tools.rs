//! What runs images on this machine: podman and docker on overlay storage, and bubblewrap in what umoci unpacks.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::machine::server::DockerEngine;

/// podman without systemd, a network and limits that only root of the whole machine may raise.
const PODMAN_SETTINGS: &str = r#"[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
netns = "none"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"#;

/// What an imported root is called.
const IMPORTED: &str = "example/imported:1";

/// One that runs images.
pub(crate) enum Consumer {
    Unpacked,
    Podman(TempDir),
    Docker(DockerEngine),
}

/// Those that this machine has; of the others it is said why they are not asked.
pub(crate) fn consumers() -> Vec<Consumer> {
    let mut consumers: Vec<Consumer> = Consumer::unpacked().into_iter().collect();
    let podman = Consumer::podman();
    if starts(podman.command().arg("info")) {
        consumers.push(podman);
    } else {
        eprintln!("not asked: podman, since it is not here or may not have storage");
    }
    match DockerEngine::start("overlay2") {
        Some(engine) => consumers.push(Consumer::Docker(engine)),
        None => eprintln!("not asked: docker, since its engine does not come up here"),
    }
    consumers
}

fn starts(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

impl Consumer {
    /// bubblewrap; where it is not at hand, that is said.
    pub(crate) fn unpacked() -> Option<Self> {
        if starts(Command::new("bwrap").args(["--ro-bind", "/", "/", "--unshare-all", "true"])) {
            return Some(Self::Unpacked);
        }
        eprintln!("not asked: bubblewrap, since it is not here or may not make namespaces");
        None
    }

    fn podman() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("containers.conf"), PODMAN_SETTINGS).expect("is written");
        Self::Podman(directory)
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Unpacked => "umoci and bubblewrap",
            Self::Podman(_) => "podman",
            Self::Docker(_) => "docker",
        }
    }

    /// The engine's program, as far as all its commands are the same.
    fn command(&self) -> Command {
        match self {
            Self::Unpacked => Command::new("bwrap"),
            Self::Podman(directory) => {
                let mut command = Command::new("podman");
                command.env("CONTAINERS_CONF", directory.path().join("containers.conf"));
                command.args(["--storage-driver", "overlay", "--root"]).arg(directory.path().join("root"));
                command.arg("--runroot").arg(directory.path().join("run"));
                command.arg("--tmpdir").arg(directory.path().join("tmp"));
                command
            }
            Self::Docker(engine) => {
                let mut command = Command::new("docker");
                command.args(["--host", engine.socket()]);
                command
            }
        }
    }

    /// Runs a command in the root that a tar has.
    pub(crate) fn in_root(&self, root: &Path, command: &[&str]) -> Output {
        if let Self::Unpacked = self {
            let directory = tempfile::tempdir().expect("a directory");
            run(Command::new("tar")
                .arg("--extract")
                .arg("--directory")
                .arg(directory.path())
                .arg("--file")
                .arg(root));
            return entered(directory.path(), command);
        }
        run(self.command().arg("import").arg(root).arg(IMPORTED));
        self.container(IMPORTED, None, command)
    }

    /// Runs a command in the image that an archive has under a name. Its first word takes the place of the entrypoint.
    pub(crate) fn in_image(&self, archive: &Path, name: &str, command: &[&str]) -> Output {
        if let Self::Unpacked = self {
            let directory = tempfile::tempdir().expect("a directory");
            unpack(archive, directory.path());
            return entered(&directory.path().join("bundle/rootfs"), command);
        }
        run(self.command().args(["load", "--quiet", "--input"]).arg(archive));
        self.container(name, command.first().copied(), &command[1..])
    }

    fn container(&self, image: &str, entrypoint: Option<&str>, command: &[&str]) -> Output {
        let mut container = self.command();
        container.args(["run", "--rm", "--network", "none"]);
        if let Some(entrypoint) = entrypoint {
            container.args(["--entrypoint", entrypoint]);
        }
        container.arg(image).args(command).output().expect("was started before")
    }
}

/// Makes a bundle of the image in an archive, in a directory, by skopeo and umoci.
pub(crate) fn unpack(archive: &Path, directory: &Path) {
    let source = format!("docker-archive:{}", archive.display());
    run(Command::new("skopeo").current_dir(directory).args(["copy", "--quiet", &source, "oci:layout:image"]));
    let unpacking = ["unpack", "--rootless", "--image", "layout:image", "bundle"];
    run(Command::new("umoci").current_dir(directory).args(unpacking));
}

/// Runs a command in a root that is a directory, of which nothing changes.
fn entered(root: &Path, command: &[&str]) -> Output {
    for directory in ["proc", "dev"] {
        fs::create_dir_all(root.join(directory)).expect("a directory");
    }
    let mut enter = Command::new("bwrap");
    enter.args(["--unshare-all", "--clearenv", "--ro-bind"]).arg(root);
    enter.args(["/", "--proc", "/proc", "--dev", "/dev"]).args(command).output().expect("was started before")
}

/// Runs a tool, which has to succeed.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", said(&output));
    output
}

/// Both what was written and what was complained of.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
