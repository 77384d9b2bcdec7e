//! Bytes that somebody has tampered with: whatever a file claims, reading it neither panics nor takes memory
//! that its size does not explain.

use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use proptest::collection::vec;
use proptest::prelude::*;
use sodeb::elf::{self, ElfFacts};
use sodeb::loader::LdSoCache;

use crate::support::fixture::{Fixture, library, program};

/// Values at which arithmetic on sizes and offsets goes wrong.
const EXTREMES: [u64; 10] = [
    0,
    1,
    0x7f,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    1 << 32,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_fff0,
];

/// What the dynamic segment of the objects below holds beside what every library has.
const PROBES: [&str; 2] = ["f_*", "nothing"];

/// A library with every table that is read: needs, search paths, versions needed and defined, symbols.
fn sound_object() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let fixture = Fixture::empty();
        let script = fixture.scratch_file("versions.map", "V1 { global: f_*; };\n");
        let version_script = format!("-Wl,--version-script,{}", script.display());
        let source = "int f_one(void) { return 1; }\nint f_two(void) { return 2; }\n";
        fixture.build(library("/libv.so.1").source(source).flag(&version_script));
        let other = fixture.host("/libv.so.1");
        let source = "int f_one(void);\nint f_three(void) { return f_one(); }\n";
        let object =
            library("/libx.so.1").needs("liba.so.1").needs("libb.so.1").rpath_and_runpath("/a", "$ORIGIN");
        fixture
            .build(object.source(source).flag(&version_script).flag(other.to_str().expect("a plain name")));
        fs::read(fixture.host("/libx.so.1")).expect("the library is read")
    })
}

/// What was kept of a file, in bytes: every string and list.
fn kept_bytes(facts: &ElfFacts) -> usize {
    let sonames = facts.needed.iter().chain(&facts.soname).map(|soname| soname.as_bytes().len());
    let lists = facts.rpath.iter().chain(&facts.runpath).chain(&facts.interpreter).map(|list| list.len());
    let versions =
        facts.version_needs.iter().flat_map(|need| &need.versions).map(|version| version.name.len());
    let definitions = facts.version_definitions.iter().map(|name| name.len());
    sonames.chain(lists).chain(versions).chain(definitions).sum()
}

fn probes() -> Vec<String> {
    PROBES.iter().map(ToString::to_string).collect()
}

/// A change to a file.
#[derive(Clone, Debug)]
enum Tampering {
    Byte(usize, u8),
    Extreme(usize, u64),
    Cut(usize),
}

fn tampering() -> impl Strategy<Value = Tampering> {
    let extreme = proptest::sample::select(EXTREMES.as_slice());
    prop_oneof![
        4 => (any::<usize>(), any::<u8>()).prop_map(|(place, byte)| Tampering::Byte(place, byte)),
        4 => (any::<usize>(), extreme).prop_map(|(place, value)| Tampering::Extreme(place, value)),
        1 => any::<usize>().prop_map(Tampering::Cut),
    ]
}

/// Applies changes; most fall on the file header, the program headers and the dynamic segment's tables.
fn tampered(bytes: &[u8], changes: &[Tampering]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        match change {
            Tampering::Byte(place, byte) => {
                let place = place % bytes.len();
                bytes[place] = *byte;
            }
            Tampering::Extreme(place, value) => {
                let place = place % bytes.len() / 8 * 8;
                let end = bytes.len().min(place + 8);
                bytes[place..end].copy_from_slice(&value.to_le_bytes()[..end - place]);
            }
            Tampering::Cut(length) => bytes.truncate(length % (bytes.len() + 1)),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tampered_object_is_read_or_refused(changes in vec(tampering(), 1..12)) {
        let bytes = tampered(sound_object(), &changes);
        if let Ok(facts) = elf::read(bytes.as_slice(), &probes()) {
            prop_assert!(kept_bytes(&facts) <= 64 * bytes.len(), "{} bytes kept", kept_bytes(&facts));
        }
    }

    #[test]
    fn any_bytes_behind_the_magic_are_read_or_refused(rest in vec(any::<u8>(), 0..4096)) {
        let bytes = [&elf::MAGIC[..], &[2, 1, 1], &rest].concat();
        if let Ok(facts) = elf::read(bytes.as_slice(), &probes()) {
            prop_assert!(kept_bytes(&facts) <= 64 * bytes.len());
        }
    }

    #[test]
    fn any_bytes_behind_its_magic_are_a_cache_or_none(rest in vec(any::<u8>(), 0..1024)) {
        // Neither outcome is wrong; none may panic.
        let _ = LdSoCache::parse(&[b"glibc-ld.so.cache1.1", rest.as_slice()].concat());
    }
}

#[test]
fn sound_object_is_read() {
    let facts = elf::read(sound_object(), &probes()).expect("a sound object");
    let needed: Vec<_> = facts.needed.iter().map(|soname| soname.to_string()).collect();
    assert_eq!(needed, ["liba.so.1", "libb.so.1", "libv.so.1"]);
    assert_eq!(facts.soname.map(|soname| soname.to_string()).as_deref(), Some("libx.so.1"));
    assert_eq!(facts.version_definitions, ["V1"]);
    assert_eq!(facts.version_needs[0].versions[0].name, "V1");
    assert!(facts.rpath.is_some() && facts.runpath.is_some());
}

#[test]
fn every_cut_of_an_object_is_read_or_refused() {
    let bytes = sound_object();
    for length in 0..bytes.len() {
        let _ = elf::read(&bytes[..length], &probes());
    }
}

/// The header of a 64-bit library with this many program headers behind it.
fn header(segments: u16) -> Vec<u8> {
    let mut bytes = elf::MAGIC.to_vec();
    // EI_CLASS, EI_DATA, EI_VERSION and padding; e_type, e_machine, e_version; e_entry, e_phoff, e_shoff;
    // e_flags, e_ehsize, e_phentsize, e_phnum and no sections.
    bytes.extend([2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend([3, 0, 62, 0, 1, 0, 0, 0]);
    bytes.extend([0, 64, 0].map(u64::to_le_bytes).concat());
    bytes.extend([0, 0, 64, 56, segments, 64, 0, 0].map(u16::to_le_bytes).concat());
    bytes
}

/// The program header of a part of the file that is loaded at its own offset.
fn segment(kind: u32, at: usize, size: usize) -> Vec<u8> {
    let (at, size) = (at as u64, size as u64);
    let words = [at, at, at, size, size, 4].map(u64::to_le_bytes);
    [[kind, 4].map(u32::to_le_bytes).concat(), words.concat()].concat()
}

/// A file with needs of one name.
fn object_that_needs(name: &str, count: usize) -> Vec<u8> {
    const NEEDED: u64 = 1;
    const STRTAB: u64 = 5;
    const STRSZ: u64 = 10;
    let (dynamic_at, dynamic_bytes) = (64 + 2 * 56, 16 * (count + 2));
    let names_at = dynamic_at + dynamic_bytes;
    let mut bytes = header(2);
    bytes.extend(segment(1, 0, names_at + name.len() + 1));
    bytes.extend(segment(2, dynamic_at, dynamic_bytes));
    let tables = [(STRTAB, names_at as u64), (STRSZ, name.len() as u64 + 1)];
    for (tag, value) in tables.into_iter().chain(std::iter::repeat_n((NEEDED, 0), count)) {
        bytes.extend([tag, value].map(u64::to_le_bytes).concat());
    }
    bytes.extend(name.bytes().chain([0]));
    bytes
}

/// 16,000 needs of one name of 60,000 bytes: a gigabyte in memory, if each were kept.
#[test]
fn many_needs_of_one_long_name_are_refused() {
    let name = "a".repeat(60_000);
    let few = elf::read(object_that_needs(&name, 3).as_slice(), &[]).expect("three needs are sound");
    assert_eq!(few.needed.iter().map(|soname| soname.as_bytes().len()).sum::<usize>(), 180_000);
    let refusal = elf::read(object_that_needs(&name, 16_000).as_slice(), &[]).expect_err("16,000 are not");
    assert!(refusal.to_string().contains("names"), "{refusal}");
}

/// 60,000 program headers that all lead to one note of 4,000 entries.
#[test]
fn many_segments_of_one_note_are_not_all_kept() {
    const DLOPEN_NOTE: u32 = 0x407c_0c0a;
    let json = format!("[{}]", ["{\"soname\":[]}"; 4_000].join(","));
    let note = [
        [4, json.len() as u32, DLOPEN_NOTE].map(u32::to_le_bytes).concat(),
        b"FDO\0".to_vec(),
        json.into_bytes(),
    ]
    .concat();
    let with = |count: u16| {
        let at = 64 + 56 * usize::from(count);
        let segments = segment(4, at, note.len()).repeat(count.into());
        elf::read([header(count), segments, note.clone()].concat().as_slice(), &[]).expect("a sound header")
    };
    assert_eq!(with(1).dlopen_notes.len(), 4_000);
    assert_eq!(with(60_000).dlopen_notes.len(), 4_000);
}

/// Many entries of a cache may share one long name; a name that is no path ends the reading.
#[test]
fn cache_with_a_name_that_is_no_path_is_refused() {
    let count = 10_000_u32;
    let names_at = 48 + 24 * count;
    let mut bytes = b"glibc-ld.so.cache1.1".to_vec();
    bytes.extend([count, 100_000, 2, 0, 0, 0, 0].map(u32::to_le_bytes).concat());
    bytes.extend([0x0303, names_at, names_at, 0, 0, 0].map(u32::to_le_bytes).concat().repeat(count as usize));
    bytes.extend([b'a'; 100_000].into_iter().chain([0]));
    let refusal = LdSoCache::parse(&bytes).expect_err("no path is that long");
    assert!(refusal.to_string().contains("name"), "{refusal}");
}

/// Every eight bytes of an object replaced by every extreme, one at a time: three thousand files, read by the
/// program within a fixed address space.
#[test]
fn tree_of_hostile_files_is_read_in_bounded_memory() {
    const ADDRESS_SPACE_KIB: &str = "2000000";
    let fixture = Fixture::new();
    fixture.build(program("/app/good"));
    let sound = sound_object();
    for place in (0..1024.min(sound.len() - 8)).step_by(8) {
        for (index, value) in EXTREMES.iter().enumerate() {
            let bytes = tampered(sound, &[Tampering::Extreme(place, *value)]);
            fs::write(fixture.host(&format!("/app/{place}-{index}.so")), bytes).expect("the file is written");
        }
    }
    let root = fixture.root();
    let output = Command::new("sh")
        .args(["-c", "ulimit -v \"$1\"; shift; exec \"$@\"", "sh", ADDRESS_SPACE_KIB])
        .arg(env!("CARGO_BIN_EXE_sodeb"))
        .args(["tree", "--format", "json", "--base"])
        .args([root.as_os_str(), root.join("app").as_os_str()])
        .output()
        .expect("sodeb runs");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "an answer with bad news, no end: {message}");
    assert!(!message.contains("panicked"), "{message}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a whole answer");
    let objects = json["objects"].as_array().expect("a list of objects");
    assert!(objects.iter().any(|object| object["path"] == "/app/good"), "the good one is among them");
    assert!(message.contains("malformed"), "what could not be read is told");
}
