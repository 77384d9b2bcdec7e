//! The walls between the rooms of src/, as a test: which room may name which, which crate is named where, and
//! what nothing but the command line may do.
//!
//! It reads the source as text, comments left out. A new room has to be given its walls here.

use std::fs;
use std::path::Path;

/// Each room and those that it may name; the rooms are in the order in which data flows through them.
const WALLS: &[(&str, &[&str])] = &[
    ("vocabulary", &[]),
    ("progress", &[]),
    ("storage", &["vocabulary"]),
    ("tls", &[]),
    ("decompress", &[]),
    ("compress", &["decompress"]),
    ("elf", &["vocabulary"]),
    ("inventory", &["elf", "decompress", "storage", "vocabulary"]),
    ("root", &["inventory", "elf", "vocabulary"]),
    ("loader", &["root", "inventory", "elf", "vocabulary"]),
    ("app", &["loader", "root", "inventory", "elf", "vocabulary"]),
    ("maintainer", &["vocabulary"]),
    ("registry", &["inventory", "tls", "storage", "progress", "vocabulary"]),
    ("archive", &["decompress", "tls", "storage", "progress", "vocabulary"]),
    ("companions", &["vocabulary"]),
    ("bases", &["inventory", "vocabulary"]),
    ("catalog", &["companions", "bases", "archive", "decompress", "storage", "vocabulary"]),
    (
        "depot",
        &[
            "catalog",
            "companions",
            "maintainer",
            "archive",
            "root",
            "inventory",
            "elf",
            "decompress",
            "storage",
            "progress",
            "vocabulary",
        ],
    ),
    ("export", &["depot", "storage", "vocabulary"]),
    ("select", &["vocabulary"]),
    ("resolve", &["catalog", "app", "loader", "root", "elf", "vocabulary"]),
    ("plan", &["resolve", "catalog", "companions", "app", "loader", "vocabulary"]),
    ("graph", &["resolve", "catalog", "app", "loader", "root", "vocabulary"]),
    (
        "audit",
        &[
            "plan",
            "graph",
            "resolve",
            "catalog",
            "companions",
            "app",
            "loader",
            "root",
            "inventory",
            "elf",
            "storage",
            "vocabulary",
        ],
    ),
    (
        "close",
        &[
            "graph",
            "plan",
            "resolve",
            "select",
            "catalog",
            "companions",
            "maintainer",
            "app",
            "loader",
            "root",
            "inventory",
            "elf",
            "vocabulary",
        ],
    ),
    (
        "layer",
        &[
            "plan",
            "companions",
            "app",
            "loader",
            "root",
            "inventory",
            "compress",
            "decompress",
            "storage",
            "vocabulary",
        ],
    ),
    (
        "image",
        &[
            "layer",
            "plan",
            "app",
            "loader",
            "root",
            "inventory",
            "compress",
            "decompress",
            "storage",
            "vocabulary",
        ],
    ),
    (
        "pipeline",
        &[
            "close",
            "graph",
            "plan",
            "inventory",
            "resolve",
            "catalog",
            "companions",
            "app",
            "loader",
            "root",
            "elf",
            "vocabulary",
        ],
    ),
    (
        "emit",
        &[
            "image",
            "layer",
            "audit",
            "close",
            "graph",
            "plan",
            "resolve",
            "depot",
            "catalog",
            "companions",
            "app",
            "loader",
            "root",
            "elf",
            "vocabulary",
        ],
    ),
    (
        "cli",
        &[
            "emit",
            "pipeline",
            "image",
            "layer",
            "export",
            "depot",
            "close",
            "audit",
            "graph",
            "plan",
            "resolve",
            "catalog",
            "companions",
            "bases",
            "archive",
            "registry",
            "app",
            "loader",
            "root",
            "inventory",
            "elf",
            "storage",
            "progress",
            "vocabulary",
        ],
    ),
];

/// Crates that only some rooms name, so that another can take their place. (The archive's tests compress.)
const CRATES: &[(&str, &[&str])] = &[
    ("goblin", &["elf"]),
    ("scroll", &["elf"]),
    ("walkdir", &["inventory"]),
    ("zstd", &["catalog", "compress", "decompress", "depot"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("indicatif", &["cli"]),
    ("reqwest", &["archive", "registry"]),
    ("rustls", &["tls"]),
    ("oci_client", &["registry"]),
    ("tokio", &["registry"]),
    ("futures_util", &["registry"]),
    ("docker_credential", &["registry"]),
    ("sequoia_openpgp", &["archive"]),
    ("flate2", &["compress", "decompress", "archive"]),
    ("xz2", &["decompress", "archive"]),
    ("bzip2", &["decompress"]),
    ("ar", &["inventory"]),
    ("tar", &["inventory", "layer"]),
    ("postcard", &["depot", "inventory"]),
    ("parquet", &["export"]),
    ("petgraph", &["graph"]),
];

/// Rooms that only turn one value into another. (`elf` does too, but reads where it is told to: an open file.)
const PURE_ROOMS: &[&str] = &[
    "vocabulary",
    "progress",
    "companions",
    "bases",
    "root",
    "loader",
    "app",
    "select",
    "resolve",
    "graph",
    "audit",
    "pipeline",
    "emit",
];

/// The one file in them that looks at the host: there the host's paths become paths in the root.
const HOST_PATHS: &str = "app/sources.rs";

/// What the pure rooms don't do.
const OUTSIDE_WORLD: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "File::open",
    "SystemTime",
    "Timestamp::now",
    "path::absolute",
    ".canonicalize(",
    ".is_file()",
    ".is_dir()",
];

/// What only the command line does.
const COMMAND_LINE_ONLY: &[&str] =
    &["println!", "print!(", "eprintln!", "eprint!(", "process::exit", "std::env", "env::var"];

/// Longer files hold two things.
const MAX_LINES: usize = 600;

/// One source file: its room, its path below src/, and its text.
struct SourceFile {
    room: String,
    path: String,
    text: String,
}

impl SourceFile {
    /// The lines of code with their numbers, comments left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn source_files() -> Vec<SourceFile> {
    let mut files = Vec::new();
    read_folder(Path::new("src"), &mut files);
    assert!(files.len() > 10, "the sources are found");
    files
}

fn read_folder(folder: &Path, files: &mut Vec<SourceFile>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read_folder(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            let below = path.strip_prefix("src").expect("a path below src").to_str().expect("a plain name");
            let room = below.split(['/', '.']).next().expect("a first part").to_owned();
            files.push(SourceFile { room, path: below.to_owned(), text });
        }
    }
}

/// The rooms that a line of code names: `crate::room` and `crate::{room, other::item}`.
fn named_rooms(line: &str) -> Vec<&str> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut rooms = Vec::new();
    for (start, mark) in line.match_indices("crate::") {
        if line[..start].ends_with(is_word) {
            continue;
        }
        let rest = &line[start + mark.len()..];
        match rest.strip_prefix('{') {
            None => rooms.extend(rest.split(|character| !is_word(character)).next()),
            Some(group) => rooms.extend(first_words(group)),
        }
    }
    rooms.retain(|room| room.starts_with(char::is_lowercase));
    rooms
}

/// The first word of each element of a group in braces, up to its end.
fn first_words(group: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut depth, mut element) = (0, 0);
    for (position, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                words.extend(group[element..position].trim().split("::").next());
                element = position + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    words
}

#[test]
fn rooms_name_only_those_before_them() {
    let mut breaches = Vec::new();
    for file in source_files() {
        if ["lib", "main"].contains(&file.room.as_str()) {
            continue;
        }
        let Some((_, allowed)) = WALLS.iter().find(|(room, _)| *room == file.room) else {
            breaches.push(format!("src/{}: no walls are stated for the room {}", file.path, file.room));
            continue;
        };
        for (number, line) in file.code() {
            for named in named_rooms(line) {
                if named != file.room && !allowed.contains(&named) {
                    breaches.push(format!("src/{}:{number}: {} names {named}", file.path, file.room));
                }
            }
            if line.contains("super::super") {
                breaches.push(format!("src/{}:{number}: a way around the walls", file.path));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn groups_in_braces_are_read() {
    assert_eq!(
        named_rooms("use crate::{elf::{Class, Machine}, root, vocabulary::Soname};"),
        ["elf", "root", "vocabulary"]
    );
    assert_eq!(named_rooms("let x = crate::loader::rule(); mycrate::other();"), ["loader"]);
    assert_eq!(named_rooms("pub(crate) fn f()"), [""; 0]);
}

#[test]
fn crates_are_named_in_their_rooms_only() {
    let mut breaches = Vec::new();
    for file in source_files() {
        for (name, rooms) in CRATES.iter().filter(|(_, rooms)| !rooms.contains(&file.room.as_str())) {
            let path = format!("{name}::");
            let names_it = |line: &str| {
                let mut found = line.match_indices(&path);
                found.any(|(place, _)| !line[..place].ends_with(|before: char| before.is_alphanumeric()))
            };
            for (number, _) in file.code().filter(|(_, line)| names_it(line)) {
                breaches.push(format!("src/{}:{number}: {name} is for {rooms:?}", file.path));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn only_the_command_line_prints_exits_and_reads_the_environment() {
    let files = source_files();
    let library = files.iter().filter(|file| file.room != "cli" && file.room != "main");
    assert_none_has(library, COMMAND_LINE_ONLY);
}

#[test]
fn pure_rooms_touch_nothing_outside() {
    let files = source_files();
    let is_pure = |file: &&SourceFile| PURE_ROOMS.contains(&file.room.as_str()) && file.path != HOST_PATHS;
    assert_none_has(files.iter().filter(is_pure), OUTSIDE_WORLD);
}

#[test]
fn nothing_is_left_to_be_done() {
    assert_none_has(source_files().iter(), &["todo!", "unimplemented!", "FIXME", "dbg!"]);
}

fn assert_none_has<'files>(files: impl Iterator<Item = &'files SourceFile>, words: &[&str]) {
    let mut breaches = Vec::new();
    for file in files {
        for (number, line) in file.code() {
            for word in words.iter().filter(|word| line.contains(**word)) {
                breaches.push(format!("src/{}:{number}: {word}", file.path));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn files_are_short() {
    let long: Vec<_> = source_files()
        .iter()
        .map(|file| (file.path.clone(), file.text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .collect();
    assert!(long.is_empty(), "files of more than {MAX_LINES} lines: {long:?}");
}
