//! Style that a machine can check: how doc comments begin, and how long files and functions are.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::{SourceFile, assert_none_has, source_files};

/// Longer files hold two things.
const MAX_FILE_LINES: usize = 542;

/// Longer functions do two things. The lines of the signature count.
const MAX_FUNCTION_LINES: usize = 71;

/// Words with which no doc comment begins: it begins with a noun or a verb.
const NO_BEGINNINGS: &[&str] = &[
    "What", "How", "That", "Of", "Whether", "Those", "Which", "Why", "Where", "When", "Who", "Whoever",
    "Whatever",
];

/// The first line of each doc comment with its number.
fn doc_beginnings(file: &SourceFile) -> impl Iterator<Item = (usize, &str)> {
    let is_doc = |line: &str| ["///", "//!"].iter().any(|mark| line.trim_start().starts_with(mark));
    let mut is_inside = false;
    file.text.lines().enumerate().filter_map(move |(index, line)| {
        let begins = is_doc(line) && !is_inside;
        is_inside = is_doc(line);
        begins.then(|| (index + 1, line.trim_start()[3..].trim_start()))
    })
}

#[test]
fn doc_comments_begin_with_a_noun_or_a_verb() {
    let mut breaches = Vec::new();
    for file in source_files() {
        for (number, text) in doc_beginnings(&file) {
            let first = text.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
            if NO_BEGINNINGS.contains(&first) {
                breaches.push(format!("src/{}:{number}: {text}", file.path));
            }
        }
    }
    assert!(breaches.is_empty(), "{} doc comments:\n{}", breaches.len(), breaches.join("\n"));
}

#[test]
fn the_first_line_of_a_doc_comment_is_its_beginning() {
    let text = "/// One.\n/// That goes on.\nfn f() {}\n    //! Two.\n".to_owned();
    let file = SourceFile::new("elf/mod.rs".to_owned(), text);
    assert_eq!(doc_beginnings(&file).collect::<Vec<_>>(), [(1, "One."), (4, "Two.")]);
}

#[test]
fn files_are_short() {
    let long: Vec<_> = source_files()
        .iter()
        .map(|file| (file.path.clone(), file.text.lines().count()))
        .filter(|(_, lines)| *lines > MAX_FILE_LINES)
        .collect();
    assert!(long.is_empty(), "files of more than {MAX_FILE_LINES} lines: {long:?}");
}

/// The functions of a file with their lengths in lines.
#[derive(Default)]
struct Functions(Vec<(String, usize)>);

impl Functions {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let lines = block.span().end().line + 1 - signature.span().start().line;
        self.0.push((signature.ident.to_string(), lines));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.add(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[test]
fn functions_are_short() {
    let mut long = Vec::new();
    for file in source_files() {
        let mut functions = Functions::default();
        functions.visit_file(&syn::parse_file(&file.text).expect("a source file is Rust"));
        let too_long = functions.0.into_iter().filter(|(_, lines)| *lines > MAX_FUNCTION_LINES);
        long.extend(too_long.map(|(name, lines)| format!("src/{}: {name}: {lines} lines", file.path)));
    }
    assert!(long.is_empty(), "functions of more than {MAX_FUNCTION_LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn nothing_is_left_to_be_done() {
    assert_none_has(source_files().iter(), &["todo!", "unimplemented!", "FIXME", "TODO", "dbg!"]);
}
