//! The catalog's costs: collecting the libraries of a Contents beside plainly decompressing it, opening the
//! catalog that is compiled in, and looking a soname up in it.
//!
//! `SODEB_BENCH_CONTENTS` names a real `Contents-amd64.gz`; without it one of the same proportions is made up.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{Read, Write as _};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use sodeb::catalog::{Catalog, FileCatalog, TargetIndex, embedded_catalogs, look_up};
use sodeb::vocabulary::{Architecture, Distribution, Release, RootedPath, Soname, Target};

/// Of 28 lines in bookworm's Contents one names a library.
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
            // Something that does not compress to nothing.
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

fn inflate(compressed: &[u8]) -> u64 {
    let mut buffer = vec![0; 256 << 10];
    let mut decoder = MultiGzDecoder::new(compressed);
    let mut total = 0;
    loop {
        match decoder.read(&mut buffer).expect("is gzip") {
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
    group.sample_size(10).throughput(Throughput::Bytes(inflate(&compressed)));
    group.bench_function("decompress", |bencher| bencher.iter(|| inflate(&compressed)));
    group.bench_function("collect", |bencher| bencher.iter(|| collect(&compressed)));
    group.finish();
}

fn open() -> FileCatalog {
    let catalogs = embedded_catalogs().expect("is whole");
    catalogs.into_iter().find(|catalog| catalog.provenance().target == bookworm()).expect("is compiled in")
}

fn answering(criterion: &mut Criterion) {
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib"].map(RootedPath::new);
    let sonames = ["libgmp.so.10", "libmpc.so.3", "libmpfr.so.6"].map(Soname::new);
    let answer = |catalog: &FileCatalog| {
        for soname in &sonames {
            black_box(look_up(catalog, soname, &folders, &[]).expect("is whole"));
        }
    };
    criterion.bench_function("open", |bencher| bencher.iter(open));
    criterion.bench_function("open and look three up", |bencher| bencher.iter(|| answer(&open())));
    let catalog = open();
    criterion.bench_function("look three up again", |bencher| bencher.iter(|| answer(&catalog)));
}

criterion_group!(benches, building, answering);
criterion_main!(benches);
