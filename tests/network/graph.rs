//! The graph's formats before those who read them: Graphviz's `dot` and Mermaid's own parser, which
//! fixtures/graph-judges.sh installs.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::machine::trees;
use crate::support::fixture::{Fixture, library};
use serde_json::Value;

/// Names that would end a label, a comment or a directive, be taken for Markdown or HTML, or be no text.
const HOSTILE: [&[u8]; 5] = [
    b"a\"b\\\n]; end }--> %%{x}%% #quot; `c` <b>&amp;'\x1b[31m\xff.so",
    b"`*markdown*`.so",
    b"style x fill:#f9f;.so",
    b"%%{init: {'theme': 'dark'}}%%.so",
    b"---\nconfig:\n  theme: dark\n---.so",
];

/// The same as they are shown: on one line.
const SHOWN: [&str; 5] = [
    "a\"b\\\\n]; end }--> %%{x}%% #quot; `c` <b>&amp;'\\u{1b}[31m\u{fffd}.so",
    "`*markdown*`.so",
    "style x fill:#f9f;.so",
    "%%{init: {'theme': 'dark'}}%%.so",
    "---\\nconfig:\\n  theme: dark\\n---.so",
];

/// A tree with objects of these names.
fn tree() -> Fixture {
    let fixture = Fixture::empty();
    for name in HOSTILE {
        fixture.build(library("/app/x.so").needs("libgmp.so.10").without_soname());
        let hostile = fixture.host("/app").join(OsString::from_vec(name.to_vec()));
        std::fs::rename(fixture.host("/app/x.so"), hostile).expect("is renamed");
    }
    fixture
}

fn graph(fixture: &Fixture, format: &str) -> Vec<u8> {
    let mut sodeb = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    sodeb.env_clear().current_dir(fixture.root());
    sodeb.args(["graph", "app", "--at", "/app", "--release", "bookworm", "--catalog", "embedded"]);
    sodeb.args(["--direct", "--format", format]).output().expect("sodeb runs").stdout
}

/// What a judge says of a graph, as JSON.
fn judged(judge: &mut Command, graph: &[u8]) -> Value {
    let mut child = judge.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the judge runs");
    child.stdin.take().expect("is piped").write_all(graph).expect("is read");
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success(), "{judge:?} refuses:\n{}", String::from_utf8_lossy(graph));
    serde_json::from_slice(&output.stdout).expect("is JSON")
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

fn judges() -> std::path::PathBuf {
    trees::fixture("graph-judges")
}

fn mermaid(directory: &Path) -> Command {
    let mut node = Command::new("node");
    node.arg(directory.join("texts.mjs"));
    node
}

#[test]
fn mermaid_reads_every_name_as_it_is() {
    let answer = judged(&mut mermaid(&judges()), &graph(&tree(), "mermaid"));
    let nodes = texts(&answer["nodes"]);
    for name in SHOWN {
        assert!(nodes.contains(&name), "{name} in {nodes:#?}");
    }
    assert_eq!(nodes.len(), SHOWN.len() + 2, "the objects, what they lack, its package: {nodes:#?}");
    assert_eq!((texts(&answer["groups"]), &answer["edges"]), (vec!["/app"], &6.into()));
}

#[test]
fn dot_draws_every_name_as_it_is() {
    judges();
    let answer = judged(Command::new("dot").arg("-Tjson"), &graph(&tree(), "dot"));
    let objects = answer["objects"].as_array().expect("a list");
    let drawn = objects.iter().filter_map(|object| object["_ldraw_"].as_array()).flatten();
    let drawn: Vec<&str> = drawn.filter_map(|operation| operation["text"].as_str()).collect();
    for name in SHOWN {
        assert!(drawn.contains(&name), "{name} in {drawn:#?}");
    }
    assert_eq!(answer["edges"].as_array().map(Vec::len), Some(6));
}
