//! Test run of a command in a composed image before it is kept. Nothing else of what this program reads is ever run, and
//! this only on request.
//!
//! The image is unpacked (`unpack.rs`) and entered with unshare(1) of util-linux, in its own namespaces of users, mounts,
//! processes and the network: the command is root inside and unprivileged outside, sees no other process and no network,
//! and has the environment and the working directory of the image's configuration. There is no /proc and no /dev. Where
//! only root may make namespaces, root's have none for users.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::error::ImageError;
use super::output::StagedImage;
use super::unpack::unpack;
use crate::support::streams::for_each_chunk;

/// Paths of unshare.
const UNSHARE: [&str; 2] = ["/usr/bin/unshare", "/bin/unshare"];

/// Arguments for the namespaces of a command.
const NAMESPACES: [&str; 6] = ["--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child"];

/// Arguments for a namespace of users, in which the command is root.
const USERS: [&str; 2] = ["--user", "--map-root-user"];

/// Search path of programs if the image does not set one.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Size of the end of a command's output that is kept.
const OUTPUT_BYTES: usize = 16 << 10;

/// Interval at which a command is checked for its end.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

impl StagedImage {
    /// Runs a command in the image, for at most as long as `limit`.
    ///
    /// # Errors
    /// If the image cannot be unpacked or entered, or the command fails.
    pub fn run(&self, words: &[String], limit: Duration) -> Result<(), ImageError> {
        let top = self.staging().entry("root");
        fs::create_dir(&top).map_err(|source| self.staging().failed(source))?;
        let unpacked = unpack(self.layout(), &self.image.layers, &top);
        unpacked.map_err(|source| ImageError::Unpack { output: self.output().to_owned(), source })?;
        let command = self.command(&top, words)?;
        let (status, printed) = run_within(command, limit).map_err(ImageError::Enter)?;
        let outcome = match status {
            Some(status) if status.success() => return Ok(()),
            Some(status) => status.to_string(),
            None => format!("it takes longer than {} seconds", limit.as_secs()),
        };
        let output = self.output().to_owned();
        let command = shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "));
        Err(ImageError::Run {
            output,
            command,
            outcome,
            printed: String::from_utf8_lossy(&printed).trim_end().to_owned(),
        })
    }

    /// Builds the command that enters the root.
    fn command(&self, top: &Path, words: &[String]) -> Result<Command, ImageError> {
        let unshare = UNSHARE.iter().map(Path::new).find(|path| path.is_file());
        let unshare = unshare
            .ok_or_else(|| ImageError::Enter(io::Error::other("unshare of util-linux is not installed")))?;
        let mut command = Command::new(unshare);
        if can_enter(unshare, &USERS) {
            command.args(USERS);
        } else if !can_enter(unshare, &[]) {
            let cause = "this user may not make namespaces";
            return Err(ImageError::Enter(io::Error::other(cause)));
        }
        let run = &self.config["config"];
        let workdir = run["WorkingDir"].as_str().filter(|directory| !directory.is_empty()).unwrap_or("/");
        command.args(NAMESPACES).arg("--root").arg(top).arg("--wd").arg(workdir).arg("--").args(words);
        command.env_clear().env("PATH", DEFAULT_PATH);
        let environment = run["Env"].as_array().into_iter().flatten().filter_map(Value::as_str);
        command.envs(environment.filter_map(|variable| variable.split_once('=')));
        Ok(command)
    }
}

/// True if namespaces can be made, with the arguments `users`.
fn can_enter(unshare: &Path, users: &[&str]) -> bool {
    let mut command = Command::new(unshare);
    command.args(users).args(NAMESPACES).arg("/bin/true");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs a command to its end, or kills it at the time limit. Returns its status, if it ended, and its output.
fn run_within(mut command: Command, limit: Duration) -> io::Result<(Option<ExitStatus>, Vec<u8>)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let readers = [child.stdout.take().map(read_end), child.stderr.take().map(read_end)];
    let status = wait(&mut child, limit)?;
    let mut printed = Vec::new();
    for reader in readers.into_iter().flatten() {
        printed.extend(reader.join().unwrap_or_default());
    }
    Ok((status, printed))
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let begin = Instant::now();
    while begin.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(POLL_INTERVAL);
    }
    // With it ends the first process of the namespace, and with that the kernel ends all others.
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Reads a stream on another thread, and returns its end.
fn read_end(source: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut end = Vec::new();
        let read = for_each_chunk(source, drop, |chunk| {
            end.extend_from_slice(chunk);
            let excess = end.len().saturating_sub(OUTPUT_BYTES);
            end.drain(..excess);
            Ok(())
        });
        // After an error, the bytes before it are shown.
        let (Ok(()) | Err(())) = read;
        end
    })
}
