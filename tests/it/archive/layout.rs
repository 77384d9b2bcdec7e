//! What is fetched of Debian's and of Ubuntu's layout.

use super::*;

#[test]
fn an_update_gives_every_index_of_every_suite() {
    let security = TestSuite::debian("bookworm-security").contents("main", "amd64", "").packages(
        "main",
        "amd64",
        "Package: libgmp10\nVersion: 3\n",
    );
    let world = World::with(vec![bookworm(CONTENTS), security]);
    let set = world.update().expect("up to date");
    let names: Vec<_> = set.releases.iter().map(|release| release.suite.as_str()).collect();
    assert_eq!(names, ["bookworm", "bookworm-security"]);
    let files: Vec<_> = set.contents.iter().chain(&set.packages).map(|index| index.file.as_str()).collect();
    assert_eq!(
        files,
        [
            "main/Contents-amd64.gz",
            "main/Contents-amd64.gz",
            "main/binary-amd64/Packages.xz",
            "main/binary-amd64/Packages.xz"
        ]
    );
    assert!(set.contents.iter().chain(&set.packages).all(|index| index.verified));
    assert_eq!(set.contents[0].date, archive_date());
    assert_eq!(read(&set.contents[0]), CONTENTS);
    assert_eq!(read(&set.contents[1]), "");
    assert_eq!(read(&set.packages[0]), STANZA);
    let [ArchiveDiagnostic::SuiteAbsent { suite, cause }] = &set.diagnostics[..] else {
        panic!("{:?}", set.diagnostics);
    };
    assert_eq!(suite, "bookworm-updates");
    let url = world.server.url();
    assert_eq!(*cause, format!("{url}/dists/bookworm-updates/InRelease: the server answered 404 Not Found"));
}

#[test]
fn files_are_asked_for_by_their_digest_where_the_release_offers_that() {
    let world = World::new();
    world.update().expect("up to date");
    assert_eq!(world.server.served("by-hash/SHA256/"), 2);
    assert_eq!(world.server.served("Contents-amd64.gz"), 0);

    let world = World::with(vec![bookworm(CONTENTS).without_by_hash()]);
    world.update().expect("up to date");
    assert_eq!(world.server.served("Contents-amd64.gz"), 1);
    assert!(world.server.requests().iter().all(|request| !request.path.contains("by-hash")));
}

#[test]
fn a_component_or_architecture_that_is_not_there_is_named() {
    let world = World::new();
    let settings = ArchiveSettings { components: vec!["contrib".to_owned()], ..world.settings() };
    let error = update(settings).expect_err("must fail").to_string();
    assert_eq!(
        error,
        "cannot find contrib/Contents-amd64 in the Release file of bookworm: it has main for all \
         amd64 arm64"
    );
    let error = Archive::new(world.settings())
        .expect("set up")
        .update(&target("../bookworm"), &Silent)
        .expect_err("must fail");
    assert_eq!(
        error.to_string(),
        "cannot use release '../bookworm': not a word of lower-case letters, digits and . + -"
    );
}

#[test]
fn ubuntu_has_one_contents_for_each_suite() {
    let suite = |name: &str| {
        TestSuite::ubuntu(name).contents("", "amd64", CONTENTS).packages("main", "amd64", STANZA).packages(
            "universe",
            "amd64",
            "Package: other\n",
        )
    };
    let world = World::with(vec![suite("noble"), suite("noble-security")]);
    let target = Target { distribution: Distribution::Ubuntu, ..target("noble") };
    let set = Archive::new(world.settings()).expect("set up").update(&target, &Silent).expect("up to date");
    let files: Vec<_> = set
        .contents
        .iter()
        .chain(&set.packages)
        .map(|index| (index.suite.as_str(), index.component.as_deref(), index.file.as_str()))
        .collect();
    assert_eq!(
        files,
        [
            ("noble", None, "Contents-amd64.gz"),
            ("noble-security", None, "Contents-amd64.gz"),
            ("noble", Some("main"), "main/binary-amd64/Packages.xz"),
            ("noble", Some("universe"), "universe/binary-amd64/Packages.xz"),
            ("noble-security", Some("main"), "main/binary-amd64/Packages.xz"),
            ("noble-security", Some("universe"), "universe/binary-amd64/Packages.xz"),
        ]
    );
    world.server.publish(suite("noble").codename("noble").publish(&world.key));
    let mut files = suite("noble-updates").publish(&world.key);
    let wrong = files.remove("dists/noble-updates/InRelease").expect("is there");
    world.server.publish(Files::from([("dists/noble/InRelease".to_owned(), wrong)]));
    let error =
        Archive::new(world.settings()).expect("set up").update(&target, &Silent).expect_err("must fail");
    assert!(
        error.to_string().ends_with("it is the Release file of 'noble-updates', not of 'noble'"),
        "one codename is shared by all suites of a release: {error}"
    );
}
