//! The reader of code on popular wheels: the calls that open libraries, as people read them there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use sodeb::app::{InputTrees, LinkScope, LoadEvidence, link};
use sodeb::loader::LinkerSettings;
use sodeb::tree::inventory::ReadDepth;
use sodeb::vocabulary::RootedPath;

/// Wheels with their versions; see [`SITES`].
const WHEELS: [&str; 16] = [
    "billiard==4.3.2",
    "cffi==2.1.1",
    "django==5.2.19",
    "libusb1==3.4.0",
    "psycopg==3.3.9",
    "pycryptodome==4.4.0",
    "pyopengl==3.1.10",
    "python-magic==0.4.27",
    "pyttsx3==2.99",
    "pyvips==2.1.0",
    "pyzbar==0.1.9",
    "sounddevice==0.5.6",
    "threadpoolctl==3.8.0",
    "wand==0.7.2",
    "weasyprint==70.0",
    "imageio==2.38.2",
];

/// Calls in them with the names that they have on Linux, read by people; no names for calls of None, of what a caller gives,
/// and of other systems.
const SITES: &[(&str, u32, &str)] = &[
    ("OpenGL/platform/ctypesloader.py", 79, ""),
    ("billiard/util.py", 189, ""),
    ("billiard/util.py", 194, "libc.so.6"),
    ("billiard/util.py", 216, ""),
    ("billiard/util.py", 219, "libc.so.6"),
    ("cffi/api.py", 813, ""),
    ("cffi/backend_ctypes.py", 324, ""),
    ("django/contrib/gis/db/backends/spatialite/base.py", 34, "libspatialite.so.*"),
    (
        "django/contrib/gis/gdal/libgdal.py",
        59,
        "libGDAL.so.* libgdal.so.* libgdal3.1.0.so.* libgdal3.10.0.so.* libgdal3.2.0.so.* \
         libgdal3.3.0.so.* libgdal3.4.0.so.* libgdal3.5.0.so.* libgdal3.6.0.so.* libgdal3.7.0.so.* \
         libgdal3.8.0.so.* libgdal3.9.0.so.*",
    ),
    ("django/contrib/gis/geos/libgeos.py", 48, "libGEOS.so.* libgeos_c.so.*"),
    ("magic/loader.py", 9, "libmagic.so.*"),
    ("magic/loader.py", 44, "libmagic.so.* libmagic.so.1"),
    ("psycopg/pq/_pq_ctypes.py", 32, "libc.so.*"),
    ("psycopg/pq/misc.py", 74, "libpq.so.*"),
    ("pyttsx3/drivers/_espeak.py", 51, "/usr/local/lib/libespeak-ng.so.1 libespeak-ng.so.1 libespeak.so.1"),
    ("pyvips/__init__.py", 53, "libgobject-2.0.so.0"),
    ("pyvips/__init__.py", 54, "libvips.so.42"),
    ("pyzbar/zbar_library.py", 63, "libzbar.so.*"),
    ("sounddevice.py", 69, "libportaudio.so.*"),
    ("threadpoolctl.py", 389, ""),
    ("threadpoolctl.py", 435, ""),
    ("threadpoolctl.py", 1987, ""),
    ("usb1/_libusb1.py", 226, "libusb-1.0.so.*"),
    ("usb1/_libusb1.py", 717, ""),
    ("wand/api.py", 229, "libc.so.*"),
    ("wand/api.py", 231, ""),
    ("wand/api.py", 238, "libc.so libc.so.6"),
    (
        "weasyprint/text/ffi.py",
        477,
        "libfontconfig-1.so.* libfontconfig.so.* libfontconfig.so.1 libgobject-2.0-0.so.* \
         libgobject-2.0.so.* libgobject-2.0.so.0 libharfbuzz-0.0.so.* libharfbuzz-subset-0.0.so.* \
         libharfbuzz-subset.so.* libharfbuzz-subset.so.0 libharfbuzz-vector-0.0.so.* \
         libharfbuzz-vector.so.* libharfbuzz-vector.so.0 libharfbuzz.so.* libharfbuzz.so.0 \
         liblibfontconfig-1.so.* liblibgobject-2.0-0.so.* liblibharfbuzz-0.so.* \
         liblibharfbuzz-subset-0.so.* liblibharfbuzz-vector-0.so.* liblibpango-1.0-0.so.* \
         liblibpangoft2-1.0-0.so.* libpango-1.0-0.so.* libpango-1.0.so.* libpango-1.0.so.0 \
         libpangoft2-1.0-0.so.* libpangoft2-1.0.so.* libpangoft2-1.0.so.0",
    ),
    (
        "weasyprint/text/ffi.py",
        490,
        "liblibfontconfig-1.so.* liblibgobject-2.0-0.so.* liblibharfbuzz-0.so.* \
         liblibpango-1.0-0.so.* liblibpangoft2-1.0-0.so.*",
    ),
];

fn install(directory: &Path) {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--quiet", "install", "--no-deps", "--only-binary", ":all:", "--target"])
        .arg(directory);
    for platform in ["manylinux_2_28_x86_64", "manylinux2014_x86_64", "any"] {
        pip.args(["--platform", platform]);
    }
    let output = pip.args(["--python-version", "3.11"]).args(WHEELS).output().expect("pip runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn calls_in_popular_wheels_have_the_names_that_people_read() {
    let directory = tempfile::tempdir().expect("a directory");
    install(&directory.path().join("site-packages"));
    let at = [RootedPath::new("/app")];
    let trees =
        InputTrees::read(&[directory.path().to_owned()], None, &at, ReadDepth::Audit).expect("a tree");
    let root = trees.root();
    let linked = link(&root, &trees, &LinkerSettings::default(), LinkScope::InContext);
    let mut found: BTreeMap<(String, u32), Vec<String>> = BTreeMap::new();
    for load in linked.loads.iter().filter(|load| matches!(load.evidence, LoadEvidence::Code(_))) {
        let file = load.by.to_string().replace("/app/site-packages/", "");
        let names = found.entry((file, load.line.unwrap_or_default())).or_default();
        names.extend(load.names.iter().map(ToString::to_string));
    }
    for (file, line, expected) in SITES {
        let mut names = found.remove(&((*file).to_owned(), *line)).unwrap_or_default();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.join(" "), *expected, "{file}:{line}");
    }
}
