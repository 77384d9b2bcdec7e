//! Inputs in which nothing can be judged: neither an object that a dynamic linker loads, nor code of an interpreter, nor a
//! script. An answer about them would say nothing, so they are errors.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use bstr::ByteSlice;

use super::code::language_of;
use super::role::Role;
use super::trees::{App, InputTrees};
use crate::elf::{ElfFacts, ObjectKind};
use crate::loader::Platform;
use crate::tree::inventory::{Content, Entry, InputFormat, Inventory};
use crate::vocabulary::Architecture;

/// Maximum number of files of a directory whose formats are looked up for the error.
const MAX_FORMATS: usize = 1_000;

/// Maximum number of formats that an error lists.
const LISTED_FORMATS: usize = 4;

/// Input in which nothing can be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot judge {}: it is {form}", .path.display())]
pub struct UnsuitableInput {
    /// Path as it was given.
    pub path: PathBuf,
    /// Form of the input.
    pub form: InputForm,
}

/// Form of an input in which nothing can be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputForm {
    /// Single file.
    File(InputFormat),
    /// Object for a machine without a Debian port, an EM_ number.
    UnknownMachine(u16),
    /// OCI layout as a directory.
    ImageLayout,
    /// Directory without files.
    EmptyDirectory,
    /// Directory whose files are something else, with the number of files of each format and the first file of it.
    Directory(BTreeMap<InputFormat, FormatCount>),
}

/// Files of one format in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatCount {
    /// Number of files.
    pub count: usize,
    /// Path of the first one.
    pub first: PathBuf,
}

impl InputForm {
    /// True if the input contains files that would have to be unpacked: they may be what the user means.
    pub fn is_container(&self) -> bool {
        match self {
            Self::File(format) => {
                !matches!(format, InputFormat::Empty | InputFormat::Text | InputFormat::Data)
            }
            Self::ImageLayout | Self::UnknownMachine(_) => true,
            Self::EmptyDirectory | Self::Directory(_) => false,
        }
    }
}

impl fmt::Display for InputForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(format) => write!(formatter, "{format}"),
            Self::UnknownMachine(number) => {
                write!(formatter, "an object for machine {number} of ELF, for which Debian has no port")
            }
            Self::ImageLayout => formatter.write_str("a container image (an OCI layout)"),
            Self::EmptyDirectory => formatter.write_str("a tree without files"),
            Self::Directory(formats) => {
                formatter.write_str("a tree without programs, libraries and code")?;
                let mut formats: Vec<_> = formats.iter().collect();
                formats.sort_by_key(|(format, files)| (usize::MAX - files.count, **format));
                for (index, (format, files)) in formats.iter().take(LISTED_FORMATS).enumerate() {
                    let separator = if index == 0 { ": it has " } else { ", " };
                    match files.count {
                        1 => write!(formatter, "{separator}{format}")?,
                        count => write!(formatter, "{separator}{count} times {format}")?,
                    }
                }
                Ok(())
            }
        }
    }
}

impl InputTrees {
    /// Architectures of the apps' objects.
    pub fn architectures(&self) -> BTreeSet<Architecture> {
        let objects = self.apps.iter().flat_map(|app| app.inventory.objects());
        objects
            .filter_map(|(_, facts)| Architecture::from_triplet(Platform::of(facts.machine)?.triplet))
            .collect()
    }

    /// Returns the apps in which nothing can be judged.
    pub fn unsuitable(&self) -> Vec<UnsuitableInput> {
        let unsuitable =
            |app: &App| Some(UnsuitableInput { path: app.host_path.clone(), form: form_of(app)? });
        self.apps.iter().filter_map(unsuitable).collect()
    }
}

/// Form of an app in which nothing can be judged; none if something can, or could not be read, which is a problem.
fn form_of(app: &App) -> Option<InputForm> {
    let inventory = &app.inventory;
    if app.shown_as != app.at {
        return form_of_file(inventory, inventory.entries().first()?);
    }
    if inventory.get("oci-layout").is_some() && inventory.get("index.json").is_some() {
        return Some(InputForm::ImageLayout);
    }
    if !inventory.diagnostics().is_empty() || inventory.entries().iter().any(is_judged) {
        return None;
    }
    if !inventory.entries().iter().any(Entry::is_file) {
        return Some(InputForm::EmptyDirectory);
    }
    Some(InputForm::Directory(formats_of(app)))
}

/// Form of a single file. A file that looks like an object or a script may contain an archive, which counts then.
pub(super) fn form_of_file(inventory: &Inventory, entry: &Entry) -> Option<InputForm> {
    let content = entry.content()?;
    if matches!(content, Content::Unreadable(_) | Content::Malformed(_)) {
        return None;
    }
    match inventory.format_of(&entry.path).ok()? {
        Some(InputFormat::Text | InputFormat::Data | InputFormat::Empty) if language_of(entry).is_some() => {
            None
        }
        Some(format) => Some(InputForm::File(format)),
        None => match content {
            Content::Object(facts) => unknown_machine(facts),
            _ => None,
        },
    }
}

fn unknown_machine(facts: &ElfFacts) -> Option<InputForm> {
    Platform::of(facts.machine).is_none().then_some(InputForm::UnknownMachine(facts.machine.number))
}

/// True for an object that is linked, for code that an interpreter runs, and for a text that states which one.
fn is_judged(entry: &Entry) -> bool {
    match entry.content_of_tree() {
        Some(Content::Object(facts)) => {
            facts.kind != ObjectKind::NotLoadable
                && Platform::of(facts.machine).is_some()
                && Role::of(file_name(entry), facts).is_some()
        }
        _ => language_of(entry).is_some() || names_interpreter(&entry.path),
    }
}

/// True for the texts of a venv and of a wheel that state the interpreter.
fn names_interpreter(path: &[u8]) -> bool {
    path == b"pyvenv.cfg" || path.ends_with(b"/pyvenv.cfg") || path.ends_with(b".dist-info/WHEEL")
}

fn file_name(entry: &Entry) -> &[u8] {
    entry.path.rsplit_str("/").next().unwrap_or_default()
}

fn formats_of(app: &App) -> BTreeMap<InputFormat, FormatCount> {
    let mut formats: BTreeMap<InputFormat, FormatCount> = BTreeMap::new();
    for entry in app.inventory.entries().iter().filter(|entry| Entry::is_file(entry)).take(MAX_FORMATS) {
        let format = app.inventory.format_of(&entry.path).ok().flatten().unwrap_or(InputFormat::Data);
        let first = || app.inventory.files().display_path(&entry.path);
        formats.entry(format).or_insert_with(|| FormatCount { count: 0, first: first() }).count += 1;
    }
    formats
}
