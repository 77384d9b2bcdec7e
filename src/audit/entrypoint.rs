//! Programs that an image starts: its command, found through PATH, launchers and the interpreters of scripts.
//!
//! The kernel starts the file that the first word of the command names (execve(2)), and for a script the interpreter in its
//! first line. Of the other words only those that a launcher such as `tini` or an entrypoint script is given are started
//! in turn: a script that is given to an interpreter is code, and its first line does not matter. A shell may start anything,
//! and so may the user of an image without a command: there every program counts as one that may be started.

use bstr::{BStr, ByteSlice};

use super::run_config::RunConfig;
use crate::app::InputTrees;
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, PathError, Root};
use crate::vocabulary::RootedPath;

/// Programs that start other programs by commands that are not parsed here.
const SHELLS: [&[u8]; 8] = [b"sh", b"bash", b"dash", b"ash", b"busybox", b"zsh", b"ksh", b"fish"];

/// Programs that start the command that their arguments are, after options of their own.
const LAUNCHERS: [&[u8]; 21] = [
    b"tini",
    b"tini-static",
    b"dumb-init",
    b"catatonit",
    b"docker-init",
    b"env",
    b"nohup",
    b"setsid",
    b"nice",
    b"ionice",
    b"timeout",
    b"stdbuf",
    b"gosu",
    b"su-exec",
    b"setpriv",
    b"chpst",
    b"sudo",
    b"time",
    b"xvfb-run",
    b"strace",
    b"with-contenv",
];

/// Launchers whose first argument that is no option is the command.
const PLAIN_LAUNCHERS: [&[u8]; 8] =
    [b"tini", b"tini-static", b"dumb-init", b"catatonit", b"docker-init", b"env", b"nohup", b"setsid"];

/// Maximum number of scripts of which each is the interpreter of the one before (BINPRM_MAX_RECURSION in Linux).
const MAX_SCRIPTS: usize = 5;

/// Permission bits of which one makes a file executable.
const EXECUTABLE: u32 = 0o111;

/// Programs and scripts that an image starts.
#[derive(Debug, Default)]
pub struct Entrypoint {
    /// Programs, in the order of the words of the command.
    pub programs: Vec<NodeId>,
    /// Scripts that the kernel starts; their interpreters are among the programs.
    pub scripts: Vec<NodeId>,
    /// Reason why the command cannot be started.
    pub fault: Option<StartFault>,
    /// True if any program may be started.
    pub may_start_anything: bool,
    /// Directories that are searched for commands.
    pub path: Vec<RootedPath>,
}

/// Reason why a word of the command cannot be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartFault {
    /// The word.
    pub word: String,
    /// File that it names.
    pub node: Option<NodeId>,
    /// Cause, as the system reports it.
    pub cause: StartFaultCause,
}

/// Cause of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartFaultCause {
    /// No such file.
    Absent,
    /// A link whose target does not exist.
    Dangling(NodeId),
    /// A directory, or no file that can be started.
    NoFile,
    /// The file is not executable.
    NotExecutable,
    /// Neither an ELF file nor a script.
    UnknownFormat,
    /// A script whose interpreter does not exist.
    NoInterpreter(String),
}

/// Returns the programs that the command of a configuration starts.
pub fn started_programs(root: &Root<'_>, trees: &InputTrees, config: &RunConfig) -> Vec<RootedPath> {
    let entrypoint = Entrypoint::of(root, trees, config);
    entrypoint.programs.into_iter().map(|program| root.path(program)).collect()
}

/// Finder of the files that words of a command name.
struct Finder<'root> {
    root: &'root Root<'root>,
    trees: &'root InputTrees,
    workdir: RootedPath,
    path: Vec<RootedPath>,
}

impl Entrypoint {
    /// Finds the programs that the command of a configuration starts.
    pub(super) fn of<'root>(root: &'root Root<'root>, trees: &'root InputTrees, config: &RunConfig) -> Self {
        let workdir = RootedPath::new(&config.workdir);
        let path: Vec<_> =
            config.path.split(':').map(|directory| joined(&workdir, directory.as_bytes())).collect();
        let finder = Finder { root, trees, workdir, path };
        let mut entrypoint = Self { may_start_anything: config.may_start_anything, ..Self::default() };
        entrypoint.add_command(&finder, &config.command);
        entrypoint.path = finder.path;
        entrypoint
    }

    /// Finds the file that a word of a command names: a path, or a name in a directory of PATH.
    pub fn find(&self, root: &Root<'_>, word: &[u8]) -> Option<NodeId> {
        let file = |path: &RootedPath| {
            let node = root.resolve(root.top(), path.as_bytes()).ok()?;
            root.content(node).map(|_| node)
        };
        match word.contains(&b'/') {
            true => file(&RootedPath::root().join(word)),
            false => self.path.iter().find_map(|directory| file(&directory.join(word))),
        }
    }

    fn add_command(&mut self, finder: &Finder<'_>, words: &[String]) {
        let Some((first, mut others)) = words.split_first() else { return };
        let mut current = self.start(finder, first);
        // A launcher may be given another one: `tini -- env A=1 python`.
        while let Some(launcher) = current.filter(|node| PLAIN_LAUNCHERS.contains(&finder.root.name(*node))) {
            let Some(place) = command_of(others) else { break };
            let is_last = !PLAIN_LAUNCHERS.contains(&finder.root.name(launcher));
            current = self.start(finder, &others[place]);
            others = &others[place + 1..];
            if is_last || current.is_none() {
                break;
            }
        }
        let name = current.map(|node| finder.root.name(node));
        let is_script = current.is_some_and(|node| self.scripts.contains(&node));
        let mut starts_scripts = is_script || name.is_some_and(|name| LAUNCHERS.contains(&name));
        for word in others.iter().filter(|word| !word.starts_with('-')) {
            let Ok(node) = finder.find(word.as_bytes()) else { continue };
            let content = finder.root.content(node);
            if content.and_then(Content::script).is_some() && starts_scripts {
                self.add(finder, node, 0);
                starts_scripts = false;
            } else if matches!(content, Some(Content::Object(_))) {
                self.add(finder, node, 0);
                starts_scripts &= LAUNCHERS.contains(&finder.root.name(node));
            }
        }
    }

    /// Adds the file that a word names, which has to start. Returns it, links followed.
    fn start(&mut self, finder: &Finder<'_>, word: &str) -> Option<NodeId> {
        let (node, cause) = match finder.find(word.as_bytes()) {
            Ok(node) => (Some(node), finder.fault_of(node).or_else(|| self.add(finder, node, 0))),
            Err((node, cause)) => (node, Some(cause)),
        };
        match cause {
            Some(cause) => {
                self.fault.get_or_insert(StartFault { word: word.to_owned(), node, cause });
                None
            }
            None => node,
        }
    }

    /// Adds a program, or a script with its interpreters. Returns the fault of one that does not start.
    fn add(&mut self, finder: &Finder<'_>, node: NodeId, depth: usize) -> Option<StartFaultCause> {
        let root = finder.root;
        let content = root.content(node)?;
        if matches!(content, Content::Object(facts) if facts.is_program()) {
            self.may_start_anything |= SHELLS.contains(&root.name(node));
            self.programs.push(node);
        }
        let line = content.script().filter(|_| depth < MAX_SCRIPTS)?;
        self.scripts.push(node);
        let mut fault = None;
        for word in interpreter_words(BStr::new(line)) {
            let of_word = match finder.find(word) {
                Ok(found) => self.add(finder, found, depth + 1),
                Err(_) => Some(StartFaultCause::NoInterpreter(BStr::new(word).to_string())),
            };
            fault = fault.or(of_word);
        }
        fault
    }
}

impl Finder<'_> {
    /// Finds the file that a word names, as a shell and container engines do: a file on PATH that is not executable does
    /// not count. If there is none, returns why.
    fn find(&self, word: &[u8]) -> Result<NodeId, (Option<NodeId>, StartFaultCause)> {
        if word.contains(&b'/') {
            return self.file_at(&joined(&self.workdir, word));
        }
        let mut fault = (None, StartFaultCause::Absent);
        for directory in self.path.iter().filter(|_| !word.is_empty()) {
            match self.file_at(&directory.join(word)) {
                Ok(node) if self.is_executable(node) => return Ok(node),
                Ok(node) => fault = (Some(node), StartFaultCause::NotExecutable),
                Err((None, _)) => {}
                Err(other) => fault = other,
            }
        }
        Err(fault)
    }

    fn file_at(&self, path: &RootedPath) -> Result<NodeId, (Option<NodeId>, StartFaultCause)> {
        let root = self.root;
        match root.resolve(root.top(), path.as_bytes()) {
            Ok(node) if root.content(node).is_some() => Ok(node),
            Ok(node) => Err((Some(node), StartFaultCause::NoFile)),
            Err(error) => {
                let directory = root.resolve(root.top(), path.parent().as_bytes()).ok();
                let link = directory.and_then(|directory| root.child(directory, path.file_name()));
                Err(match link.filter(|_| error != PathError::NotADirectory) {
                    Some(link) => (Some(link), StartFaultCause::Dangling(link)),
                    None => (None, StartFaultCause::Absent),
                })
            }
        }
    }

    /// Returns the fault for which the kernel does not start a file.
    fn fault_of(&self, node: NodeId) -> Option<StartFaultCause> {
        if !self.is_executable(node) {
            return Some(StartFaultCause::NotExecutable);
        }
        match self.root.content(node) {
            Some(Content::Object(_) | Content::Script(_) | Content::Launcher(_) | Content::Unreadable(_))
            | None => None,
            Some(_) => Some(StartFaultCause::UnknownFormat),
        }
    }

    /// True if the file is executable, or if its mode is not known.
    fn is_executable(&self, node: NodeId) -> bool {
        self.trees.mode_of(self.root, node).is_none_or(|mode| mode & EXECUTABLE != 0)
    }
}

/// Returns the place of the command among the arguments of a plain launcher: after `--`, or the first word that is neither an
/// option nor an assignment. None if options come first, since they may have values.
fn command_of(arguments: &[String]) -> Option<usize> {
    if let Some(place) = arguments.iter().position(|word| word == "--") {
        return (place + 1 < arguments.len()).then_some(place + 1);
    }
    let place = arguments.iter().position(|word| !word.contains('=') || word.starts_with('-'))?;
    (!arguments[place].starts_with('-')).then_some(place)
}

/// Returns the interpreter that the first line of a script names; for `env` also the command that it looks for. The kernel
/// passes the rest of the line as one argument, which `env` splits only after `-S`.
pub(super) fn interpreter_words(line: &BStr) -> Vec<&[u8]> {
    let line = line.trim_ascii();
    let end = line.find_byteset(b" \t").unwrap_or(line.len());
    let (interpreter, rest) = (&line[..end], line[end..].trim_ascii());
    if interpreter.is_empty() {
        return Vec::new();
    }
    let mut found = vec![interpreter];
    if interpreter.rsplit_str("/").next() == Some(b"env") && !rest.is_empty() {
        let is_split =
            rest.starts_with(b"-S") || rest.starts_with(b"-vS") || rest.starts_with(b"--split-string");
        if is_split {
            let rest = rest.strip_prefix(b"-S").unwrap_or(rest);
            let mut words = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
            found.extend(words.find(|word| !word.starts_with(b"-") && !word.contains(&b'=')));
        } else if !rest.starts_with(b"-") && !rest.contains(&b'=') {
            found.push(rest);
        }
    }
    found
}

fn joined(workdir: &RootedPath, path: &[u8]) -> RootedPath {
    if path.starts_with(b"/") { RootedPath::new(path) } else { workdir.join(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_of_env_is_an_interpreter_too() {
        let words = |line: &str| -> Vec<String> {
            let words = interpreter_words(BStr::new(line)).into_iter();
            words.map(|word| BStr::new(word).to_string()).collect()
        };
        assert_eq!(words("/usr/bin/env -S A=1 python3 -u"), ["/usr/bin/env", "python3"]);
        assert_eq!(words("/usr/bin/env -Spython3 -u"), ["/usr/bin/env", "python3"]);
        assert_eq!(words("/usr/bin/env python3"), ["/usr/bin/env", "python3"]);
        // The kernel passes one argument: env looks for a program of that name.
        assert_eq!(words("/usr/bin/env python3 -u"), ["/usr/bin/env", "python3 -u"]);
        assert_eq!(words("/bin/sh -e"), ["/bin/sh"]);
        assert!(words("").is_empty());
    }

    #[test]
    fn commands_after_launchers() {
        let place =
            |words: &[&str]| command_of(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(place(&["--", "python3", "x"]), Some(1));
        assert_eq!(place(&["-e", "143", "--", "x"]), Some(3));
        assert_eq!(place(&["A=1", "x"]), Some(1));
        assert_eq!(place(&["-u", "HOME", "x"]), None);
        assert_eq!(place(&[]), None);
    }
}
