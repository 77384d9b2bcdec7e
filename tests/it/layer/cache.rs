//! The new ld.so.cache, before those who read it: ldconfig and ld.so.

use std::fs;
use std::path::Path;
use std::process::Command;

use sodeb::loader::{Platform, renewed_cache};

use super::{lib, succeeded, usual_world};
use crate::support::fixture::{Fixture, program};
use crate::support::real::{self, Surroundings};

/// What ldconfig says that a cache names, in its order.
fn printed(cache: &Path) -> Vec<String> {
    let output =
        Command::new("/sbin/ldconfig").arg("-p").arg("-C").arg(cache).output().expect("ldconfig runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter(|line| line.contains("=>")).map(|line| line.trim().to_owned()).collect()
}

/// Nothing added to this machine's own cache leaves it as it is, in ldconfig's own order.
#[test]
fn a_rewritten_cache_is_the_same_to_ldconfig() {
    let host = Path::new("/etc/ld.so.cache");
    let Ok(old) = fs::read(host) else { return };
    let platform = Platform::of_triplet("x86_64-linux-gnu").expect("is known");
    let new = renewed_cache(&old, platform, &[]).expect("is read");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), new).expect("written");
    let expected = printed(host);
    assert!(!expected.is_empty());
    assert_eq!(printed(file.path()), expected);
}

/// The base's ldconfig writes its cache, and reads the layer's; the real ld.so goes by it.
#[test]
fn a_base_with_a_cache_gets_one_that_names_the_libraries_too() {
    let world = usual_world();
    world.fixture.build(lib("x.so").at("/base/usr/lib/libz.so.1").soname("libz.so.1"));
    world.fixture.build(lib("x.so").at("/base/usr/lib/x86_64-linux-gnu/liba.so.9").soname("liba.so.9"));
    let base = world.fixture.host("/base");
    fs::create_dir_all(base.join("etc")).expect("made");
    let written = Command::new("/sbin/ldconfig").arg("-r").arg(&base).status();
    assert!(written.is_ok_and(|status| status.success()), "ldconfig -r needs to enter a root");
    succeeded(&world.layer("out", &["--base", "base"]));
    assert_eq!(
        printed(&world.fixture.host("/out/etc/ld.so.cache")),
        [
            "libz.so.1 (libc6,x86-64) => /usr/lib/libz.so.1",
            "liba.so.9 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/liba.so.9",
            "liba.so.1 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/liba.so.1",
        ]
    );
    let image = Fixture::new();
    for part in ["base", "out"] {
        let mut copy = Command::new("cp");
        copy.arg("-a").arg(world.fixture.host(&format!("/{part}/."))).arg(image.root());
        assert!(copy.status().is_ok_and(|status| status.success()));
    }
    image.build(program("/app/prog").needs("liba.so.1").needs("libz.so.1"));
    let Some(real) = real::glibc(&image, "/app/prog", true, Surroundings::default()) else { return };
    let by_cache = |name: &str| (name.to_owned(), Some("cache"));
    assert_eq!(real.searches, [by_cache("liba.so.1"), by_cache("libz.so.1")]);
    assert_eq!(real.fatal, None);
}
