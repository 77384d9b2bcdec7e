//! Every format on small graphs, with their files in `snapshots/`, and on hostile names.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::{graph_dot, graph_json, graph_mermaid, graph_svg};
use crate::debian::catalog::{IndexKind, Provenance};
use crate::emit::golden::assert_golden;
use crate::loader::NeedKind;
use crate::solve::graph::Graph;
use crate::solve::graph::sample::{Sketch, closed, open};
use crate::vocabulary::{Architecture, Distribution, Release, Target};

/// Name that would end a string, a tag, a label or a line, and that is not valid text.
const HOSTILE: &[u8] =
    b"/venv/a\"b\\\n]; end }--> %%{x}%% #quot; `c` </text><script>&amp;'\x1b[31m\xff\xe2\x80\xae;:::x";

fn provenance() -> Provenance {
    Provenance {
        origin: None,
        target: Target {
            distribution: Distribution::Debian,
            release: Release::new("bookworm"),
            architecture: Architecture::Amd64,
        },
        index: IndexKind::Embedded,
        date: None,
        verified: true,
        sources: Vec::new(),
    }
}

fn json(graph: &Graph, closed: bool) -> String {
    graph_json(graph, closed, &provenance(), "as requested").expect("is encoded")
}

fn hostile() -> Graph {
    let mut sketch = Sketch::default();
    sketch.start("/venv/start.so");
    sketch.need(b"/venv/start.so", HOSTILE, NeedKind::Needed, None);
    sketch.need(HOSTILE, b"libx.so.1", NeedKind::Needed, Some("/usr/lib/liby.so"));
    sketch.need(b"/venv/start.so", HOSTILE, NeedKind::Needed, Some("/usr/lib/liby.so"));
    sketch.graph()
}

/// Asserts that all formats write a graph as in `snapshots/`.
#[track_caller]
fn assert_written(name: &str, graph: &Graph, closed: bool) {
    let file = |ending: &str| format!("src/emit/graph/snapshots/{name}.{ending}");
    assert_golden(&file("dot"), &graph_dot(graph));
    assert_golden(&file("mmd"), &graph_mermaid(graph).0);
    assert_golden(&file("json"), &json(graph, closed));
    assert_golden(&file("svg"), &graph_svg(graph));
}

#[test]
fn an_open_graph() {
    assert_written("open", &open(), false);
}

#[test]
fn a_closed_graph() {
    assert_written("closed", &closed(), true);
}

#[test]
fn an_empty_graph() {
    let graph = Graph::default();
    assert!(graph_dot(&graph).ends_with("];\n}\n"));
    assert_eq!(graph_mermaid(&graph), ("flowchart LR\n".to_owned(), 0));
    let text = graph_svg(&graph);
    let svg = roxmltree::Document::parse(&text).expect("is XML");
    let width: f64 = svg.root_element().attribute("width").and_then(|it| it.parse().ok()).expect("a number");
    assert!(width.is_finite() && width > 0.0);
}

#[test]
fn hostile_names_stay_in_their_element_of_an_svg() {
    let text = graph_svg(&hostile());
    let svg = roxmltree::Document::parse(&text).expect("is XML");
    let names: BTreeSet<&str> = svg
        .descendants()
        .filter(roxmltree::Node::is_element)
        .map(|element| element.tag_name().name())
        .collect();
    assert_eq!(names, BTreeSet::from(["desc", "g", "path", "rect", "style", "svg", "text", "title"]));
    let whole = "/venv/a\"b\\\\n]; end }--> %%{x}%% #quot; `c` </text><script>&amp;'\\u{1b}[31m\u{fffd}\\u{202e};:::x";
    let is_shown =
        |element: roxmltree::Node<'_, '_>| element.text().is_some_and(|text| text.starts_with(whole));
    assert!(svg.descendants().any(is_shown), "{text}");
}

#[test]
fn hostile_names_stay_in_their_strings_of_dot() {
    let text = graph_dot(&hostile());
    // By the grammar: outside of strings only text that this program writes itself.
    let (mut outside, mut is_inside, mut letters) = (String::new(), false, text.chars());
    while let Some(letter) = letters.next() {
        match letter {
            '"' => is_inside = !is_inside,
            '\\' if is_inside => assert!(letters.next().is_some_and(|next| "\\\"n".contains(next))),
            _ if is_inside => assert!(!letter.is_control()),
            _ => outside.push(letter),
        }
    }
    assert!(!is_inside);
    for word in ["script", "end", "%", "<", "#", "&"] {
        assert!(!outside.contains(word), "{word} in {outside}");
    }
    assert_eq!(outside.matches('{').count(), outside.matches('}').count());
}

#[test]
fn hostile_names_stay_in_their_labels_of_mermaid() {
    let (text, _) = graph_mermaid(&hostile());
    for line in text.lines() {
        let mut parts = line.split('"');
        let label = parts.by_ref().nth(1).unwrap_or_default().replace("<br/>", "");
        assert!(parts.count() <= 1, "one string a line: {line}");
        let is_plain = |letter: char| letter.is_alphanumeric() || " ./_-+,~#;\u{fffd}".contains(letter);
        assert!(label.chars().all(is_plain), "{label}");
    }
    assert!(text.contains("#60;/text#62;#60;script#62;"), "{text}");
}

#[test]
fn hostile_names_are_text_in_json() {
    let document: Value = serde_json::from_str(&json(&hostile(), false)).expect("is JSON");
    let paths = document["nodes"].as_array().expect("a list").iter().filter_map(|node| node["path"].as_str());
    let expected = String::from_utf8_lossy(HOSTILE).into_owned();
    assert!(paths.into_iter().any(|path| path == expected), "{document}");
}

proptest! {
    /// Random needs in random processes: both ends of each edge are nodes, and each format is complete.
    #[test]
    fn the_ends_of_each_edge_are_nodes(
        needs in prop::collection::vec((0_usize..6, 0_usize..6, any::<bool>(), "[a-z\"<&\\\\\\n]{1,3}"), 0..25),
        starts in prop::collection::vec(0_usize..6, 1..3),
    ) {
        let mut sketch = Sketch::default();
        for start in starts {
            sketch.start(&format!("/{start}"));
            for (by, found, is_found, soname) in &needs {
                let found = format!("/{found}");
                let found = is_found.then_some(found.as_str());
                sketch.need(format!("/{by}").as_bytes(), soname.as_bytes(), NeedKind::Needed, found);
            }
        }
        let graph = sketch.graph();
        let document: Value = serde_json::from_str(&json(&graph, false)).expect("is JSON");
        let nodes = document["nodes"].as_array().expect("a list");
        for (place, node) in nodes.iter().enumerate() {
            prop_assert_eq!(&node["id"], place);
        }
        let kind = |id: &Value| {
            let place = id.as_u64().and_then(|id| usize::try_from(id).ok());
            place.and_then(|place| nodes.get(place)).and_then(|node| node["kind"].as_str()).unwrap_or("none").to_owned()
        };
        for edge in document["edges"].as_array().expect("a list") {
            prop_assert_eq!(kind(&edge["from"]) == "soname", edge["kind"] == "found-at");
            prop_assert_eq!(kind(&edge["to"]), if edge["kind"] == "needs" { "soname" } else { "object" });
            for start in edge["starts"].as_array().into_iter().flatten() {
                prop_assert_eq!(kind(start), "object");
            }
        }
        let drawn = graph_svg(&graph);
        prop_assert!(roxmltree::Document::parse(&drawn).is_ok());
        let (dot, mermaid) = (graph_dot(&graph), graph_mermaid(&graph).0);
        prop_assert!(dot.ends_with('\n') && mermaid.ends_with('\n'));
    }
}
