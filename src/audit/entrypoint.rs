//! Programs that an image starts: its entrypoint and arguments, found through PATH and through script interpreters.
//!
//! A shell may start anything, and so may the user of an image without an entrypoint: there every program counts as
//! one that may be started.

use bstr::{BStr, ByteSlice};

use super::run_config::RunConfig;
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// Programs that start other programs by commands that are not parsed here.
const SHELLS: [&[u8]; 8] = [b"sh", b"bash", b"dash", b"ash", b"busybox", b"zsh", b"ksh", b"fish"];

/// Maximum number of scripts of which each is the interpreter of the one before (BINPRM_MAX_RECURSION in Linux).
const MAX_SCRIPTS: usize = 5;

/// Programs and scripts that an image starts.
#[derive(Debug, Default)]
pub struct Entrypoint {
    /// Programs, in the order of the words of the command.
    pub programs: Vec<NodeId>,
    /// Scripts whose interpreters are those programs.
    pub scripts: Vec<NodeId>,
    /// First word of the command, if no such file exists.
    pub missing_command: Option<String>,
    /// True if any program may be started.
    pub may_start_anything: bool,
    /// Directories that are searched for commands.
    pub path: Vec<RootedPath>,
}

impl Entrypoint {
    /// Finds the programs that the command of a configuration starts.
    pub(super) fn of(root: &Root<'_>, config: &RunConfig) -> Self {
        let workdir = &RootedPath::new(&config.workdir);
        let path = config.path.split(':').map(|directory| joined(workdir, directory.as_bytes())).collect();
        let may_start_anything = config.may_start_anything;
        let mut entrypoint = Self { path, may_start_anything, ..Self::default() };
        let Some((first, others)) = config.command.split_first() else { return entrypoint };
        match entrypoint.find(root, first.as_bytes(), workdir) {
            Some(node) => entrypoint.add(root, node, workdir, 0),
            None => entrypoint.missing_command = Some(first.clone()),
        }
        // Some programs start others whose names are arguments: `tini -- python app.py`, `env X=1 python`.
        for word in others.iter().filter(|word| !word.starts_with('-')) {
            if let Some(node) = entrypoint.find(root, word.as_bytes(), workdir) {
                entrypoint.add(root, node, workdir, 0);
            }
        }
        entrypoint
    }

    /// Finds the file that a word of a command names: a path, or a name in a directory of PATH.
    pub fn find(&self, root: &Root<'_>, word: &[u8], workdir: &RootedPath) -> Option<NodeId> {
        let file = |path: &RootedPath| {
            let node = root.resolve(root.top(), path.as_bytes()).ok()?;
            root.content(node).map(|_| node)
        };
        if word.contains(&b'/') {
            return file(&joined(workdir, word));
        }
        if word.is_empty() {
            return None;
        }
        self.path.iter().find_map(|directory| file(&directory.join(word)))
    }

    fn add(&mut self, root: &Root<'_>, node: NodeId, workdir: &RootedPath, depth: usize) {
        let Some(content) = root.content(node) else { return };
        if matches!(content, Content::Object(facts) if facts.is_program()) {
            self.may_start_anything |= SHELLS.contains(&root.name(node));
            self.programs.push(node);
        }
        let Some(line) = content.script().filter(|_| depth < MAX_SCRIPTS) else { return };
        self.scripts.push(node);
        for word in interpreter_words(BStr::new(line)) {
            if let Some(found) = self.find(root, word, workdir) {
                self.add(root, found, workdir, depth + 1);
            }
        }
    }
}

/// Returns the interpreter that the first line of a script names; for `env` also the command that it looks for.
pub(super) fn interpreter_words(line: &BStr) -> Vec<&[u8]> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let Some(interpreter) = words.next() else { return Vec::new() };
    let mut found = vec![interpreter];
    if interpreter.rsplit_str("/").next() == Some(b"env") {
        found.extend(words.find(|word| !word.starts_with(b"-") && !word.contains(&b'=')));
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
        assert_eq!(words("/bin/sh -e"), ["/bin/sh"]);
        assert!(words("").is_empty());
    }
}
