//! Notes: the libraries that an object states it opens with dlopen(3) (`.note.dlopen`, UAPI.12 1.0), and the system that
//! its toolchain marks it for.
//!
//! The linker does not read notes, so a broken one is ignored rather than an error.

use goblin::elf::program_header::PT_NOTE;
use scroll::Pread;

use super::facts::{DlopenNote, System};
use super::object::ObjectReader;
use super::read_at::ReadAt;
use crate::vocabulary::{Grade, Soname};

/// n_type of `.note.dlopen`.
const DLOPEN_TYPE: u32 = 0x407c_0c0a;

/// Owner of `.note.dlopen`, with the NUL.
const DLOPEN_OWNER: &[u8] = b"FDO\0";

/// Limit of all note segments together; real ones have a few hundred bytes. Many segments may name the same place of
/// the file, so a limit for each would not bound the work. Segments beyond the limit are ignored.
const MAX_NOTES_BYTES: u64 = 1 << 16;

/// One object of the note's JSON array.
#[derive(serde::Deserialize)]
struct NoteEntry {
    soname: Vec<String>,
    #[serde(default)]
    feature: String,
    #[serde(default = "recommended")]
    priority: Grade,
}

fn recommended() -> Grade {
    Grade::Recommended
}

/// n_type of the note with an object's properties (NT_GNU_PROPERTY_TYPE_0).
const PROPERTY_TYPE: u32 = 5;

/// GNU_PROPERTY_X86_ISA_1_NEEDED.
const X86_ISA_NEEDED: u32 = 0xc000_8002;

/// n_type of the notes by which toolchains mark the system of a file.
const SYSTEM_TYPE: u32 = 1;

/// Contents of an object's notes.
#[derive(Default)]
pub(super) struct Notes {
    /// Entries of every `.note.dlopen`.
    pub(super) dlopen: Vec<DlopenNote>,
    /// Operating system that a note names.
    pub(super) system: Option<System>,
    /// Level of x86-64 that is needed; 0 if none is stated.
    pub(super) cpu_level: u8,
}

/// Reads the notes in the object's note segments.
pub(super) fn read<S: ReadAt + ?Sized>(object: &mut ObjectReader<'_, S>) -> Notes {
    let mut notes = Notes::default();
    let mut bytes_left = MAX_NOTES_BYTES;
    for segment in object.segments(PT_NOTE) {
        let Some(left) = bytes_left.checked_sub(segment.p_filesz) else { continue };
        bytes_left = left;
        let (order, length) = (object.context().le, segment.p_filesz as usize);
        let Ok(bytes) = object.table(segment.p_offset, length) else { continue };
        let align = if segment.p_align == 8 { 8 } else { 4 };
        let mut rest = bytes;
        while let Some(note) = Note::first_of(rest, order, align) {
            if note.kind == DLOPEN_TYPE && note.owner == DLOPEN_OWNER {
                notes.dlopen.extend(entries(note.description));
            }
            if note.kind == PROPERTY_TYPE && note.owner == b"GNU\0" {
                notes.cpu_level = notes.cpu_level.max(cpu_level(note.description, order, align));
            }
            notes.system = notes.system.or_else(|| system_of(&note, order));
            rest = note.rest;
        }
    }
    notes
}

/// Level of x86-64 that the properties of an object need: the highest that is marked.
fn cpu_level(properties: &[u8], order: scroll::Endian, align: usize) -> u8 {
    let mut rest = properties;
    let mut level = 0;
    while let (Ok(kind), Ok(size)) = (rest.pread_with::<u32>(0, order), rest.pread_with::<u32>(4, order)) {
        if kind == X86_ISA_NEEDED
            && let Ok(levels) = rest.pread_with::<u32>(8, order)
        {
            // One bit for each level, the lowest for the baseline.
            level = level.max(u8::try_from(u32::BITS - levels.leading_zeros()).unwrap_or_default());
        }
        let next = (size as usize).checked_add(8).and_then(|next| next.checked_next_multiple_of(align));
        rest = next.and_then(|next| rest.get(next..)).unwrap_or_default();
    }
    level
}

/// System that a note marks its file for.
fn system_of(note: &Note<'_>, order: scroll::Endian) -> Option<System> {
    if note.kind != SYSTEM_TYPE {
        return None;
    }
    match note.owner {
        b"Android\0" => Some(System::Android),
        b"FreeBSD\0" => Some(System::FreeBsd),
        b"NetBSD\0" => Some(System::NetBsd),
        b"OpenBSD\0" => Some(System::OpenBsd),
        b"DragonFly\0" => Some(System::DragonFly),
        // The ABI tag of the GNU tools states the kernel.
        b"GNU\0" => match note.description.pread_with::<u32>(0, order).ok()? {
            1 => Some(System::Hurd),
            2 => Some(System::Solaris),
            3 => Some(System::FreeBsd),
            _ => None,
        },
        _ => None,
    }
}

/// One note of a segment, and the bytes that follow it.
struct Note<'bytes> {
    kind: u32,
    owner: &'bytes [u8],
    description: &'bytes [u8],
    rest: &'bytes [u8],
}

impl<'bytes> Note<'bytes> {
    fn first_of(bytes: &'bytes [u8], order: scroll::Endian, align: usize) -> Option<Self> {
        let owner_bytes = bytes.pread_with::<u32>(0, order).ok()? as usize;
        let description_bytes = bytes.pread_with::<u32>(4, order).ok()? as usize;
        let owner_end = 12_usize.checked_add(owner_bytes)?;
        let start = owner_end.checked_next_multiple_of(align)?;
        let end = start.checked_add(description_bytes)?;
        Some(Self {
            kind: bytes.pread_with::<u32>(8, order).ok()?,
            owner: bytes.get(12..owner_end)?,
            description: bytes.get(start..end)?,
            rest: bytes.get(end.checked_next_multiple_of(align)?..).unwrap_or_default(),
        })
    }
}

fn entries(description: &[u8]) -> Vec<DlopenNote> {
    let json = description.split(|&byte| byte == 0).next().unwrap_or_default();
    let entries: Vec<NoteEntry> = serde_json::from_slice(json).unwrap_or_default();
    entries
        .into_iter()
        .map(|entry| DlopenNote {
            sonames: entry.soname.into_iter().map(Soname::new).collect(),
            feature: entry.feature,
            priority: entry.priority,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(kind: u32, owner: &[u8], description: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in [owner.len() as u32, description.len() as u32, kind] {
            bytes.extend(word.to_le_bytes());
        }
        for part in [owner, description] {
            bytes.extend(part);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }

    #[test]
    fn a_dlopen_note_among_others_is_found_by_type_and_owner() {
        let json = br#"[{"soname":["libbpf.so.1","libbpf.so.0"],"feature":"bpf","priority":"suggested"},{"soname":["libz.so.1"]}]"#;
        let bytes = [note(3, b"GNU\0", &[1, 2, 3]), note(DLOPEN_TYPE, DLOPEN_OWNER, json)].concat();
        let first = Note::first_of(&bytes, scroll::LE, 4).expect("a first note");
        assert_eq!(first.owner, b"GNU\0");
        let second = Note::first_of(first.rest, scroll::LE, 4).expect("a second note");
        assert_eq!((second.kind, second.rest), (DLOPEN_TYPE, &b""[..]));
        let found = entries(second.description);
        assert_eq!(found[0].sonames, [Soname::new("libbpf.so.1"), Soname::new("libbpf.so.0")]);
        assert_eq!(found[0].priority, Grade::Suggested);
        assert_eq!(found[1].priority, Grade::Recommended);
    }

    #[test]
    fn systems_by_the_owner_of_a_note() {
        let system = |kind: u32, owner: &[u8], description: &[u8]| {
            let bytes = note(kind, owner, description);
            system_of(&Note::first_of(&bytes, scroll::LE, 4).expect("a note"), scroll::LE)
        };
        assert_eq!(system(1, b"Android\0", &[21, 0, 0, 0]), Some(System::Android));
        assert_eq!(system(1, b"OpenBSD\0", &[0; 4]), Some(System::OpenBsd));
        assert_eq!(system(1, b"GNU\0", &[0; 16]), None);
        assert_eq!(system(1, b"GNU\0", &[3, 0, 0, 0]), Some(System::FreeBsd));
        assert_eq!(system(3, b"GNU\0", &[1, 0, 0, 0]), None, "a build ID");
    }

    #[test]
    fn a_note_longer_than_its_segment_ends_the_list() {
        let mut bytes = note(DLOPEN_TYPE, DLOPEN_OWNER, b"[]");
        bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(Note::first_of(&bytes, scroll::LE, 4).is_none());
        assert!(entries(b"{ not json").is_empty());
    }
}
