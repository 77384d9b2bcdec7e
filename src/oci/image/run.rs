//! A command, run in a composed image before that gets its name: the one time that anything which is looked at is run,
//! and only where it is asked for.
//!
//! The image is unpacked (`unpack.rs`) and entered by unshare(1) of util-linux, with namespaces of its own for users,
//! mounts, processes and the network: the command is root there and nobody outside, sees no other process and no
//! network, and has the environment and the working directory of the image's configuration. There is neither /proc nor
//! /dev. Where the system lets only root make namespaces, root's are made without one for users.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::unpack::unpack;
use super::{Composed, ImageError};
use crate::support::streams::for_each_chunk;

/// Where util-linux has it.
const UNSHARE: [&str; 2] = ["/usr/bin/unshare", "/bin/unshare"];

/// The namespaces of a command.
const NAMESPACES: [&str; 6] = ["--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child"];

/// That of users, in which the command is root.
const USERS: [&str; 2] = ["--user", "--map-root-user"];

/// Where programs are looked for if the image does not say.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// How much is kept of what a command says.
const SAID_BYTES: usize = 16 << 10;

/// How often it is looked whether a command has ended.
const STEP: Duration = Duration::from_millis(10);

impl Composed {
    /// Runs a command in the image, for at most as long as `limit`.
    ///
    /// # Errors
    /// If the image can't be unpacked or entered, and when the command fails.
    pub fn run(&self, words: &[String], limit: Duration) -> Result<(), ImageError> {
        let top = self.staging().path().join("root");
        let made = fs::create_dir(&top);
        made.map_err(|source| ImageError::Write { output: self.output().to_owned(), source })?;
        let unpacked = unpack(self.layout(), &self.image.layers, &top);
        unpacked.map_err(|source| ImageError::Unpack { output: self.output().to_owned(), source })?;
        let command = self.command(&top, words)?;
        let (status, said) = run_within(command, limit).map_err(ImageError::Enter)?;
        let why = match status {
            Some(status) if status.success() => return Ok(()),
            Some(status) => status.to_string(),
            None => format!("it takes longer than {} seconds", limit.as_secs()),
        };
        let output = self.output().to_owned();
        let command = shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "));
        Err(ImageError::Run {
            output,
            command,
            why,
            said: String::from_utf8_lossy(&said).trim_end().to_owned(),
        })
    }

    /// The command as it enters a root.
    fn command(&self, top: &Path, words: &[String]) -> Result<Command, ImageError> {
        let unshare = UNSHARE.iter().map(Path::new).find(|path| path.is_file());
        let unshare = unshare.ok_or_else(|| {
            ImageError::Enter(io::Error::other("there is no unshare of util-linux on this system"))
        })?;
        let mut command = Command::new(unshare);
        if can_enter(unshare, &USERS) {
            command.args(USERS);
        } else if !can_enter(unshare, &[]) {
            let cause = "this system does not let this user make namespaces";
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

/// Whether namespaces can be made, with one for users or not.
fn can_enter(unshare: &Path, users: &[&str]) -> bool {
    let mut command = Command::new(unshare);
    command.args(users).args(NAMESPACES).arg("/bin/true");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs a command to its end, or kills it when its time is over; how it ended, and what it said.
fn run_within(mut command: Command, limit: Duration) -> io::Result<(Option<ExitStatus>, Vec<u8>)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let listeners = [child.stdout.take().map(listen), child.stderr.take().map(listen)];
    let status = wait(&mut child, limit)?;
    let mut said = Vec::new();
    for listener in listeners.into_iter().flatten() {
        said.extend(listener.join().unwrap_or_default());
    }
    Ok((status, said))
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let begin = Instant::now();
    while begin.elapsed() < limit {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(STEP);
    }
    // The kernel ends all processes of a namespace with its first one, which ends with its parent.
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Reads to the end, and keeps what comes last.
fn listen(source: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut said = Vec::new();
        let read = for_each_chunk(source, drop, |chunk| {
            said.extend_from_slice(chunk);
            let over = said.len().saturating_sub(SAID_BYTES);
            said.drain(..over);
            Ok(())
        });
        // What was read before an error is shown all the same.
        let (Ok(()) | Err(())) = read;
        said
    })
}
