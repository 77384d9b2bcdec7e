//! A small Plan for tests: gmpy2's venv on a base, put on Debian 12.

use bstr::BString;

use super::{
    BaseObject, Comparison, LinkOrigin, LockOptions, NeedKind, OptionName, PackageChoice, PackageTotals,
    Plan, PlannedApp, PlannedBase, PlannedLibrary, PlannedPackage, TakenFile, TakenKind, UndeclaredLoad,
    UnusedDependencies,
};
use crate::app::AppKind;
use crate::debian::archive::IndexOrigin;
use crate::debian::catalog::{IndexKind, Package, Provenance};
use crate::debian::inclusions::{FileSet as IncludedFiles, Inclusion, Pattern};
use crate::solve::resolve::{PackageProblem, Problem};
use crate::vocabulary::{
    Architecture, ChoiceReason, Distribution, PackageName, Release, RootedPath, Sha256Digest, Soname, Target,
};

const EXTENSION: &str = "/venv/lib/python3.11/site-packages/gmpy2/gmpy2.cpython-311-x86_64-linux-gnu.so";

/// A digest of one repeated byte.
pub(crate) fn digest(byte: u8) -> Sha256Digest {
    Sha256Digest([byte; 32])
}

/// The Plan: two packages, one library that the tree needs and one that a package needs, a link, a problem.
pub(crate) fn sample_plan() -> Plan {
    let library = |soname: &str, package: &str, path: &str, by: &str, direct| PlannedLibrary {
        soname: Soname::new(soname),
        need: NeedKind::Needed,
        package: PackageName::new(package),
        path: RootedPath::new(path),
        needed_by: vec![RootedPath::new(by)],
        direct,
    };
    let (gmp, mpfr) =
        ("/usr/lib/x86_64-linux-gnu/libgmp.so.10", "/usr/lib/x86_64-linux-gnu/libmpfr.so.6.2.0");
    let mut libmpfr6 = package("libmpfr6", "4.2.0-1", 3, true);
    libmpfr6.needs = vec![PackageName::new("libgmp10")];
    libmpfr6.files = vec![link("/usr/lib/x86_64-linux-gnu/libmpfr.so.6", "libmpfr.so.6.2.0"), file(mpfr, 4)];
    let mut libgmp10 = package("libgmp10", "2:6.2.1+dfsg1-1.1", 1, false);
    libgmp10.choice = PackageChoice {
        reason: ChoiceReason::NamedForSoname,
        instead_of: vec![PackageName::new("libgmp-compat")],
    };
    libgmp10.files = vec![file(gmp, 2)];
    Plan {
        provenance: provenance(),
        snapshot: Some("20260818T205150Z".to_owned()),
        base: Some(base()),
        options: LockOptions::from([
            (OptionName::Prefer, vec![BString::from("libmpfr6")]),
            (OptionName::Release, vec![BString::from("bookworm")]),
        ]),
        apps: vec![PlannedApp {
            path: Some(BString::from("build/venv")),
            at: RootedPath::new("/venv"),
            kind: AppKind::Venv,
            objects: 1,
        }],
        libraries: vec![
            library("libgmp.so.10", "libgmp10", gmp, mpfr, false),
            library("libmpfr.so.6", "libmpfr6", "/lib/x86_64-linux-gnu/libmpfr.so.6", EXTENSION, true),
        ],
        packages: vec![libgmp10, libmpfr6],
        included: vec![Inclusion {
            package: PackageName::new("libmpfr6"),
            extent: IncludedFiles::Files(vec![
                Pattern::new("/usr/lib/*/libmpfr.so.6").expect("is a pattern"),
            ]),
            reason: "requested by --include".to_owned(),
        }],
        problems: vec![Problem::new(
            PackageProblem::Unresolved,
            RootedPath::new(EXTENSION),
            "no package has libnowhere.so.1".to_owned(),
        )],
    }
}

fn base() -> PlannedBase {
    let libc = RootedPath::new("/usr/lib/x86_64-linux-gnu/libc.so.6");
    PlannedBase {
        name: BString::from("./base"),
        release: Some(Release::new("bookworm")),
        digest: digest(9),
        objects: vec![BaseObject { path: libc, sha256: digest(8) }],
    }
}

fn provenance() -> Provenance {
    let date = "2026-08-18T20:51:50Z".parse().expect("is a date");
    Provenance {
        origin: Some(IndexOrigin {
            origin: "Debian".to_owned(),
            label: "Debian".to_owned(),
            suite: "bookworm".to_owned(),
            mirror: None,
            is_given_mirror: false,
            keys: Vec::new(),
        }),
        target: Target {
            distribution: Distribution::Debian,
            release: Release::new("bookworm"),
            architecture: Architecture::Amd64,
        },
        index: IndexKind::Archive,
        date: Some(date),
        verified: true,
        sources: Vec::new(),
    }
}

/// A package without needs and files.
pub(crate) fn package(name: &str, version: &str, byte: u8, direct: bool) -> PlannedPackage {
    let file_version = version.rsplit(':').next().unwrap_or_default();
    let filename = format!("pool/main/{name}/{name}_{file_version}_amd64.deb");
    PlannedPackage {
        urls: vec![format!("https://snapshot.debian.org/archive/debian/20260818T205150Z/{filename}")],
        package: Package {
            name: PackageName::new(name),
            version: version.to_owned(),
            architecture: "amd64".to_owned(),
            suite: "bookworm".to_owned(),
            section: "libs".to_owned(),
            filename,
            sha256: Some(digest(byte)),
            size_bytes: 562_000,
            installed_size_kib: 923,
            provides_sonames: Vec::new(),
        },
        source: name.trim_end_matches(|last: char| last.is_ascii_digit()).to_owned(),
        direct,
        choice: PackageChoice { reason: ChoiceReason::Only, instead_of: Vec::new() },
        needs: Vec::new(),
        files: Vec::new(),
    }
}

/// A file to take.
pub(crate) fn file(path: &str, byte: u8) -> TakenFile {
    let kind = TakenKind::File { sha256: digest(byte), size_bytes: 530_424, mode: 0o644 };
    TakenFile { path: RootedPath::new(path), kind }
}

/// A link to take.
pub(crate) fn link(path: &str, target: &str) -> TakenFile {
    let kind = TakenKind::Link { target: BString::from(target), origin: LinkOrigin::Package };
    TakenFile { path: RootedPath::new(path), kind }
}

/// A comparison for [`sample_plan`].
pub(crate) fn sample_comparison() -> Comparison {
    let plan = sample_plan();
    Comparison {
        smaller: None,
        depends_closure: Some(PackageTotals {
            packages: 5,
            installed_size_kib: 16_384,
            debs_size_bytes: 5_242_880,
        }),
        elf_closure: plan.package_totals(),
        taken: plan.file_totals(),
        declared_never_loaded: vec![UnusedDependencies {
            package: PackageName::new("libmpfr6"),
            depends: vec![PackageName::new("libc6")],
        }],
        loaded_never_declared: vec![UndeclaredLoad {
            package: PackageName::new("libmpfr6"),
            soname: Soname::new("libgmp.so.10"),
            provider: PackageName::new("libgmp10"),
        }],
    }
}
