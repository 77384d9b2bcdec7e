//! The other commands: why (its chains are in graph.rs), tree, completions, man, help.

use serde_json::json;

use crate::support::command_line::{assert_says, command, json, said, says};
use crate::support::fixture::{Fixture, library, program};

/// A program whose library loads another, and what both of them lack.
fn tree() -> Fixture {
    let fixture = Fixture::empty();
    fixture.build(program("/app/bin/prog").needs("liba.so.1").runpath("$ORIGIN/../lib"));
    fixture.build(library("/app/lib/liba.so.1").needs("libb.so.1").needs("libgmp.so.10").runpath("$ORIGIN"));
    fixture.build(library("/app/lib/libb.so.1").needs("libgmp.so.10").needs("libz.so.1"));
    fixture
}

#[test]
fn why_shows_the_chain_to_a_library_or_a_package() {
    let fixture = tree();
    let why = |query: &str| says(&fixture, &["why", "app", query, "--at", "/app", "--direct"]);
    assert_says(
        &why("libz.so.1"),
        "/app/bin/prog\n└─ /app/lib/liba.so.1\n   └─ /app/lib/libb.so.1\n      └─ libz.so.1  → zlib1g\nexit 0\n",
    );
    let gmp = "/app/bin/prog\n└─ /app/lib/liba.so.1\n   └─ libgmp.so.10  → libgmp10\nexit 0\n";
    assert_says(&why("libgmp.so.10"), gmp);
    assert_says(&why("libgmp10"), gmp);
    assert_says(
        &why("libb.so.1"),
        "/app/bin/prog\n└─ /app/lib/liba.so.1\n   └─ libb.so.1  → /app/lib/libb.so.1\nexit 0\n",
    );
}

#[test]
fn why_as_json() {
    let arguments = ["why", "app", "libz.so.1", "--at", "/app", "--release", "bookworm", "--direct"];
    let (answer, status) = json(&tree(), &arguments);
    assert_eq!(status, 0);
    let objects = ["/app/bin/prog", "/app/lib/liba.so.1", "/app/lib/libb.so.1"];
    let chain = json!({
        "objects": objects,
        "through": [],
        "soname": "libz.so.1",
        "found": null,
        "package": "zlib1g",
    });
    let expected = json!({"schema": "sodeb.why/1", "query": "libz.so.1", "count": 1, "chains": [chain]});
    assert_eq!(answer, expected);
}

#[test]
fn why_about_what_nothing_asks_for() {
    let fixture = tree();
    let expected = "! error: nothing in app needs libxml2\n\
                    ! hint: `sodeb resolve -v` lists every soname and package\nexit 2\n";
    assert_says(&says(&fixture, &["why", "app", "libxml2"]), expected);
    let empty = says(&fixture, &["why", "app", ""]);
    assert!(empty.starts_with("! error: a value is required for '<NAME>' but none"), "{empty}");
}

#[test]
fn tree_shows_what_is_loaded_where_it_is_loaded_first() {
    let fixture = tree();
    assert_says(
        &says(&fixture, &["tree", "app", "--at", "/app"]),
        "\
/app/bin/prog  program
└── liba.so.1 → /app/bin/../lib/liba.so.1 [runpath]
    ├── libb.so.1 → /app/bin/../lib/libb.so.1 [runpath]
    │   ├── libgmp.so.10  not found in 4 paths
    │   └── libz.so.1  not found in 4 paths
    └── libgmp.so.10  not found in 5 paths
problem /app/bin/prog: its dynamic linker /lib64/ld-linux-x86-64.so.2 does not exist
exit 1
",
    );
    let verbose = says(&fixture, &["tree", "app", "--at", "/app", "-v"]);
    let places = "    └── libgmp.so.10  not found in 5 paths\n        \
                  /app/bin/../lib/libgmp.so.10: no such file\n        \
                  /lib/x86_64-linux-gnu/libgmp.so.10: no such file\n";
    assert!(verbose.contains(places), "{verbose}");
}

#[test]
fn tree_of_each_object_by_itself() {
    let said = says(&tree(), &["tree", "app", "--at", "/app", "--standalone"]);
    let library = "/app/lib/libb.so.1  library\n├── libgmp.so.10  not found in 4 paths\n\
                   └── libz.so.1  not found in 4 paths\nexit 1\n";
    assert!(said.ends_with(library), "{said}");
}

#[test]
fn every_command_has_its_help() {
    let fixture = Fixture::empty();
    for name in ["resolve", "why", "graph", "tree", "index", "completions", "man"] {
        let help = said(&fixture, &mut command(&fixture, &[name, "--help"]));
        assert!(help.contains(&format!("\nUsage: sodeb {name} ")) && help.ends_with("exit 0\n"), "{help}");
        let line = help.lines().next().unwrap_or_default().to_owned();
        let overview = said(&fixture, &mut command(&fixture, &["--help"]));
        assert!(overview.contains(&line) && overview.ends_with("exit 0\n"), "{line} in {overview}");
    }
    assert_says(
        &said(&fixture, &mut command(&fixture, &["--version"])),
        &format!("sodeb {}\nexit 0\n", env!("CARGO_PKG_VERSION")),
    );
}

#[test]
fn short_help_has_headings_and_no_variables() {
    let fixture = Fixture::empty();
    let help = said(&fixture, &mut command(&fixture, &["image", "-h"]));
    for heading in
        ["Base", "Dynamic linker", "Packages", "Catalog", "Archive", "Image configuration", "Global options"]
    {
        assert!(help.contains(&format!("\n{heading}:\n")), "{heading} in {help}");
    }
    assert!(help.contains("\nArguments:\n  <PATH>...  ") && !help.contains("SODEB_"), "{help}");
    let details = said(&fixture, &mut command(&fixture, &["image", "--help"]));
    assert!(details.contains("Environment variable: SODEB_BASE\n"), "{details}");
}

#[test]
fn a_misspelled_command_is_recognized_unless_there_is_such_a_path() {
    let fixture = tree();
    assert_says(
        &says(&fixture, &["resovle", "app"]),
        "! error: cannot read resovle: No such file or directory (os error 2)\n\
         ! hint: did you mean `sodeb resolve`?\nexit 2\n",
    );
    let path = says(&fixture, &["ap", "app"]);
    assert!(!path.contains("hint"), "{path}");
}

#[test]
fn without_a_question_it_says_what_may_be_asked() {
    let fixture = Fixture::empty();
    let said = said(&fixture, &mut command(&fixture, &[]));
    assert!(said.contains("! Usage: sodeb [OPTIONS] <PATH>...\n") && said.ends_with("exit 2\n"), "{said}");
}

#[test]
fn quiet_and_verbose_are_not_asked_for_at_once() {
    let said = says(&Fixture::empty(), &["-q", "-v", "etc"]);
    let expected = "! error: the argument '--quiet' cannot be used with '--verbose'\n";
    assert!(said.starts_with(expected) && said.ends_with("exit 2\n"), "{said}");
}

#[test]
fn completions_know_every_command() {
    let fixture = Fixture::empty();
    for (shell, start) in
        [("bash", "_sodeb() {\n"), ("zsh", "#compdef sodeb\n"), ("fish", "# Print an optspec")]
    {
        let script = said(&fixture, &mut command(&fixture, &["completions", shell]));
        assert!(script.starts_with(start) && script.ends_with("exit 0\n"), "{script}");
        assert!(
            ["resolve", "why", "graph", "tree", "index", "man"].iter().all(|name| script.contains(name)),
            "{script}"
        );
    }
}

#[test]
fn the_manual_page_is_one() {
    let fixture = Fixture::empty();
    let page = said(&fixture, &mut command(&fixture, &["man"]));
    assert!(page.contains(".TH sodeb 1 ") && page.contains("\\fB\\-\\-release\\fR"), "{page}");
}

#[test]
fn the_page_of_a_command() {
    let fixture = Fixture::empty();
    let page = said(&fixture, &mut command(&fixture, &["man", "index", "update"]));
    assert!(page.contains(".TH sodeb-index-update 1") && page.ends_with("exit 0\n"), "{page}");
    assert_says(
        &said(&fixture, &mut command(&fixture, &["man", "nope"])),
        "! error: cannot print a manual page: no command nope\n! hint: `sodeb --help` lists the commands\nexit 2\n",
    );
}

#[test]
fn an_answer_goes_to_the_file_that_is_asked_for_without_colours() {
    let fixture = tree();
    let said =
        says(&fixture, &["why", "app", "libz.so.1", "--at", "/app", "--color", "always", "-o", "answer"]);
    assert_says(&said, "exit 0\n");
    let written = std::fs::read_to_string(fixture.host("/answer")).expect("the answer");
    assert!(written.starts_with("/app/bin/prog\n└─ "), "{written}");
    let refused = says(&fixture, &["why", "app", "libz.so.1", "-o", "nowhere/answer"]);
    assert_says(
        &refused,
        "! error: cannot write nowhere/answer: No such file or directory (os error 2)\nexit 3\n",
    );
}
