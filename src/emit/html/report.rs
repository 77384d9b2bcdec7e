//! What a report says, in the form in which its page reads it.

use serde::Serialize;

use super::graph::GraphView;
use super::sizes::SizeView;

/// All that one page shows. All texts are printable.
#[derive(Debug)]
pub(in crate::emit) struct Report {
    /// What it is a report of, as the title of the page.
    pub(in crate::emit) title: String,
    /// What a subject is, in a word: `image`, `tree`.
    pub(in crate::emit) noun: &'static str,
    /// What the sizes of a subject are, in a word or two: `Size`, `To add`.
    pub(in crate::emit) size_words: &'static str,
    /// The rules that its findings are of, in the order in which they are shown.
    pub(in crate::emit) rules: Vec<RuleView>,
    /// What can't be seen by what was done, a sentence each.
    pub(in crate::emit) not_seen: Vec<String>,
    /// What could not be looked at, by name, and why.
    pub(in crate::emit) unread: Vec<(String, String)>,
    /// What was looked at.
    pub(in crate::emit) subjects: Vec<Subject>,
}

/// What findings of one kind mean.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct RuleView {
    /// Its name.
    pub(in crate::emit) code: String,
    /// What it finds, in a few words.
    pub(in crate::emit) title: String,
    /// What that means.
    pub(in crate::emit) explanation: String,
    /// How it is fixed.
    pub(in crate::emit) fix: String,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct Subject {
    /// What it is called.
    pub(in crate::emit) name: String,
    /// What is known of it.
    pub(in crate::emit) facts: Vec<Fact>,
    /// How many files it has, where that is known.
    pub(in crate::emit) files: Option<usize>,
    /// How many objects it has that a linker could load.
    pub(in crate::emit) objects: usize,
    /// What taking superfluous files away would save, in bytes.
    pub(in crate::emit) saves: u64,
    /// What is wrong with it.
    pub(in crate::emit) findings: Vec<FindingView>,
    /// What its objects load; none where there is no object.
    pub(in crate::emit) graph: Option<GraphView>,
    /// What it comes to; none where nothing is measured.
    pub(in crate::emit) sizes: Option<SizeView>,
}

/// Something that is known of a subject.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct Fact {
    /// What it is.
    pub(in crate::emit) label: &'static str,
    /// The words.
    pub(in crate::emit) value: String,
    /// Whether the words are a digest, a path or a command.
    pub(in crate::emit) code: bool,
}

impl Fact {
    /// In words.
    pub(in crate::emit) fn words(label: &'static str, value: String) -> Self {
        Self { label, value, code: false }
    }

    /// As a digest, a path or a command.
    pub(in crate::emit) fn code(label: &'static str, value: String) -> Self {
        Self { label, value, code: true }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::emit) enum Level {
    /// It fails.
    Error,
    /// It may fail.
    Warning,
    /// Worth knowing.
    Note,
}

/// What becomes of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::emit) enum State {
    /// It counts.
    Counts,
    /// It was known before.
    Known,
    /// The project ignores it.
    Ignored,
}

/// A finding.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct FindingView {
    /// What tells it from the others of all subjects, and stays the same in the next report: links into the page hold it.
    pub(in crate::emit) id: String,
    /// The code of its rule.
    pub(in crate::emit) rule: String,
    /// How bad it is.
    pub(in crate::emit) level: Level,
    /// What becomes of it.
    pub(in crate::emit) state: State,
    /// Why it is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) reason: Option<String>,
    /// What about the file.
    pub(in crate::emit) subject: String,
    /// What is wrong.
    pub(in crate::emit) message: String,
    /// The file.
    pub(in crate::emit) path: String,
    /// Who brought the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) owner: Option<String>,
    /// The layer that the file is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) layer: Option<String>,
    /// What gets to the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) reach: Option<String>,
    /// What led to its being loaded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::emit) chain: Vec<String>,
    /// The evidence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::emit) why: Vec<String>,
    /// How to fix it, the best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::emit) fix: Vec<String>,
    /// What taking it away saves, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) saves: Option<u64>,
}

/// What something is, which decides its colour; of nodes of a graph and of parts of a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::emit) enum Kind {
    /// Of a tree.
    Tree,
    /// Of the base.
    Base,
    /// Of a Debian package.
    Package,
    /// Of a distribution of Python's.
    Wheel,
    /// Of a package of RubyGems'.
    Gem,
    /// Of a package of npm's.
    Npm,
    /// Nothing tells whose it is.
    Unowned,
    /// A name that a package has.
    Lacked,
    /// A name that a driver of the host brings.
    Host,
    /// A name that nothing has, or that nothing finds.
    Unresolved,
    /// A layer.
    Layer,
}

impl Level {
    /// Every level, the worst first.
    pub(super) const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];
}

impl Kind {
    /// Every kind with what it is called in legends.
    pub(super) const WORDS: [(Self, &'static str); 11] = [
        (Self::Tree, "of the tree"),
        (Self::Base, "of the base"),
        (Self::Package, "Debian package"),
        (Self::Wheel, "Python wheel"),
        (Self::Gem, "Ruby gem"),
        (Self::Npm, "npm package"),
        (Self::Unowned, "of no package"),
        (Self::Lacked, "lacked, a package has it"),
        (Self::Host, "from the host"),
        (Self::Unresolved, "not found"),
        (Self::Layer, "layer"),
    ];
}
