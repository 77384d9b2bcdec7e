//! The catalog that is compiled in.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;
use sodeb::debian::catalog::{
    Catalog, CatalogFile, DependencyIndex, FileCatalog, IndexKind, LibraryQuery, NamePattern, PathPattern,
    Visibility, embedded_catalogs, find_libraries,
};
use sodeb::solve::closure::depends_closure;
use sodeb::vocabulary::{Architecture, ChoiceReason, PackageName};

use super::{ask, names, target};

const RELEASES: [&str; 3] = ["bullseye", "bookworm", "trixie"];
const ARCHITECTURES: [Architecture; 2] = [Architecture::Amd64, Architecture::Arm64];

static FILE: &[u8] = include_bytes!("../../../src/debian/catalog/embedded.catalog");

fn embedded(release: &str, architecture: Architecture) -> FileCatalog {
    let wanted = target(release, architecture);
    let found =
        embedded_catalogs().expect("is whole").into_iter().find(|it| it.provenance().target == wanted);
    found.expect("is compiled in")
}

#[test]
fn it_has_debians_releases_and_says_what_it_was_made_from() {
    for release in RELEASES {
        for architecture in ARCHITECTURES {
            let catalog = embedded(release, architecture);
            let provenance = catalog.provenance();
            assert_eq!(provenance.index, IndexKind::Embedded);
            let suites: Vec<_> = provenance.sources.iter().map(|source| source.suite.as_str()).collect();
            for suite in [release.to_owned(), format!("{release}-security")] {
                assert!(suites.contains(&suite.as_str()), "{suite}");
            }
            assert_eq!(provenance.date, provenance.sources.iter().map(|source| source.date).max());
            assert_eq!(provenance.verified, provenance.sources.iter().all(|source| source.verified));
            for source in &provenance.sources {
                assert_eq!(source.sha256.len(), 64, "{source:?}");
                assert!(
                    source.verified || source.file.contains("Contents"),
                    "only Contents may be unverified"
                );
            }
            let (libraries, packages) = catalog.counts();
            assert!(libraries > 30_000 && packages > 10_000, "{libraries} {packages}");
        }
    }
}

#[test]
fn it_is_small_enough_to_be_compiled_in() {
    assert!(FILE.len() < 2_700_000, "{} bytes", FILE.len());
}

#[test]
fn a_soname_is_answered_by_the_package_that_has_it() {
    for (soname, package) in
        [("libgmp.so.10", "libgmp10"), ("libmpc.so.3", "libmpc3"), ("libmpfr.so.6", "libmpfr6")]
    {
        for release in RELEASES {
            for architecture in ARCHITECTURES {
                let answer = ask(&embedded(release, architecture), soname, &[]);
                assert_eq!(names(&answer), [package], "{soname} in {release} on {architecture}");
                assert_eq!(answer.candidates[0].visibility, Visibility::OnPath);
            }
        }
    }
}

#[test]
fn libasound_resolves_to_the_real_package() {
    for (release, package) in
        [("bullseye", "libasound2"), ("bookworm", "libasound2"), ("trixie", "libasound2t64")]
    {
        let answer = ask(&embedded(release, Architecture::Amd64), "libasound.so.2", &[]);
        assert_eq!(names(&answer).first(), Some(&package), "{release}");
    }
}

#[test]
fn of_two_builds_of_qt_the_one_named_for_the_soname_is_preferred() {
    for (release, package) in [("bookworm", "libqt5gui5"), ("trixie", "libqt5gui5t64")] {
        let answer = ask(&embedded(release, Architecture::Amd64), "libQt5Gui.so.5", &[]);
        assert_eq!(names(&answer), [package, "libqt5gui5-gles"]);
        assert_eq!(answer.reason, Some(ChoiceReason::NamedForSoname));
    }
}

#[test]
fn never_a_dev_package_for_a_runtime_soname() {
    let bookworm = embedded("bookworm", Architecture::Amd64);
    let names = bookworm.file_names(b"lib", 3000).expect("is whole");
    assert_eq!(names.len(), 3000);
    for name in names {
        for candidate in ask(&bookworm, &name.to_string(), &[]).candidates {
            let package = candidate.package;
            assert!(!package.name.as_str().ends_with("-dev") && package.section != "libdevel", "{package:?}");
        }
    }
    let answer = ask(&bookworm, "libgmp.so", &[]);
    assert_eq!(answer.development, [PackageName::new("libgmp-dev")]);
}

#[test]
fn a_library_under_lib_is_found_where_usr_is_merged() {
    let answer = ask(&embedded("bookworm", Architecture::Arm64), "libm.so.6", &[]);
    assert_eq!(names(&answer)[0], "libc6");
    assert_eq!(answer.candidates[0].path.to_string(), "/lib/aarch64-linux-gnu/libm.so.6");
    assert_eq!(answer.candidates[0].visibility, Visibility::OnPath);
}

#[test]
fn a_library_that_update_alternatives_links_is_told_from_one_on_the_path() {
    for soname in ["libblas.so.3", "liblapack.so.3"] {
        let answer = ask(&embedded("bookworm", Architecture::Amd64), soname, &[]);
        assert!(answer.candidates.len() > 3, "{:?}", names(&answer));
        assert!(
            answer.candidates.iter().all(|candidate| candidate.visibility == Visibility::ViaAlternatives)
        );
    }
}

#[test]
fn a_soname_that_has_left_gets_its_successor_and_the_release_that_has_it() {
    let bullseye = embedded("bullseye", Architecture::Amd64);
    let answer = ask(&embedded("bookworm", Architecture::Amd64), "libssl.so.1.1", &[&bullseye]);
    assert!(answer.candidates.is_empty());
    let near: Vec<_> = answer.near.iter().map(|near| format!("{} {}", near.soname, near.package)).collect();
    assert!(near.contains(&"libssl.so.3 libssl3".to_owned()), "{near:?}");
    assert_eq!(answer.elsewhere.len(), 1);
    assert_eq!(answer.elsewhere[0].1.as_str(), "libssl1.1");
}

#[test]
fn a_package_that_can_be_the_answer_can_be_fetched() {
    for release in RELEASES {
        let catalog = embedded(release, Architecture::Amd64);
        for soname in
            ["libgmp.so.10", "libc.so.6", "libstdc++.so.6", "libblas.so.3", "libpq.so.5", "libz.so.1"]
        {
            let mut candidates = ask(&catalog, soname, &[]).candidates;
            candidates.retain(|candidate| candidate.visibility != Visibility::OffPath);
            assert!(!candidates.is_empty(), "{soname}");
            for package in candidates.into_iter().map(|candidate| candidate.package) {
                assert!(package.sha256.is_some(), "{package:?}");
                assert!(package.size_bytes > 0 && package.installed_size_kib > 0, "{package:?}");
                let is_in_pool = package.filename.starts_with("pool/");
                assert!(is_in_pool && package.filename.ends_with("_amd64.deb"), "{package:?}");
                let version =
                    package.version.split_once(':').map_or(&*package.version, |(_, version)| version);
                assert!(package.filename.contains(&format!("{}_{version}_", package.name)), "{package:?}");
            }
        }
    }
}

/// What apt would install with one package.
fn installed_with(catalog: &FileCatalog, package: &str, present: &[&str]) -> Vec<String> {
    let index = catalog.dependency_index().expect("is told");
    let present = present.iter().map(|name| PackageName::new(*name)).collect();
    let closure = depends_closure(index, &[PackageName::new(package)], &present).expect("is whole");
    closure.expect("is known").into_keys().map(|name| name.to_string()).collect()
}

#[test]
fn depends_lead_to_the_packages_that_apt_would_install() {
    for architecture in ARCHITECTURES {
        let bookworm = embedded("bookworm", architecture);
        let with = |package, present: &[&str]| installed_with(&bookworm, package, present);
        assert_eq!(with("libgmp10", &[]), ["gcc-12-base", "libc6", "libgcc-s1", "libgmp10"]);
        assert_eq!(with("libgmp10", &["libc6"]), ["libgmp10"]);
        assert_eq!(with("libmpc3", &["libc6"]), ["libgmp10", "libmpc3", "libmpfr6"]);
        assert!(with("libcairo2", &[]).contains(&"fontconfig-config".to_owned()));
        // fontconfig-config names a font of many and a virtual package; the first is enough.
        let fonts = with("libcairo2", &[]).into_iter().filter(|name| name.starts_with("fonts-"));
        assert_eq!(fonts.collect::<Vec<_>>(), ["fonts-dejavu-core"]);
    }
}

#[test]
fn of_several_providers_the_one_of_the_higher_priority_comes_first() {
    let bookworm = embedded("bookworm", Architecture::Amd64);
    let providers = |catalog: &FileCatalog, name| {
        let index = catalog.dependency_index().expect("is told");
        let providers = index.providers(&PackageName::new(name)).expect("is whole");
        providers.into_iter().map(|name| name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(providers(&bookworm, "awk"), ["mawk", "original-awk", "gawk"]);
    assert_eq!(providers(&bookworm, "libgmp10"), [""; 0]);
    let trixie = embedded("trixie", Architecture::Amd64);
    assert_eq!(providers(&trixie, "libtcl"), ["libtcl9.0", "libtcl8.6"]);
    let index = bookworm.dependency_index().expect("is told");
    assert_eq!(index.dependencies(&PackageName::new("awk")).expect("is whole"), None);
    assert_eq!(index.dependencies(&PackageName::new("no-such-package")).expect("is whole"), None);
}

#[test]
fn every_name_in_depends_can_be_had_and_every_package_has_a_size() {
    for (release, architecture) in RELEASES.into_iter().flat_map(|one| ARCHITECTURES.map(|two| (one, two))) {
        let catalog = embedded(release, architecture);
        let index: &dyn DependencyIndex = catalog.dependency_index().expect("is told");
        let mut having_libraries = BTreeSet::new();
        let every = |library: sodeb::debian::catalog::Library| {
            having_libraries.insert(library.package);
            ControlFlow::Continue(())
        };
        catalog.for_each_library(every).expect("is whole");
        // Those for development and for debugging lead to nothing that is of use.
        let mut agenda: Vec<PackageName> = having_libraries.into_iter().collect();
        agenda.retain(|name| index.dependencies(name).expect("is whole").is_some());
        let mut seen = BTreeSet::new();
        while let Some(name) = agenda.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let providers = index.providers(&name).expect("is whole");
            match index.dependencies(&name).expect("is whole") {
                Some(dependencies) => {
                    assert!(dependencies.size_bytes > 0, "{name} of {release} {architecture}");
                    // The stanzas of the C libraries for cross compilers have no Installed-Size.
                    let has_room = dependencies.installed_size_kib > 0 || name.as_str().ends_with("-cross");
                    assert!(has_room, "{name} of {release} {architecture}");
                    agenda.extend(dependencies.groups.into_iter().flatten());
                }
                None => assert!(!providers.is_empty(), "{name} of {release} {architecture}"),
            }
            agenda.extend(providers);
        }
        assert!(seen.len() > 5_000, "{release} {architecture}: {}", seen.len());
    }
}

#[test]
fn every_entry_can_be_read_and_belongs_to_a_known_package() {
    let catalog = embedded("trixie", Architecture::Arm64);
    let mut count = 0;
    let mut last = PackageName::new("");
    let every = |library: sodeb::debian::catalog::Library| {
        count += 1;
        let path = library.path.to_string();
        assert!(!path.starts_with("/usr/lib/x86_64-linux-gnu"), "{path} is another architecture's");
        if library.package != last {
            assert!(catalog.package(&library.package).expect("is whole").is_some(), "{}", library.package);
            last = library.package;
        }
        ControlFlow::Continue(())
    };
    catalog.for_each_library(every).expect("is whole");
    assert_eq!(count, catalog.counts().0);
}

#[test]
fn a_pattern_finds_no_more_than_asked_for() {
    let catalog = embedded("bookworm", Architecture::Amd64);
    let find = |query: &LibraryQuery| find_libraries(&catalog, query, 10).expect("is whole");
    let named =
        |pattern: &str| LibraryQuery { pattern: Some(PathPattern::new(pattern)), ..LibraryQuery::default() };
    let found = find(&named("libgmp.so.*"));
    let paths: Vec<_> = found.libraries.iter().map(|library| library.path.to_string()).collect();
    assert_eq!(paths[0], "/usr/lib/x86_64-linux-gnu/libgmp.so.10");
    assert!(!found.is_truncated && paths.len() < 10);
    let found = find(&named("python3"));
    assert!(found.is_truncated && found.libraries.len() == 10);
    let of_package = LibraryQuery { package: Some(NamePattern::new("libgmp10")), ..named("*.so.10") };
    let paths: Vec<_> = find(&of_package).libraries.iter().map(|library| library.path.to_string()).collect();
    assert_eq!(paths, ["/usr/lib/x86_64-linux-gnu/libgmp.so.10"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_broken_file_is_an_error_or_another_answer_and_never_a_panic(
        changes in prop::collection::vec((any::<Index>(), any::<Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<Index>()),
    ) {
        let mut bytes = FILE.to_vec();
        for (place, near_start, byte) in changes {
            // Half of the changes go to the head and the indices, where they do most harm.
            let place = if byte % 2 == 0 { place.index(bytes.len()) } else { near_start.index(20_000) };
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let catalogs = CatalogFile::open("a broken one", bytes)
            .and_then(|file| Arc::new(file).catalogs(IndexKind::Archive));
        for catalog in catalogs.unwrap_or_default() {
            for name in [&b"libgmp.so.10"[..], b"libm.so.6", b""] {
                let _ = catalog.libraries(name);
                let _ = catalog.file_names(name, 20);
            }
            let _ = catalog.package(&PackageName::new("libgmp10"));
            if let Some(index) = catalog.dependency_index() {
                let _ = depends_closure(index, &[PackageName::new("libgtk-3-0")], &BTreeSet::new());
                let _ = index.providers(&PackageName::new("awk"));
            }
        }
    }
}
