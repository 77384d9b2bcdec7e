//! Plans for the tests of the formats.

use crate::solve::plan::sample::{file, link, package, sample_plan};
use crate::solve::plan::{LinkOrigin, Plan, TakenFile, TakenKind};
use crate::vocabulary::PackageName;

/// Archive of the sample's main suite.
pub(super) const SNAPSHOT: &str = "https://snapshot.debian.org/archive/debian/20260818T205150Z";
/// Archive of its security updates.
pub(super) const SECURITY: &str = "https://snapshot.debian.org/archive/debian-security/20260818T205150Z";

/// Returns the sample Plan, with links of update-alternatives and a package of another suite.
pub(super) fn plan() -> Plan {
    let mut plan = sample_plan();
    let mut blas = package("libblas3", "3.11.0-2", 5, true);
    blas.source = "lapack".to_owned();
    blas.needs = vec![PackageName::new("libssl3")];
    blas.files = vec![
        alternative(
            "/etc/alternatives/libblas.so.3-x86_64-linux-gnu",
            "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3",
        ),
        link("/usr/lib/x86_64-linux-gnu/blas/libblas.so.3", "libblas.so.3.11.0"),
        file("/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0", 6),
        alternative(
            "/usr/lib/x86_64-linux-gnu/libblas.so.3",
            "/etc/alternatives/libblas.so.3-x86_64-linux-gnu",
        ),
    ];
    let mut ssl = package("libssl3", "3.0.20-1~deb12u2", 7, false);
    ssl.source = "openssl".to_owned();
    ssl.package.suite = "bookworm-security".to_owned();
    ssl.package.filename = "pool/updates/main/o/openssl/libssl3_3.0.20-1~deb12u2_amd64.deb".to_owned();
    ssl.urls = vec![format!("{SECURITY}/{}", ssl.package.filename)];
    ssl.needs = vec![PackageName::new("libgmp10")];
    ssl.files = vec![file("/usr/lib/x86_64-linux-gnu/libssl.so.3", 8)];
    plan.packages.extend([blas, ssl]);
    plan.packages.sort_by(|one, other| one.package.name.cmp(&other.package.name));
    plan
}

/// Returns the sample Plan without base and packages.
pub(super) fn empty_plan() -> Plan {
    Plan {
        base: None,
        libraries: Vec::new(),
        packages: Vec::new(),
        included: Vec::new(),
        problems: Vec::new(),
        ..plan()
    }
}

/// Returns the sample Plan with paths and a link target that try to break out of quotes.
pub(super) fn hostile_plan() -> Plan {
    let mut plan = plan();
    let (path, target) = ("/usr/lib/a'b\"c$(id)`id`\\ #x: {y}, [z]=%\u{e9}", "../-t'\"$(id)`\\ #: ${BASE}");
    plan.packages[0].files = vec![file("/usr/lib/- 'b\"$(id)`\\", 6), alternative(path, target)];
    plan
}

fn alternative(path: &str, target: &str) -> TakenFile {
    let TakenFile { path, kind } = link(path, target);
    match kind {
        TakenKind::Link { target, .. } => {
            TakenFile { path, kind: TakenKind::Link { target, origin: LinkOrigin::Alternatives } }
        }
        file @ TakenKind::File { .. } => TakenFile { path, kind: file },
    }
}
