//! Layouts that are pushed.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};
use sodeb::oci::registry::{
    ImageReference, LoginSources, Pushed, RegistryError, RegistrySettings, pull, push,
};
use sodeb::support::progress::Silent;
use tempfile::TempDir;

use crate::support::images::{Layout, for_platform, tar_of, write_parts};
use crate::support::registry_server::{Fault, RegistryServer};

/// A layout of one image in a directory, and a registry.
struct World {
    directory: TempDir,
    server: RegistryServer,
    digest: String,
}

/// Two layers and a configuration.
fn image(layout: &mut Layout, architecture: &str) -> Value {
    let layers = [
        tar_of(&[("a", tar::EntryType::Regular, architecture)]),
        tar_of(&[("b", tar::EntryType::Regular, "b")]),
    ];
    layout.image(architecture, &layers, ".gz", &json!({}))
}

impl World {
    fn of(layout: Layout, top: &Value) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        write_parts(&layout.listing(std::slice::from_ref(top)), &directory.path().join("layout"));
        let digest = top["digest"].as_str().expect("a digest").to_owned();
        Self { directory, server: RegistryServer::start(), digest }
    }

    fn new() -> Self {
        let mut layout = Layout::default();
        let top = image(&mut layout, "amd64");
        Self::of(layout, &top)
    }

    fn layout(&self) -> PathBuf {
        self.directory.path().join("layout")
    }

    fn settings(&self) -> RegistrySettings {
        RegistrySettings {
            cache_dir: self.directory.path().join("cache"),
            offline: false,
            insecure: Vec::new(),
            logins: LoginSources::default(),
            docker_host: None,
            now: Timestamp::now(),
        }
    }

    fn reference(&self, name: &str) -> ImageReference {
        ImageReference::parse(&format!("{}/{name}", self.server.host())).expect("is a reference")
    }

    fn push_from(&self, layout: &Path, name: &str, from: Option<&str>) -> Result<Pushed, RegistryError> {
        let from = from.map(|from| self.reference(from));
        push(&self.settings(), layout, &self.reference(name), from.as_ref(), &Silent)
    }

    fn push(&self, name: &str) -> Result<Pushed, RegistryError> {
        self.push_from(&self.layout(), name, None)
    }
}

/// An error with its causes.
fn said(error: RegistryError) -> String {
    let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[test]
fn what_is_pushed_is_pulled() {
    let world = World::new();
    let pushed = world.push("team/app:1").expect("is pushed");
    assert_eq!(
        (format!("sha256:{}", pushed.digest), pushed.sent, pushed.present),
        (world.digest.clone(), 3, 0)
    );
    let pulled = pull(&world.settings(), &world.reference("team/app:1"), None, &Silent).expect("is pulled");
    assert_eq!(pulled.digest, pushed.digest);
    let again = world.push_from(&pulled.layout, "other/app:1", None).expect("a layout of the cache is one");
    assert_eq!((again.digest, again.sent), (pushed.digest, 3));
}

#[test]
fn what_is_there_is_not_sent_again() {
    let world = World::new();
    world.push("team/app:1").expect("is pushed");
    world.server.reset();
    let pushed = world.push("team/app:2").expect("is pushed");
    assert_eq!((pushed.sent, pushed.present), (0, 3));
    assert!(!world.server.requests().iter().any(|line| line.starts_with("POST")));
}

#[test]
fn what_another_repository_has_is_mounted() {
    let world = World::new();
    world.push("team/base:1").expect("is pushed");
    let pushed = world.push_from(&world.layout(), "team/app:1", Some("team/base:1")).expect("is pushed");
    assert_eq!((pushed.sent, pushed.present), (0, 3));
    let elsewhere = world.push_from(&world.layout(), "team/new:1", Some("team/absent:1")).expect("is pushed");
    assert_eq!((elsewhere.sent, elsewhere.present), (3, 0));
}

#[test]
fn a_list_comes_after_what_it_names() {
    let mut layout = Layout::default();
    let (amd64, arm64) = (image(&mut layout, "amd64"), image(&mut layout, "arm64"));
    let list = layout.index(&[for_platform(amd64, "amd64", None), for_platform(arm64, "arm64", None)]);
    let world = World::of(layout, &list);
    let pushed = world.push("team/app:1").expect("the registry takes a list whose images it has");
    assert_eq!((format!("sha256:{}", pushed.digest), pushed.sent), (world.digest.clone(), 5));
    let puts: Vec<String> =
        world.server.requests().into_iter().filter(|line| line.contains("/manifests/")).collect();
    assert!(puts.len() == 3 && puts[2] == "PUT /v2/team/app/manifests/1 201", "{puts:?}");
}

#[test]
fn a_push_that_breaks_off_leaves_no_name() {
    let world = World::new();
    world.server.fault("PUT /v2/team/app/blobs", Fault::Status { code: 400, headers: "", times: 1 });
    let error = said(world.push("team/app:1").expect_err("is refused"));
    assert!(error.starts_with(&format!("cannot push {}/team/app:1: ", world.server.host())), "{error}");
    assert!(error.contains(" answered 400 Bad Request for sha256:"), "{error}");
    assert_eq!(world.server.manifest("team/app", "1"), None);
    world.push("team/app:1").expect("goes on");
    assert!(world.server.manifest("team/app", "1").is_some());
}

#[test]
fn a_busy_registry_is_asked_again() {
    let world = World::new();
    for part in ["HEAD /v2/team/app/blobs", "POST ", "PUT /v2/team/app/blobs", "PUT /v2/team/app/manifests"] {
        world.server.fault(part, Fault::Status { code: 503, headers: "Retry-After: 0\r\n", times: 1 });
    }
    assert_eq!(world.push("team/app:1").expect("is pushed").sent, 3);
}

#[test]
fn a_registry_that_took_something_else() {
    let world = World::new();
    world.server.fault("PUT /v2/team/app/manifests", Fault::WrongDigest);
    let error = said(world.push("team/app:1").expect_err("is another digest"));
    assert!(error.ends_with(&format!(" and not {}", world.digest)), "{error}");
}

#[test]
fn layouts_that_are_not_one_image() {
    let world = World::new();
    let mut layout = Layout::default();
    let both = [image(&mut layout, "amd64"), image(&mut layout, "arm64")];
    let several = world.directory.path().join("several");
    write_parts(&layout.listing(&both), &several);
    for (directory, cause) in [
        (several, "it has 2 images"),
        (world.directory.path().join("absent"), "index.json: No such file or directory (os error 2)"),
    ] {
        let error = said(world.push_from(&directory, "team/app:1", None).expect_err("is not one image"));
        assert_eq!(error, format!("cannot push {}: {cause}", directory.display()));
    }
    assert!(world.server.requests().is_empty());
}

#[test]
fn a_blob_that_was_changed_is_not_sent() {
    let world = World::new();
    let blobs = world.layout().join("blobs/sha256");
    for entry in std::fs::read_dir(blobs).expect("a directory") {
        let path = entry.expect("an entry").path();
        if !path.ends_with(world.digest.trim_start_matches("sha256:")) {
            std::fs::write(path, "changed").expect("a file");
        }
    }
    let error = said(world.push("team/app:1").expect_err("is changed"));
    assert!(error.contains(": it has 7 bytes and not "), "{error}");
    assert_eq!(world.server.manifest("team/app", "1"), None);
}
