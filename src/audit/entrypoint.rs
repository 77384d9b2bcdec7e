//! What an image starts: its entrypoint and arguments, by PATH, through scripts to the program that runs.
//!
//! A shell may start anything, and so may whoever starts a root that names nothing: there every program counts as one
//! that may be started.

use bstr::{BStr, ByteSlice};

use crate::tree::inventory::{Content, Start};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// What PATH is where nothing says so, as container engines set it.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The programs that start what they are told in words that are not looked into.
const SHELLS: [&[u8]; 8] = [b"sh", b"bash", b"dash", b"ash", b"busybox", b"zsh", b"ksh", b"fish"];

/// How many scripts one may be the interpreter of the next (BINPRM_MAX_RECURSION in Linux).
const MAX_SCRIPTS: usize = 5;

/// What an image starts.
#[derive(Debug, Default)]
pub struct Entrypoint {
    /// The programs, in the order of the words.
    pub programs: Vec<NodeId>,
    /// The scripts on the way to them.
    pub scripts: Vec<NodeId>,
    /// The first word of what is started, if there is nothing of that name.
    pub absent: Option<String>,
    /// Whether anything else may be started, too.
    pub is_open: bool,
    /// The directories in which commands are looked for.
    pub path: Vec<RootedPath>,
}

impl Entrypoint {
    /// What an image's own words start; `workdir` is where it does so.
    pub(super) fn of(root: &Root<'_>, start: Option<&Start>, workdir: &RootedPath) -> Self {
        let path = start.and_then(|start| start.path.as_deref()).unwrap_or(DEFAULT_PATH);
        let path = path.split(':').map(|directory| workdir_joined(workdir, directory.as_bytes())).collect();
        let mut entry = Self { path, ..Self::default() };
        let words: Vec<&String> =
            start.iter().flat_map(|start| start.entrypoint.iter().chain(&start.cmd)).collect();
        let Some((first, others)) = words.split_first() else {
            return Self { is_open: true, ..entry };
        };
        match entry.find(root, first.as_bytes(), workdir) {
            Some(node) => entry.add(root, node, workdir, 0),
            None => entry.absent = Some((*first).clone()),
        }
        // Programs that start others are given their names: `tini -- python app.py`, `env X=1 python`.
        for word in others.iter().filter(|word| !word.starts_with('-')) {
            if let Some(node) = entry.find(root, word.as_bytes(), workdir) {
                entry.add(root, node, workdir, 0);
            }
        }
        entry
    }

    /// The file that a word names: a path, or a name in one of the directories of PATH.
    pub fn find(&self, root: &Root<'_>, word: &[u8], workdir: &RootedPath) -> Option<NodeId> {
        let file = |path: &RootedPath| {
            let node = root.resolve(root.top(), path.as_bytes()).ok()?;
            root.content(node).map(|_| node)
        };
        if word.contains(&b'/') {
            return file(&workdir_joined(workdir, word));
        }
        if word.is_empty() {
            return None;
        }
        self.path.iter().find_map(|directory| file(&directory.join(word)))
    }

    fn add(&mut self, root: &Root<'_>, node: NodeId, workdir: &RootedPath, depth: usize) {
        match root.content(node) {
            Some(Content::Object(facts)) if facts.is_program() => {
                self.is_open |= SHELLS.contains(&root.name(node));
                self.programs.push(node);
            }
            Some(Content::Script(line)) if depth < MAX_SCRIPTS => {
                self.scripts.push(node);
                for word in interpreter_words(BStr::new(line)) {
                    if let Some(found) = self.find(root, word, workdir) {
                        self.add(root, found, workdir, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The interpreter that the first line of a script names; of `env` the command that it is to find, too.
pub(super) fn interpreter_words(line: &BStr) -> Vec<&[u8]> {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let Some(interpreter) = words.next() else { return Vec::new() };
    let mut found = vec![interpreter];
    if interpreter.rsplit_str("/").next() == Some(b"env") {
        found.extend(words.find(|word| !word.starts_with(b"-") && !word.contains(&b'=')));
    }
    found
}

fn workdir_joined(workdir: &RootedPath, path: &[u8]) -> RootedPath {
    if path.starts_with(b"/") { RootedPath::new(path) } else { workdir.join(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn env_names_another_command() {
        let words = |line: &str| -> Vec<String> {
            let words = interpreter_words(BStr::new(line)).into_iter();
            words.map(|word| BStr::new(word).to_string()).collect()
        };
        assert_eq!(words("/usr/bin/env -S A=1 python3 -u"), ["/usr/bin/env", "python3"]);
        assert_eq!(words("/bin/sh -e"), ["/bin/sh"]);
        assert!(words("").is_empty());
    }
}
