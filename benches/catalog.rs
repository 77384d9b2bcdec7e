//! Cost of the catalog: collecting the libraries of a Contents and the declarations of a Packages, each compared with
//! decompressing it alone; opening the embedded catalog and looking up a soname.
//!
//! `SODEB_BENCH_CONTENTS` names a real `Contents-amd64.gz` and `SODEB_BENCH_PACKAGES` a real `Packages.xz`; without
//! them the benchmark generates files of the same proportions.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{Read, Write as _};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use sodeb::debian::catalog::{Catalog, FileCatalog, TargetIndex, embedded_catalogs, look_up};
use sodeb::vocabulary::{Architecture, Distribution, Release, RootedPath, Soname, Target};
use xz2::read::XzDecoder;
use xz2::write::XzEncoder;

/// One of 28 lines in bookworm's Contents names a library.
const OTHER_LINES: usize = 27;
const MADE_UP_LIBRARIES: usize = 8_000;

fn bookworm() -> Target {
    Target {
        distribution: Distribution::Debian,
        release: Release::new("bookworm"),
        architecture: Architecture::Amd64,
    }
}

fn contents() -> Vec<u8> {
    if let Some(path) = std::env::var_os("SODEB_BENCH_CONTENTS") {
        return std::fs::read(path).expect("a readable Contents");
    }
    let mut text = String::new();
    for number in 0..MADE_UP_LIBRARIES {
        let _ =
            writeln!(text, "usr/lib/x86_64-linux-gnu/libnumber{number}.so.{number}  libs/libnumber{number}");
        for other in 0..OTHER_LINES {
            // Text that compresses about as well as real paths.
            let word = (number * OTHER_LINES + other).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let _ = writeln!(
                text,
                "usr/share/doc/number{number}/html/classes/{word:016x}.html  doc/number{number}-doc"
            );
        }
    }
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).expect("memory takes it")
}

/// One of four packages in bookworm's Packages has libraries.
const OTHER_PACKAGES: usize = 3;

fn packages() -> Vec<u8> {
    if let Some(path) = std::env::var_os("SODEB_BENCH_PACKAGES") {
        return std::fs::read(path).expect("a readable Packages");
    }
    let mut text = String::new();
    for number in 0..MADE_UP_LIBRARIES {
        for other in 0..=OTHER_PACKAGES {
            let word = (number * OTHER_PACKAGES + other).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let kind = if other == 0 { "lib" } else { "program" };
            let _ = writeln!(
                text,
                "Package: {kind}{}number{number}\nVersion: 1.{other}-{number}\nInstalled-Size: {number}\n\
                 Maintainer: Somebody <{word:016x}@example.org>\nArchitecture: amd64\n\
                 Depends: libc6 (>= 2.36), libnumber{} (>= 1.0), libnumber{} (>= 1.0) | program1number1\n\
                 Description: of {word:016x}\nSection: libs\nPriority: optional\n\
                 Filename: pool/main/n/number/{word:016x}.deb\nSize: {number}\n\
                 SHA256: {word:016x}{word:016x}{word:016x}{word:016x}\n",
                if other == 0 { String::new() } else { other.to_string() },
                number / 2,
                number / 3,
            );
        }
    }
    let mut encoder = XzEncoder::new(Vec::new(), 6);
    encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish()).expect("memory takes it")
}

fn read_all(mut decoder: impl Read) -> u64 {
    let mut buffer = vec![0; 256 << 10];
    let mut total = 0;
    loop {
        match decoder.read(&mut buffer).expect("is compressed") {
            0 => return total,
            count => total += count as u64,
        }
    }
}

fn collect(compressed: &[u8]) -> TargetIndex {
    let mut index = TargetIndex::new(bookworm());
    index.add_contents(MultiGzDecoder::new(compressed)).expect("is gzip");
    index
}

fn building(criterion: &mut Criterion) {
    let compressed = contents();
    let mut group = criterion.benchmark_group("contents");
    group.sample_size(10).throughput(Throughput::Bytes(read_all(MultiGzDecoder::new(&*compressed))));
    group
        .bench_function("decompress", |bencher| bencher.iter(|| read_all(MultiGzDecoder::new(&*compressed))));
    group.bench_function("collect", |bencher| bencher.iter(|| collect(&compressed)));
    group.finish();
    let packages = packages();
    let mut group = criterion.benchmark_group("packages");
    group.sample_size(10).throughput(Throughput::Bytes(read_all(XzDecoder::new(&*packages))));
    group.bench_function("decompress", |bencher| bencher.iter(|| read_all(XzDecoder::new(&*packages))));
    let add = |mut index: TargetIndex| {
        index.add_packages("bookworm", XzDecoder::new(&*packages)).expect("is xz");
        index
    };
    group.bench_function("collect", |bencher| {
        bencher.iter_batched(|| collect(&compressed), add, BatchSize::PerIteration);
    });
    group.finish();
}

fn open() -> FileCatalog {
    let catalogs = embedded_catalogs().expect("is whole");
    catalogs.into_iter().find(|catalog| catalog.provenance().target == bookworm()).expect("is compiled in")
}

fn answering(criterion: &mut Criterion) {
    let directories = ["/usr/lib/x86_64-linux-gnu", "/usr/lib"].map(RootedPath::new);
    let sonames = ["libgmp.so.10", "libmpc.so.3", "libmpfr.so.6"].map(Soname::new);
    let answer = |catalog: &FileCatalog| {
        for soname in &sonames {
            black_box(look_up(catalog, soname, &directories, &[]).expect("is whole"));
        }
    };
    criterion.bench_function("open", |bencher| bencher.iter(open));
    criterion.bench_function("open and look three up", |bencher| bencher.iter(|| answer(&open())));
    let catalog = open();
    criterion.bench_function("look three up again", |bencher| bencher.iter(|| answer(&catalog)));
}

criterion_group!(benches, building, answering);
criterion_main!(benches);
