//! .debs as nobody should make them: each is an error or a finding, none makes the reader panic, write or take
//! memory that its size does not explain. And .debs in every form that dpkg takes, which are all read alike.

use std::collections::BTreeSet;
use std::io::Write;

use flate2::write::GzEncoder;
use proptest::prelude::*;
use sodeb::elf::MAGIC;
use sodeb::tree::inventory::{Content, Deb, DebError, EntryKind, read_deb};
use tar::EntryType;
use xz2::stream::{LzmaOptions, Stream};
use xz2::write::XzEncoder;

const CONTROL: &str = "Package: sample\nVersion: 1.0-1\nArchitecture: amd64\nDescription: first\n second\n";

/// One member of a tar archive, its name and target as they stand.
struct Member {
    path: Vec<u8>,
    kind: EntryType,
    target: Vec<u8>,
    content: Vec<u8>,
}

fn member(path: &str, kind: EntryType, target: &str) -> Member {
    Member { path: path.into(), kind, target: target.into(), content: Vec::new() }
}

fn file(path: &str, content: &[u8]) -> Member {
    Member { content: content.to_vec(), ..member(path, EntryType::Regular, "") }
}

/// A header whose fields are set as bytes: the `tar` crate would not write what some of these hold.
fn header(member: &Member, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    let fields = header.as_gnu_mut().expect("is GNU's");
    fields.name[..member.path.len()].copy_from_slice(&member.path);
    fields.linkname[..member.target.len()].copy_from_slice(&member.target);
    header.set_entry_type(member.kind);
    header.set_mode(0o644);
    header.set_size(size);
    header.set_cksum();
    header
}

fn tar(members: &[Member]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for member in members {
        let header = header(member, member.content.len() as u64);
        builder.append(&header, member.content.as_slice()).expect("memory writes");
    }
    builder.into_inner().expect("memory writes")
}

fn ar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let header = ar::Header::new(name.as_bytes().to_vec(), bytes.len() as u64);
        builder.append(&header, *bytes).expect("memory writes");
    }
    builder.into_inner().expect("memory writes")
}

fn control() -> Vec<u8> {
    tar(&[file("./control", CONTROL.as_bytes()), file("./postinst", b"#!/bin/sh\n")])
}

/// A .deb with these members in its data.tar.
fn deb(members: &[Member]) -> Vec<u8> {
    ar(&[("debian-binary", b"2.0\n"), ("control.tar", &control()), ("data.tar", &tar(members))])
}

#[track_caller]
fn read(bytes: &[u8]) -> Deb {
    read_deb(bytes).expect("is read")
}

#[track_caller]
fn error_of(bytes: &[u8]) -> String {
    read_deb(bytes).expect_err("is no .deb").to_string()
}

fn paths(deb: &Deb) -> Vec<String> {
    deb.inventory.entries().iter().map(|entry| entry.path.to_string()).collect()
}

fn compressed(ending: &str, bytes: &[u8]) -> Vec<u8> {
    let with = |stream: Stream| {
        let mut encoder = XzEncoder::new_stream(Vec::new(), stream);
        encoder.write_all(bytes).expect("memory writes");
        encoder.finish().expect("memory writes")
    };
    match ending {
        "" => bytes.to_vec(),
        ".gz" => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).expect("memory writes");
            encoder.finish().expect("memory writes")
        }
        ".bz2" => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(bytes).expect("memory writes");
            encoder.finish().expect("memory writes")
        }
        ".zst" => zstd::encode_all(bytes, 1).expect("memory writes"),
        ".xz" => with(Stream::new_easy_encoder(1, xz2::stream::Check::Crc64).expect("is set up")),
        ".lzma" => {
            let options = LzmaOptions::new_preset(1).expect("is known");
            with(Stream::new_lzma_encoder(&options).expect("is set up"))
        }
        _ => unreachable!("an ending of this test"),
    }
}

#[test]
fn each_compression_is_read_alike() {
    let data = tar(&[file("./usr/share/x", b"content"), member("./usr/share/y", EntryType::Symlink, "x")]);
    for ending in ["", ".gz", ".xz", ".zst", ".bz2", ".lzma"] {
        let (control, data) = (compressed(ending, &control()), compressed(ending, &data));
        let deb = read(&ar(&[
            ("debian-binary", b"2.0\n"),
            (&format!("control.tar{ending}"), &control),
            (&format!("data.tar{ending}"), &data),
        ]));
        assert_eq!(
            (deb.field("package"), deb.field("Description")),
            (Some("sample"), Some("first\n second"))
        );
        assert_eq!(deb.scripts["postinst"], b"#!/bin/sh\n");
        assert_eq!(paths(&deb), ["usr/share/x", "usr/share/y"], "{ending}");
        let x = deb.file("usr/share/x").expect("is there");
        // printf content | sha256sum
        let digest = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73";
        assert_eq!((x.size_bytes, x.permissions.mode, x.sha256.to_string().as_str()), (7, 0o644, digest));
    }
}

#[test]
fn names_that_lead_out_are_findings() {
    let names = ["/etc/absolute", "../up", "./usr/../../up", "usr//empty", "usr/./dot"];
    let mut members: Vec<Member> = names.iter().map(|name| file(name, b"x")).collect();
    members.push(file("./usr/good", b"x"));
    let deb = read(&deb(&members));
    assert_eq!(paths(&deb), ["usr/good"]);
    let findings = deb.inventory.diagnostics();
    let refused: BTreeSet<String> = findings.iter().map(|finding| finding.path.to_string()).collect();
    assert_eq!(refused, names.map(str::to_owned).into());
}

#[test]
fn devices_and_pipes_are_no_files() {
    let kinds = [EntryType::Char, EntryType::Block, EntryType::Fifo];
    let members: Vec<Member> = kinds.iter().map(|kind| member("./dev/x", *kind, "")).collect();
    let deb = read(&deb(&members));
    assert!(matches!(deb.inventory.entries()[0].kind, EntryKind::Special));
    assert!(deb.file("dev/x").is_none());
}

#[test]
fn a_hard_link_is_its_file_and_leads_nowhere_else() {
    let deb = read(&deb(&[
        file("./usr/one", b"x"),
        member("./usr/two", EntryType::Link, "./usr/one"),
        member("./usr/later", EntryType::Link, "./usr/three"),
        file("./usr/three", b"x"),
        member("./usr/out", EntryType::Link, "../../etc/shadow"),
    ]));
    assert_eq!(paths(&deb), ["usr/one", "usr/three", "usr/two"]);
    assert_eq!(deb.file("usr/one").map(|file| file.sha256), deb.file("usr/two").map(|file| file.sha256));
    assert_eq!(deb.inventory.diagnostics().len(), 2);
}

#[test]
fn of_two_members_with_one_path_the_later_counts() {
    let deb = read(&deb(&[file("./usr/x", b"first"), file("usr/x", b"second one")]));
    assert_eq!(deb.file("usr/x").map(|file| file.size_bytes), Some(10));
    assert_eq!(deb.files.len(), 1);
}

#[test]
fn a_broken_object_is_a_finding_of_its_own() {
    let deb = read(&deb(&[file("./usr/lib/x.so", &[&MAGIC[..], &[2, 1, 1], &[0xff; 90]].concat())]));
    assert!(matches!(deb.inventory.entries()[0].content(), Some(Content::Malformed(_))), "{deb:?}");
}

#[test]
fn what_is_no_deb_is_told() {
    let (control, data) = (control(), tar(&[]));
    let binary: (&str, &[u8]) = ("debian-binary", b"2.0\n");
    for (bytes, expected) in [
        (Vec::new(), "members"),
        (b"a text".to_vec(), "members"),
        (b"!<arch>\n".to_vec(), "debian-binary must be"),
        (ar(&[("other", b"2.0\n")]), "other where debian-binary must be"),
        (ar(&[("debian-binary", b"3.0\n"), ("control.tar", &control)]), "\"3.0\" and not 2.0"),
        (ar(&[("debian-binary", b"\xff\xff")]), "debian-binary"),
        (ar(&[binary]), "nothing where control.tar must be"),
        (ar(&[binary, ("control.tar", &control)]), "nothing where data.tar must be"),
        (ar(&[binary, ("data.tar", &data), ("control.tar", &control)]), "data.tar where control.tar must be"),
        (ar(&[binary, ("control.tar.zip", &control)]), "control.tar.zip"),
        (ar(&[binary, ("control.tar.xz", &control)]), "control.tar.xz"),
        (ar(&[binary, ("control.tar", &data), ("data.tar", &data)]), "it has no file control"),
        (ar(&[binary, ("control.tar", &control), ("data.tar", &[0x20; 700])]), "data.tar"),
        (ar(&[binary, ("a name of more than sixteen", b"")]), "which no .deb has"),
    ] {
        let said = error_of(&bytes);
        assert!(said.contains(expected), "{said} / {expected}");
    }
}

#[test]
fn a_member_of_another_programs_is_passed_over() {
    let deb = ar(&[
        ("debian-binary", b"2.1\nmore\n"),
        ("_gpgorigin", b"anything"),
        ("control.tar", &control()),
        ("_other", b"anything"),
        ("data.tar", &tar(&[file("./x", b"")])),
        ("after", b"anything"),
    ]);
    assert_eq!(paths(&read(&deb)), ["x"]);
}

#[test]
fn an_end_that_comes_too_soon_is_an_error() {
    let content: Vec<u8> = (0..9000u32).map(|byte| (byte * 31 % 251) as u8).collect();
    let data = compressed(".xz", &tar(&[file("./usr/x", &content), file("./usr/y", &content)]));
    let whole = ar(&[("debian-binary", b"2.0\n"), ("control.tar", &control()), ("data.tar.xz", &data)]);
    for length in (0..whole.len() - 1).step_by(37) {
        assert!(read_deb(&whole[..length]).is_err(), "cut at {length} of {}", whole.len());
    }
}

#[test]
fn a_control_archive_that_inflates_without_end_is_an_error() {
    // 200 MiB of nothing; control.tar may come to 64.
    let bomb = tar(&[file("./control", &vec![0; 200 << 20])]);
    for ending in [".gz", ".zst"] {
        let said = error_of(&ar(&[
            ("debian-binary", b"2.0\n"),
            (&format!("control.tar{ending}"), &compressed(ending, &bomb)),
        ]));
        assert!(said.contains("67108864 bytes allowed"), "{said}");
    }
}

#[test]
fn a_member_that_claims_a_giant_size_is_an_error() {
    let mut data = Vec::new();
    data.extend(header(&file("./usr/lib/x.so", b""), u64::MAX >> 1).as_bytes());
    data.extend(MAGIC);
    let said =
        error_of(&ar(&[("debian-binary", b"2.0\n"), ("control.tar", &control()), ("data.tar", &data)]));
    assert!(said.contains("data.tar"), "{said}");
}

#[test]
fn an_lzma_stream_that_asks_for_much_memory_is_an_error() {
    let mut data = compressed(".lzma", &tar(&[file("./x", b"")]));
    // The size of the dictionary, which the decoder would allocate.
    data[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
    let said =
        error_of(&ar(&[("debian-binary", b"2.0\n"), ("control.tar", &control()), ("data.tar.lzma", &data)]));
    assert!(said.contains("data.tar.lzma"), "{said}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn changed_bytes_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..9)) {
        let mut bytes = deb(&[
            file("./usr/lib/x.so", &[&MAGIC[..], &[2, 1, 1, 0]].concat()),
            member("./usr/lib/y.so", EntryType::Symlink, "x.so"),
            member("./usr/lib/z.so", EntryType::Link, "./usr/lib/x.so"),
            member("long", EntryType::GNULongName, ""),
        ]);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        match read_deb(bytes.as_slice()) {
            Ok(deb) => prop_assert!(deb.inventory.entries().len() <= 4),
            Err(error @ (DebError::Archive(_) | DebError::Member { .. } | DebError::Version(_) | DebError::Unexpected { .. })) => {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}
