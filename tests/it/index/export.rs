//! `sodeb index export`: tables of a library index, as JSON lines and as Parquet.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::find::{assert_says, gathered, says};
use crate::support::package::LIBRARIES;

/// The tables of an export.
const TABLES: [&str; 6] =
    ["libraries", "links", "needed", "packages", "version_definitions", "version_needs"];

/// The rows of a file of JSON lines.
fn json_rows(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("is there");
    text.lines().map(|line| serde_json::from_str(line).expect("is JSON")).collect()
}

/// The names of the files in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().expect("a plain name")).collect();
    names.sort();
    names
}

#[test]
fn a_graph_is_exported_as_tables() {
    let world = gathered();
    let said = says(&world.fixture, &["index", "export", "-o", "tables"]);
    assert!(said.contains("! note: tables/needed.jsonl: 3 rows\n") && said.ends_with("exit 0\n"), "{said}");
    let tables = world.fixture.root().join("tables");
    assert_eq!(names(&tables), TABLES.map(|table| format!("{table}.jsonl")));
    let rows = |table: &str| json_rows(&tables.join(format!("{table}.jsonl")));
    let with_key = |package: &str, own: Value| {
        let mut row = json!({"distribution": "debian", "release": "bookworm", "architecture": "amd64", "package": package});
        row.as_object_mut().expect("an object").extend(own.as_object().expect("an object").clone());
        row
    };
    let path = |name: &str| format!("{LIBRARIES}/{name}");
    assert_eq!(
        rows("needed"),
        [
            with_key("libb1", json!({"path": path("libb.so.1"), "soname": "liba.so.1", "position": 0})),
            with_key("libc1", json!({"path": path("libc.so.1"), "soname": "liba.so.1", "position": 0})),
            with_key("libc1", json!({"path": path("libc.so.1"), "soname": "libz.so.9", "position": 1})),
        ]
    );
    assert_eq!(
        rows("links"),
        [
            with_key(
                "liba1",
                json!({"path": path("liba.so.1"), "target": "liba.so.1.2", "library": path("liba.so.1.2")})
            ),
            with_key(
                "libc1",
                json!({"path": path("libelse.so.3"), "target": "/elsewhere/libelse.so.3", "library": null})
            ),
        ]
    );
    assert_eq!(
        rows("version_definitions"),
        [with_key("liba1", json!({"path": path("liba.so.1.2"), "version": "A_1"}))]
    );
    let needed = json!({"path": path("libb.so.1"), "soname": "liba.so.1", "version": "A_1", "weak": false});
    assert_eq!(rows("version_needs"), [with_key("libb1", needed)]);
    let libraries = rows("libraries");
    assert_eq!((libraries.len(), &libraries[0]["soname"]), (3, &"liba.so.1".into()));
    assert_eq!((&libraries[0]["machine"], &libraries[0]["mode"]), (&62.into(), &0o644.into()));
    assert_eq!(libraries[0]["interpreter"], Value::Null);
    let packages = rows("packages");
    assert_eq!((packages.len(), &packages[2]["package"]), (3, &"libc1".into()));
    assert_eq!((&packages[0]["version"], &packages[0]["installed_size"]), (&"1.0-1".into(), &102_400.into()));
}

#[test]
fn an_export_is_the_same_each_time_and_takes_nothing_away() {
    let world = gathered();
    let root = world.fixture.root();
    let export = |output: &str| says(&world.fixture, &["index", "export", "-q", "-o", output]);
    for output in ["first", "second", "second"] {
        assert_says(&export(output), "exit 0\n");
    }
    for name in names(&root.join("first")) {
        let read = |directory: &str| fs::read(root.join(directory).join(&name)).expect("is there");
        assert_eq!(read("first"), read("second"), "{name}");
    }
    world.fixture.file("/first/notes.txt", "mine");
    assert_says(
        &export("first"),
        "! error: cannot write first: the directory has other files\n\
         ! hint: name a new output, or remove what is there\nexit 2\n",
    );
    world.fixture.file("/file", "mine");
    assert!(export("file").starts_with("! error: cannot write file: it exists and is not a directory\n"));
    assert!(
        export("nowhere/tables")
            .starts_with("! error: cannot write nowhere/tables: No such file or directory")
    );
    assert!(!names(&root).iter().any(|name| name.starts_with(".sodeb-")), "{:?}", names(&root));
}

/// Parquet needs the crate feature of that name.
#[cfg(feature = "parquet")]
mod parquet {
    use std::fs::File;

    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::{Field, Row};
    use serde_json::Map;

    use super::super::find;
    use super::*;
    use crate::support::fixture::Fixture;

    /// The rows of a Parquet file.
    fn parquet_rows(path: &Path) -> Vec<Value> {
        let reader = SerializedFileReader::new(File::open(path).expect("is there")).expect("is Parquet");
        let rows = reader.get_row_iter(None).expect("has rows");
        let value = |field: &Field| match field {
            Field::Null => Value::Null,
            Field::Str(text) => Value::from(text.as_str()),
            Field::Long(number) => Value::from(*number),
            Field::Bool(flag) => Value::from(*flag),
            other => panic!("a field of another type: {other:?}"),
        };
        let object = |row: Row| {
            let fields = row.get_column_iter().map(|(name, field)| (name.clone(), value(field)));
            Value::Object(fields.collect::<Map<_, _>>())
        };
        rows.map(|row| object(row.expect("is whole"))).collect()
    }

    #[test]
    fn parquet_has_the_same_rows_as_json() {
        let world = gathered();
        let said = says(&world.fixture, &["index", "export", "-o", "tables", "--format", "parquet"]);
        assert!(said.contains("! note: tables/needed.parquet: 3 rows\n"), "{said}");
        assert_says(&says(&world.fixture, &["index", "export", "-o", "lines", "-q"]), "exit 0\n");
        let (tables, lines) = (world.fixture.root().join("tables"), world.fixture.root().join("lines"));
        assert_eq!(names(&tables), TABLES.map(|table| format!("{table}.parquet")));
        for table in TABLES {
            let rows = parquet_rows(&tables.join(format!("{table}.parquet")));
            assert_eq!(rows, json_rows(&lines.join(format!("{table}.jsonl"))), "{table}");
        }
    }

    #[test]
    fn parquet_is_the_same_each_time_and_replaced_as_a_whole() {
        let world = gathered();
        let root = world.fixture.root();
        let export = |output: &str, format: &str| {
            let options = ["index", "export", "-q", "-o", output, "--format", format];
            assert_says(&says(&world.fixture, &options), "exit 0\n");
        };
        for output in ["first", "second", "second"] {
            export(output, "parquet");
        }
        for name in names(&root.join("first")) {
            let read = |directory: &str| fs::read(root.join(directory).join(&name)).expect("is there");
            assert_eq!(read("first"), read("second"), "{name}");
        }
        export("second", "jsonl");
        assert_eq!(names(&root.join("second")), TABLES.map(|table| format!("{table}.jsonl")));
    }

    #[test]
    fn several_row_groups_are_read_back() {
        let directory = Fixture::empty();
        let options = ["index", "export", "-o", "tables", "--format", "parquet"];
        assert!(says(&directory, &options).ends_with("exit 0\n"));
        let needed = parquet_rows(&directory.root().join("tables/needed.parquet"));
        let counted = &find::json(&directory, &["index", "stats"])["targets"][0];
        assert_eq!(Some(needed.len() as u64), counted["needed"].as_u64());
        let of_gmp = needed
            .iter()
            .filter(|row| row["soname"] == "libgmp.so.10")
            .filter_map(|row| row["package"].as_str());
        let found = find::found(&directory, &["--needs", "libgmp.so.10"]);
        assert_eq!(
            of_gmp.collect::<std::collections::BTreeSet<_>>(),
            found.iter().map(String::as_str).collect()
        );
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_parquet_says_how_to_get_it() {
    let world = gathered();
    assert_says(
        &says(&world.fixture, &["index", "export", "-o", "tables", "--format", "parquet"]),
        "! error: cannot write tables: this build of sodeb does not have the format parquet\n\
         ! hint: use --format jsonl, or a program that is built with `--features parquet`\nexit 2\n",
    );
    assert!(!world.fixture.root().join("tables").exists());
}
