//! `sodeb graph`, and `sodeb why` with many chains or with the packages that close the gap.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::ffi::OsStringExt;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::archive_server::{ArchiveServer, SigningKey};
use crate::support::command_line::{assert_says, command, json, said, says};
use crate::support::fixture::{Fixture, library, program};
use crate::support::package::{LIBRARIES, TestPackage, archive};

/// Two programs that load one library, and what that lacks.
fn tree() -> Fixture {
    let fixture = Fixture::empty();
    for name in ["one", "two"] {
        fixture.build(
            program(&format!("/app/bin/{name}"))
                .needs("liba.so.1")
                .needs("libb.so.1")
                .runpath("$ORIGIN/../lib"),
        );
    }
    for name in ["a", "b"] {
        fixture.build(library(&format!("/app/lib/lib{name}.so.1")).needs("libc.so.1").runpath("$ORIGIN"));
    }
    fixture.build(library("/app/lib/libc.so.1").needs("libgmp.so.10"));
    fixture
}

fn rows<'answer>(answer: &'answer Value, list: &str) -> &'answer [Value] {
    answer[list].as_array().unwrap_or_else(|| panic!("{list} is a list"))
}

/// The places of the nodes with this value, which are their ids too.
fn place(answer: &Value, field: &str, value: &str) -> usize {
    let found = rows(answer, "nodes").iter().position(|node| node[field] == value);
    found.unwrap_or_else(|| panic!("{value} is a node"))
}

fn leads(answer: &Value, from: usize, to: usize) -> bool {
    rows(answer, "edges").iter().any(|edge| edge["from"] == from && edge["to"] == to)
}

#[test]
fn dot_is_the_format_unless_another_is_asked_for() {
    let fixture = tree();
    let dot = says(&fixture, &["graph", "app", "--at", "/app"]);
    assert!(dot.starts_with("digraph sodeb {\n  label=\"Libraries loaded by /app\";\n"), "{dot}");
    assert!(dot.contains("[label=\"lib/liba.so.1\", tooltip=\"/app/lib/liba.so.1\""), "{dot}");
    assert!(dot.ends_with("}\nexit 0\n"), "{dot}");
    assert_eq!(dot, says(&fixture, &["graph", "app", "--at", "/app", "--format", "dot"]));
    let mermaid = says(&fixture, &["graph", "app", "--at", "/app", "--format", "mermaid"]);
    assert!(mermaid.starts_with("flowchart LR\n  subgraph g0[\"/app\"]\n"), "{mermaid}");
    let svg = says(&fixture, &["graph", "app", "--at", "/app", "--format", "svg"]);
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" "), "{svg}");
}

#[test]
fn the_json_has_every_node_and_edge() {
    let (answer, _) = json(&tree(), &["graph", "app", "--at", "/app", "--release", "bookworm", "--direct"]);
    assert_eq!((&answer["schema"], &answer["closed"]), (&"sodeb.graph/1".into(), &false.into()));
    assert_eq!(answer["target"]["release"], "bookworm");
    let (one, a) = (place(&answer, "path", "/app/bin/one"), place(&answer, "path", "/app/lib/liba.so.1"));
    assert_eq!(rows(&answer, "nodes")[one]["start"], true);
    assert_eq!(rows(&answer, "nodes")[a]["start"], false);
    let asked = place(&answer, "soname", "liba.so.1");
    assert!(leads(&answer, one, asked) && leads(&answer, asked, a));
    let (gmp, package) = (place(&answer, "soname", "libgmp.so.10"), place(&answer, "name", "libgmp10"));
    assert_eq!(rows(&answer, "nodes")[gmp]["status"], "package");
    assert!(leads(&answer, gmp, package));
}

#[test]
fn the_exit_status_says_whether_something_is_unresolved() {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so").needs("libgmp.so.10"));
    assert!(says(&fixture, &["graph", "app"]).ends_with("\nexit 0\n"));
    fixture.build(library("/app/y.so").needs("libnowhere.so.7"));
    assert!(says(&fixture, &["graph", "app"]).ends_with("\nexit 1\n"));
    assert!(says(&fixture, &["graph", "nope"]).ends_with("\nexit 2\n"));
    fixture.file("/code/a.py", "pass\n");
    let empty = says(&fixture, &["graph", "code", "--format", "mermaid"]);
    assert_says(
        &empty,
        "flowchart LR\n! note: the trees have no object that a dynamic linker could load\nexit 0\n",
    );
}

#[test]
fn the_graph_goes_to_the_file_that_is_asked_for() {
    let fixture = tree();
    let arguments = ["graph", "app", "--at", "/app", "--format", "json", "-o", "graph.json"];
    assert_says(&says(&fixture, &arguments), "exit 0\n");
    let written = std::fs::read_to_string(fixture.host("/graph.json")).expect("the graph");
    assert!(written.ends_with("}\n") && serde_json::from_str::<Value>(&written).is_ok(), "{written}");
}

#[test]
fn why_tells_every_shortest_chain() {
    let fixture = tree();
    let chain = |program: &str, library: &str| {
        format!(
            "/app/bin/{program}\n└─ /app/lib/{library}.so.1\n   └─ /app/lib/libc.so.1\n      \
             └─ libgmp.so.10  → libgmp10\n"
        )
    };
    let all = [chain("one", "liba"), chain("one", "libb"), chain("two", "liba"), chain("two", "libb")];
    let why = ["why", "app", "libgmp10", "--at", "/app", "--direct"];
    assert_says(&says(&fixture, &why), &(all.concat() + "exit 0\n"));
}

#[test]
fn why_of_a_file() {
    let fixture = tree();
    let why = |query: &str| says(&fixture, &["why", "app", query, "--at", "/app"]);
    let expected = "/app/bin/one\n└─ liba.so.1  → /app/lib/liba.so.1\n\
                    /app/bin/two\n└─ liba.so.1  → /app/lib/liba.so.1\nexit 0\n";
    assert_says(&why("/app/lib/liba.so.1"), expected);
    assert_says(&why("/app/bin/../lib/liba.so.1"), expected);
    assert!(why("/usr/lib/x86_64-linux-gnu/libgmp.so.10").starts_with("/app/bin/one\n"));
    assert_says(
        &why("/app/bin/one"),
        "! error: nothing in app needs /app/bin/one\n! hint: /app/bin/one is started by a user, an \
         interpreter or a program, and no object needs it\nexit 2\n",
    );
}

#[test]
fn why_shows_some_chains_and_all_with_verbose() {
    let fixture = Fixture::empty();
    for number in 0..23 {
        fixture.build(library(&format!("/app/{number:02}.so")).needs("libgmp.so.10").without_soname());
    }
    let some = says(&fixture, &["why", "app", "libgmp10", "--at", "/app", "--direct"]);
    assert_eq!(some.matches("libgmp.so.10").count(), 20);
    assert!(some.ends_with("… and 3 more (-v shows them)\nexit 0\n"), "{some}");
    let all = says(&fixture, &["why", "app", "libgmp10", "--at", "/app", "--direct", "-v"]);
    assert_eq!(all.matches("libgmp.so.10").count(), 23);
    let (answer, _) = json(&fixture, &["why", "app", "libgmp10", "--at", "/app", "--direct"]);
    assert_eq!((&answer["count"], rows(&answer, "chains").len()), (&23.into(), 23));
}

/// A tree that needs a library of one package, which needs one of another.
fn world() -> (Fixture, ArchiveServer) {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so").needs("libone.so.1").without_soname());
    let key = SigningKey::new("Test archive");
    key.write_public(&fixture.host("/key.asc"));
    let place = |name: &str| format!("{LIBRARIES}/{name}");
    let one = TestPackage::new("libone1")
        .object(&place("libone.so.1.0"), library(&place("libone.so.1")).needs("libtwo.so.2"))
        .link(&place("libone.so.1"), "libone.so.1.0");
    let two = TestPackage::new("libtwo2").object(&place("libtwo.so.2"), library(&place("libtwo.so.2")));
    let server = ArchiveServer::start([archive(&[one, two], &key)]);
    (fixture, server)
}

fn closed(fixture: &Fixture, server: &ArchiveServer, arguments: &[&str]) -> Command {
    let mut command = command(fixture, arguments);
    command.args(["--at", "/app", "--release", "bookworm", "--arch", "amd64", "--refresh"]);
    command.arg("--mirror").arg(server.url()).args(["--keyring", "key.asc"]);
    command
}

#[test]
fn a_closed_graph_has_the_files_of_packages_and_what_they_load() {
    let (fixture, server) = world();
    let output = closed(&fixture, &server, &["graph", "app", "--format", "json"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    assert_eq!(answer["closed"], true);
    let file = place(&answer, "path", &format!("{LIBRARIES}/libone.so.1.0"));
    assert_eq!(rows(&answer, "nodes")[file]["package"], "libone1");
    assert_eq!(rows(&answer, "nodes")[file]["found_as"][0], format!("{LIBRARIES}/libone.so.1"));
    let (one, two) = (place(&answer, "name", "libone1"), place(&answer, "name", "libtwo2"));
    let loads = rows(&answer, "edges").iter().filter(|edge| edge["kind"] == "loads").collect::<Vec<_>>();
    assert_eq!(loads.len(), 1);
    assert_eq!((&loads[0]["from"], &loads[0]["to"]), (&one.into(), &two.into()));
}

#[test]
fn why_goes_through_other_packages_when_they_are_known() {
    let (fixture, server) = world();
    let why = |query: &str| said(&fixture, &mut closed(&fixture, &server, &["why", "app", query, "-q"]));
    let expected = format!(
        "/app/x.so\n└─ {LIBRARIES}/libone.so.1.0\n   └─ libtwo.so.2  → {LIBRARIES}/libtwo.so.2 of libtwo2\nexit 0\n"
    );
    for query in ["libtwo2", "libtwo.so.2"] {
        assert_says(&why(query), &expected);
    }
}

#[test]
fn dot_draws_hostile_names_where_it_is_at_hand() {
    let fixture = Fixture::empty();
    let name = b"a\"b\\\n]; end }--> %%{x}%% #quot; `c` <b>&amp;'\x1b[31m\xff.so";
    fixture.build(library("/app/x.so").needs("libgmp.so.10").without_soname());
    let hostile = fixture.host("/app").join(OsString::from_vec(name.to_vec()));
    std::fs::rename(fixture.host("/app/x.so"), hostile).expect("is renamed");
    let dot = command(&fixture, &["graph", "app", "--at", "/app"]).output().expect("runs").stdout;
    let drawn = Command::new("dot").arg("-Tjson").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = drawn else { return };
    child.stdin.take().expect("is piped").write_all(&dot).expect("is read");
    let drawn: Value =
        serde_json::from_slice(&child.wait_with_output().expect("ends").stdout).expect("is JSON");
    let expected = "a\"b\\\\n]; end }--> %%{x}%% #quot; `c` <b>&amp;'\\u{1b}[31m\u{fffd}.so";
    // What dot would write: its own escapes undone.
    let texts: Vec<String> = rows(&drawn, "objects").iter().flat_map(drawn_texts).collect();
    assert!(texts.iter().any(|text| text == expected), "{texts:?}");
}

/// The texts that dot puts into a picture for a node.
fn drawn_texts(object: &Value) -> Vec<String> {
    let operations = object["_ldraw_"].as_array().into_iter().flatten();
    operations.filter_map(|operation| operation["text"].as_str()).map(str::to_owned).collect()
}
