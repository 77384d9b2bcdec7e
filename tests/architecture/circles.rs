//! Circles between the files of a room: none may exist, so that each file can be read after those that it names.
//!
//! A name is attributed to the file that defines it: `use super::Plan` in a room whose `mod.rs` has `pub use plan::Plan`
//! is an arrow to `plan.rs`. Re-exports themselves and code that only tests compile are no arrows.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, UseTree, Visibility};

use super::{SourceFile, source_files};

/// The names of modules from the crate's top downwards.
type ModulePath = Vec<String>;

/// What one file imports, and what it hands on.
#[derive(Default)]
struct Imports {
    /// Paths as written, and whether they stand in a `use`.
    paths: Vec<ModulePath>,
    /// Each name that is re-exported, with the path that it stands for.
    exports: BTreeMap<String, ModulePath>,
    /// Modules of other files that only tests compile.
    test_modules: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Imports {
    fn visit_item(&mut self, item: &'ast Item) {
        let test_module = match item {
            Item::Mod(module) if module.content.is_none() => Some(module),
            _ => None,
        };
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        } else if let Some(ItemMod { ident, .. }) = test_module {
            self.test_modules.insert(ident.to_string());
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let mut leaves = Vec::new();
        flatten(&item.tree, &mut Vec::new(), &mut leaves);
        for (name, path) in leaves {
            match item.vis {
                Visibility::Inherited => self.paths.push(path),
                _ => drop(self.exports.insert(name, path)),
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

/// The names that a `use` brings in, each with its path.
fn flatten(tree: &UseTree, above: &mut ModulePath, leaves: &mut Vec<(String, ModulePath)>) {
    match tree {
        UseTree::Path(path) => {
            above.push(path.ident.to_string());
            flatten(&path.tree, above, leaves);
            above.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|item| flatten(item, above, leaves)),
        UseTree::Name(name) if name.ident == "self" => {
            leaves.push((above.last().cloned().unwrap_or_default(), above.clone()));
        }
        UseTree::Name(name) => {
            leaves.push((name.ident.to_string(), [above.as_slice(), &[name.ident.to_string()]].concat()));
        }
        UseTree::Rename(rename) => {
            leaves
                .push((rename.rename.to_string(), [above.as_slice(), &[rename.ident.to_string()]].concat()));
        }
        UseTree::Glob(_) => leaves.push(("*".to_owned(), above.clone())),
    }
}

/// Every file as a module, with what it imports.
struct Modules(BTreeMap<ModulePath, (SourceFile, Imports)>);

impl Modules {
    fn read(files: Vec<SourceFile>) -> Self {
        let mut modules = BTreeMap::new();
        for file in files {
            let parsed = syn::parse_file(&file.text).expect("a source file is Rust");
            let mut imports = Imports::default();
            imports.visit_file(&parsed);
            modules.insert(module_path(&file.path), (file, imports));
        }
        let tests: Vec<ModulePath> = modules
            .iter()
            .flat_map(|(path, (_, imports))| {
                imports.test_modules.iter().map(|name| [path.as_slice(), std::slice::from_ref(name)].concat())
            })
            .collect();
        modules.retain(|path, _| !tests.iter().any(|test| path.starts_with(test)));
        Self(modules)
    }

    /// The module that defines what a path from the crate's top names.
    fn definition(&self, path: &[String]) -> Option<&ModulePath> {
        let mut path = path.to_vec();
        // Re-exports of re-exports end soon; a circle of them does not compile.
        for _ in 0..8 {
            let (module, name) = (1..=path.len()).rev().find_map(|length| {
                let (module, imports) = self.0.get_key_value(&path[..length])?;
                Some(((module, &imports.1), path.get(length)))
            })?;
            let Some(export) = name.and_then(|name| module.1.exports.get(name)) else {
                return Some(module.0);
            };
            path = self.resolve_from_top(module.0, export)?;
        }
        None
    }

    /// A path as a file writes it, from the crate's top; none for what is of another crate.
    fn resolve_from_top(&self, module: &[String], path: &[String]) -> Option<ModulePath> {
        let first = path.first()?;
        if first == "crate" {
            return Some(path[1..].to_vec());
        }
        let supers = path.iter().take_while(|name| *name == "super").count();
        if supers > 0 {
            return Some([&module[..module.len().checked_sub(supers)?], &path[supers..]].concat());
        }
        let path = if first == "self" { &path[1..] } else { path };
        let below = [module, path].concat();
        self.0.contains_key(&below[..module.len() + 1]).then_some(below)
    }

    /// The groups of files of one room that import each other in a circle.
    fn circles(&self) -> Vec<Vec<&str>> {
        let mut graph = DiGraph::<&ModulePath, ()>::new();
        let nodes: BTreeMap<&ModulePath, _> =
            self.0.keys().map(|path| (path, graph.add_node(path))).collect();
        for (path, (file, imports)) in &self.0 {
            for import in &imports.paths {
                let Some(target) = self
                    .resolve_from_top(path, import)
                    .and_then(|resolve_from_top| self.definition(&resolve_from_top))
                else {
                    continue;
                };
                if target != path && self.0[target].0.room == file.room {
                    graph.update_edge(nodes[path], nodes[target], ());
                }
            }
        }
        let components = tarjan_scc(&graph).into_iter().filter(|component| component.len() > 1);
        components
            .map(|component| component.into_iter().map(|node| self.0[graph[node]].0.path.as_str()).collect())
            .collect()
    }
}

fn module_path(file: &str) -> ModulePath {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

fn circles_of(files: Vec<SourceFile>) -> Vec<String> {
    let modules = Modules::read(files);
    let mut circles = modules.circles();
    circles.iter_mut().for_each(|circle| circle.sort_unstable());
    circles.sort();
    circles.into_iter().map(|circle| circle.join(" ↔ ")).collect()
}

#[test]
fn no_files_of_a_room_import_each_other_in_a_circle() {
    let circles = circles_of(source_files().into_iter().filter(|file| file.path != "main.rs").collect());
    assert!(circles.is_empty(), "circles:\n{}", circles.join("\n"));
}

#[test]
fn a_circle_is_noticed_through_re_exports_and_not_through_tests() {
    let file = |path: &str, text: &str| SourceFile::new(path.to_owned(), text.to_owned());
    let room = "mod one; mod two; pub use one::One;";
    let two = "use super::One; pub struct Two(One);";
    let circle = vec![
        file("elf/mod.rs", room),
        file("elf/one.rs", "pub struct One; fn f() { super::two::g(); }"),
        file("elf/two.rs", two),
    ];
    assert_eq!(circles_of(circle), ["elf/one.rs ↔ elf/two.rs"]);
    let tests = "pub struct One; #[cfg(test)] mod tests { use crate::elf::two::Two; }";
    let line = vec![file("elf/mod.rs", room), file("elf/one.rs", tests), file("elf/two.rs", two)];
    assert_eq!(circles_of(line), [""; 0]);
}
