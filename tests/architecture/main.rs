//! The architecture as tests: which wing and room of src/ may name which, which crate is named where, what only the
//! command line may do; circles between files (`circles.rs`), and the style of comments and functions (`style.rs`).
//!
//! Walls are checked on the source as text, comments left out. A new room gets its place in [`WINGS`].

mod circles;
mod style;

use std::fs;
use std::path::Path;

/// The wings of src/ in the order in which data flows through them, each with the rooms that it has. A wing names only
/// wings before it, a room only rooms before it in its wing.
const WINGS: &[(&str, &[&str])] = &[
    ("vocabulary", &[]),
    (
        "support",
        &[
            "humanize",
            "progress",
            "files",
            "output",
            "streams",
            "digest",
            "tls",
            "decompress",
            "compress",
            "url",
            "netrc",
        ],
    ),
    ("elf", &[]),
    ("code", &["facts", "token", "cursor", "scan", "python", "ruby", "javascript"]),
    ("tree", &["inventory", "root"]),
    ("loader", &[]),
    ("app", &[]),
    (
        "debian",
        &["maintainer_scripts", "inclusions", "distributions", "archive", "catalog", "debs", "library_index"],
    ),
    ("solve", &["solver", "resolve", "graph", "plan", "closure"]),
    ("oci", &["registry", "known_images", "base", "layer", "image"]),
    ("audit", &[]),
    ("emit", &[]),
    ("pipeline", &[]),
    ("cli", &[]),
];

/// Arrows between wings that the order would allow and that do not exist: the wing at the left names none of these.
const APART: &[(&str, &[&str])] = &[
    ("elf", &["support"]),
    ("code", &["support", "elf"]),
    ("loader", &["support"]),
    ("app", &["support"]),
    ("debian", &["loader", "app"]),
    ("solve", &["support"]),
    ("oci::registry", &["loader", "app", "debian", "solve"]),
    ("oci::known_images", &["loader", "app", "solve"]),
    ("audit", &["oci"]),
];

/// Crates that only some rooms name, so that another can take their place. (The archive's tests compress.)
const CRATES: &[(&str, &[&str])] = &[
    ("goblin", &["elf"]),
    ("scroll", &["elf"]),
    ("walkdir", &["tree::inventory"]),
    ("zstd", &["debian::catalog", "debian::library_index", "support::compress", "support::decompress"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("indicatif", &["cli"]),
    ("reqwest", &["debian::archive", "oci::registry"]),
    ("rustls", &["support::tls"]),
    ("oci_client", &["oci::registry"]),
    ("tokio", &["oci::registry"]),
    ("futures_util", &["oci::registry"]),
    ("docker_credential", &["oci::registry"]),
    ("sequoia_openpgp", &["debian::archive"]),
    ("flate2", &["support::compress", "support::decompress", "debian::archive"]),
    ("xz2", &["support::decompress", "debian::archive"]),
    ("bzip2", &["support::decompress"]),
    ("ar", &["tree::inventory"]),
    ("tar", &["tree::inventory", "oci::layer"]),
    ("postcard", &["debian::library_index", "tree::inventory"]),
    ("parquet", &["debian::library_index"]),
    ("petgraph", &["solve::graph"]),
];

/// Rooms that only turn one value into another. (`elf` does too, but reads where it is told to: an open file.)
const PURE_ROOMS: &[&str] = &[
    "vocabulary",
    "code",
    "support::progress",
    "tree::root",
    "loader",
    "app",
    "debian::inclusions",
    "debian::distributions",
    "debian::maintainer_scripts",
    "solve::solver",
    "solve::resolve",
    "solve::graph",
    "oci::known_images",
    "audit",
    "pipeline",
    "emit",
];

/// The one file in them that looks at the host: there the host's paths become paths in the root.
const HOST_PATHS: &str = "app/read.rs";

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

/// One source file: its room, its path below src/, and its text.
struct SourceFile {
    room: String,
    path: String,
    text: String,
}

impl SourceFile {
    fn new(path: String, text: String) -> Self {
        Self { room: room_of(&path), path, text }
    }

    /// The lines of code with their numbers, comments left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn source_files() -> Vec<SourceFile> {
    let mut files = Vec::new();
    read_directory(Path::new("src"), &mut files);
    assert!(files.len() > 10, "the sources are found");
    files
}

fn read_directory(directory: &Path, files: &mut Vec<SourceFile>) {
    let mut entries: Vec<_> =
        fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read_directory(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            let below = path.strip_prefix("src").expect("a path below src").to_str().expect("a plain name");
            files.push(SourceFile::new(below.to_owned(), text));
        }
    }
}

/// The room of a file below src/: `wing::room`, or the wing where it has no rooms.
fn room_of(path: &str) -> String {
    let mut parts = path.trim_end_matches(".rs").split('/');
    let wing = parts.next().expect("a first part");
    match (WINGS.iter().find(|(name, _)| *name == wing), parts.next()) {
        (Some((_, rooms)), Some(room)) if rooms.contains(&room) => format!("{wing}::{room}"),
        _ => wing.to_owned(),
    }
}

/// The places that a line of code names, as words after `crate`: `crate::wing::room` and `crate::{wing, other::item}`.
fn named_places(line: &str) -> Vec<Vec<&str>> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut places = Vec::new();
    for (start, mark) in line.match_indices("crate::") {
        if line[..start].ends_with(is_word) {
            continue;
        }
        let rest = &line[start + mark.len()..];
        match rest.strip_prefix('{') {
            None => {
                let path = rest.split(|character| !is_word(character) && character != ':').next();
                places.push(path.unwrap_or_default().split("::").take(2).collect());
            }
            Some(group) => places.extend(first_words(group).into_iter().map(|word| vec![word])),
        }
    }
    places.retain(|place: &Vec<&str>| place[0].starts_with(char::is_lowercase));
    places
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

/// Why a room may not name a place; none where it may.
fn breach(room: &str, place: &[&str]) -> Option<String> {
    let position = |wing: &str| WINGS.iter().position(|(name, _)| *name == wing);
    let (wing, own) = room.split_once("::").unwrap_or((room, ""));
    let Some(from) = position(wing) else { return Some(format!("no walls are stated for the wing {wing}")) };
    let Some(to) = position(place[0]) else { return Some(format!("{} is no wing", place[0])) };
    let apart = APART.iter().filter(|(name, _)| [wing, room].contains(name));
    if apart.flat_map(|(_, others)| others.iter()).any(|other| *other == place[0]) {
        return Some(format!("{room} names {}", place[0]));
    }
    if from != to {
        return (to > from).then(|| format!("{room} names {}", place[0]));
    }
    let rooms = WINGS[from].1;
    let order = |name: &str| rooms.iter().position(|room| *room == name);
    let (Some(here), Some(there)) = (order(own), place.get(1).and_then(|name| order(name))) else {
        return None;
    };
    (there > here).then(|| format!("{room} names {}::{}", place[0], place[1]))
}

#[test]
fn wings_and_rooms_name_only_those_before_them() {
    let mut breaches = Vec::new();
    for file in source_files() {
        if ["lib", "main"].contains(&file.room.as_str()) {
            continue;
        }
        for (number, line) in file.code() {
            for place in named_places(line) {
                if let Some(cause) = breach(&file.room, &place) {
                    breaches.push(format!("src/{}:{number}: {cause}", file.path));
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
fn a_wall_is_noticed() {
    assert_eq!(breach("loader", &["app"]).as_deref(), Some("loader names app"));
    assert_eq!(breach("loader", &["tree", "root"]), None);
    assert_eq!(breach("debian::catalog", &["loader"]).as_deref(), Some("debian::catalog names loader"));
    assert_eq!(
        breach("solve::resolve", &["solve", "plan"]).as_deref(),
        Some("solve::resolve names solve::plan")
    );
    assert_eq!(breach("solve::plan", &["solve", "resolve"]), None);
    assert_eq!(breach("attic", &["elf"]).as_deref(), Some("no walls are stated for the wing attic"));
}

#[test]
fn every_room_is_stated() {
    for (wing, rooms) in WINGS {
        let directory = Path::new("src").join(wing);
        let is_there = |room: &&&str| {
            directory.join(room).join("mod.rs").is_file() || directory.join(format!("{room}.rs")).is_file()
        };
        let absent: Vec<_> = rooms.iter().filter(|room| !is_there(room)).collect();
        assert!(absent.is_empty(), "{wing} has no {absent:?}");
    }
}

#[test]
fn groups_in_braces_are_read() {
    assert_eq!(
        named_places("use crate::{elf::{Class, Machine}, root, vocabulary::Soname};"),
        [["elf"], ["root"], ["vocabulary"]]
    );
    assert_eq!(named_places("let x = crate::loader::rule(); mycrate::other();"), [["loader", "rule"]]);
    assert_eq!(named_places("pub(crate) fn f()"), Vec::<Vec<&str>>::new());
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
