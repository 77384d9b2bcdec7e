//! Real servers on this machine.

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Time in which a server has to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Running server; it is stopped when dropped.
pub(crate) struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM lets the engine stop its own processes.
        let terminated = Command::new("kill").arg(self.0.id().to_string()).status();
        if !terminated.is_ok_and(|status| status.success()) {
            self.0.kill().ok();
        }
        self.0.wait().ok();
    }
}

/// Starts a server and waits until `answers` is true; none if that takes too long.
pub(crate) fn start(command: &mut Command, answers: impl Fn() -> bool) -> Option<Server> {
    let server = Server(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?);
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if answers() {
            return Some(server);
        }
        sleep(Duration::from_millis(100));
    }
    None
}

/// Docker engine with a socket and storage of its own.
pub(crate) struct DockerEngine {
    // Ends before its directory is removed.
    _server: Server,
    _directory: TempDir,
    socket: String,
}

impl DockerEngine {
    /// Starts an engine with a storage driver; none if it does not start.
    pub(crate) fn start(storage: &str) -> Option<Self> {
        // The path of a socket has to be short.
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name: &str| directory.path().join(name).display().to_string();
        let socket = format!("unix://{}", path("docker.sock"));
        let mut command = Command::new("dockerd");
        command.arg(format!("--storage-driver={storage}"));
        command.args(["--iptables=false", "--ip6tables=false", "--ip-forward=false", "--bridge=none"]);
        command.args(["--host", &socket, "--pidfile", &path("pid")]);
        command.args(["--data-root", &path("data"), "--exec-root", &path("exec")]);
        let server = start(&mut command, || {
            let version = Command::new("docker").args(["--host", &socket, "version"]).output();
            version.is_ok_and(|output| output.status.success())
        })?;
        Some(Self { _server: server, _directory: directory, socket })
    }

    /// Where it listens, as `DOCKER_HOST` has it.
    pub(crate) fn socket(&self) -> &str {
        &self.socket
    }
}
