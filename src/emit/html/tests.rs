//! Properties of every page: complete, reproducible, closed to the network and to hostile names.

use serde_json::Value;

use super::page::program;
use super::{
    Fact, FindingView, ObjectDetails, PartKind, Report, RuleView, SizeView, SubjectView, graph_view, html,
};
use crate::emit::escape::printable;
use crate::solve::graph::sample::{self, Sketch};
use crate::vocabulary::Severity;

/// Name that would end the element, be an element, or end a line in older scripts.
const HOSTILE: &[u8] =
    b"/venv/</script><img src=x onerror=alert(1)><!--\xe2\x80\xa8{{program}}\xff&amp;\"\\.so";

fn finding(path: &str) -> FindingView {
    let message = format!("{path} is missing");
    FindingView::new("1".to_owned(), "missing-library", Severity::Error, message, path.to_owned())
}

fn report(name: &[u8]) -> Report {
    let mut sketch = Sketch::default();
    sketch.start("/bin/sh").need(b"/bin/sh", name, crate::loader::NeedKind::Needed, None);
    let name = printable(bstr::BStr::new(name));
    let part = SizeView::sum(name.clone(), PartKind::Package, Vec::new());
    Report {
        title: name.clone(),
        noun: "image",
        size_label: "Size",
        rules: vec![RuleView {
            code: "missing-library".to_owned(),
            title: "a library is missing".to_owned(),
            explanation: "It is.".to_owned(),
            fix: "Add it.".to_owned(),
        }],
        not_checked: Vec::new(),
        unread: vec![(name.clone(), name.clone())],
        subjects: vec![SubjectView {
            name: name.clone(),
            facts: vec![Fact::code("Digest", "sha256:0".to_owned())],
            files: None,
            objects: 1,
            reclaimable: 0,
            findings: vec![finding(&name)],
            graph: graph_view(&sketch.graph(), |_| ObjectDetails::default()),
            sizes: Some(SizeView::sum(name, PartKind::Layer, vec![part])),
        }],
    }
}

fn page(report: &Report) -> String {
    html(report).expect("is a page")
}

/// Splits a page into its JSON, by the ids of the elements, and the rest.
fn split(page: &str) -> (Vec<(String, Value)>, String) {
    const MARK: &str = "<script type=\"application/json\" id=\"";
    let (mut data, mut rest, mut left) = (Vec::new(), page, String::new());
    while let Some((before, after)) = rest.split_once(MARK) {
        let (id, after) = after.split_once("\">").expect("an id");
        let (json, after) = after.split_once("</script>").expect("an end");
        data.push((id.to_owned(), serde_json::from_str(json).expect("is JSON")));
        left.push_str(before);
        rest = after;
    }
    (data, left + rest)
}

#[test]
fn hostile_names_stay_in_their_data() {
    let page = page(&report(HOSTILE));
    let plain = self::page(&report(b"plain.so"));
    let ((data, left), (_, expected)) = (split(&page), split(&plain));
    let title = |text: &str| {
        text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map(|it| it.0.to_owned())
    };
    let (hostile, plain) = (title(&left).expect("a title"), title(&expected).expect("a title"));
    assert!(!hostile.contains('<') && !hostile.contains('>'), "{hostile}");
    assert_eq!(left.replacen(&hostile, &plain, 1), expected, "the page around the data is always the same");
    let path = data[1].1["findings"][0]["path"].as_str().expect("a path");
    assert_eq!(path, printable(bstr::BStr::new(HOSTILE)), "and in the data it is whole");
    assert!(!page.contains('\u{2028}') && !page.contains("<img"));
}

#[test]
fn nothing_is_loaded_from_the_network() {
    let (_, left) = split(&page(&report(b"x")));
    for word in
        ["http:", "https:", "//cdn", "@import", "url(", " src=", "fetch(", "XMLHttpRequest", "import("]
    {
        assert!(!left.contains(word), "{word}");
    }
    assert!(
        left.contains("content=\"default-src 'none'; script-src 'sha256-"),
        "a policy that allows nothing else"
    );
}

#[test]
fn text_is_inserted_as_text() {
    let program = program();
    for word in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "</script",
        "<!--",
    ] {
        assert!(!program.contains(word), "{word}");
    }
}

#[test]
fn the_same_report_has_the_same_bytes() {
    assert_eq!(page(&report(HOSTILE)), page(&report(HOSTILE)));
    assert!(!page(&report(b"x")).contains("{{"), "each mark is filled");
}

#[test]
fn found_sonames_are_edges_between_objects() {
    let view = graph_view(&sample::open(), |_| ObjectDetails::default()).expect("a graph");
    let json = serde_json::to_value(&view).expect("is JSON");
    let nodes: Vec<&str> =
        json["nodes"].as_array().expect("a list").iter().filter_map(|node| node["name"].as_str()).collect();
    let edges: Vec<String> = json["edges"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|edge| {
            let end = |place: usize| {
                nodes[edge[place].as_u64().and_then(|it| usize::try_from(it).ok()).expect("a node")]
            };
            let opened = if edge[4] == 1 { " opened" } else { "" };
            format!(
                "{} {} {}{opened}",
                end(0),
                end(1),
                json["processes"][edge[3].as_u64().map_or(99, |it| usize::try_from(it).unwrap_or(99))]
            )
        })
        .collect();
    let expected = [
        "a.so libown.so.1.2 [0,1]",
        "a.so libcuda.so.1 [0,1]",
        "b.so libbase.so.1 [1,1] opened",
        "b.so libgmp.so.10 [1,1]",
        "b.so libnowhere.so.7 [1,1]",
        "libown.so.1.2 libgmp.so.10 [0,1]",
        "libgmp.so.10 libgmp10 null",
    ];
    assert_eq!(edges, expected);
}
