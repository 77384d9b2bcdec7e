//! Modules of a package, by the names under which others import them.

use crate::code::{CodeFacts, CodeLanguage};
use crate::vocabulary::RootedPath;

/// Module of a package.
pub(super) struct Module<'code> {
    /// Path of the file in the root.
    pub(super) path: RootedPath,
    /// Statements of the file.
    pub(super) facts: &'code CodeFacts,
}

/// Endings of a module's path behind the name that imports it.
const PYTHON: [&str; 2] = [".py", "/__init__.py"];
const JAVASCRIPT: [&str; 9] =
    ["", ".js", ".cjs", ".mjs", ".ts", "/index.js", "/index.cjs", "/index.mjs", "/index.ts"];
const RUBY: [&str; 2] = [".rb", ""];

/// Directories that hold the distributions of Python.
const SITES: [&str; 2] = ["/site-packages", "/dist-packages"];

/// Directory that the modules of a file's distribution are in.
pub(super) fn site_directory(path: &str) -> &str {
    let end = SITES.iter().filter_map(|site| Some(path.rfind(&format!("{site}/"))? + site.len())).max();
    end.map_or_else(|| path.rsplit_once('/').map_or("", |(directory, _)| directory), |end| &path[..end])
}

/// Dotted name of a module.
pub(super) fn python_name(path: &str) -> String {
    let below = path.strip_prefix(site_directory(path)).unwrap_or(path).trim_start_matches('/');
    let name = below.strip_suffix("/__init__.py").or_else(|| below.strip_suffix(".py")).unwrap_or(below);
    name.replace('/', ".")
}

/// Dotted name of the package of a module.
pub(super) fn python_package(path: &str) -> String {
    let name = python_name(path);
    if path.ends_with("/__init__.py") {
        return name;
    }
    name.rsplit_once('.').map(|(package, _)| package.to_owned()).unwrap_or_default()
}

/// Finds a module by its path without an ending.
fn find(modules: &[Module<'_>], stem: &str, endings: &[&str]) -> Option<usize> {
    endings.iter().find_map(|ending| {
        let path = format!("{stem}{ending}");
        modules.binary_search_by(|module| module.path.as_bytes().cmp(path.as_bytes())).ok()
    })
}

/// Finds the module with this name in the package whose `__init__.py` is at a path.
pub(super) fn submodule(modules: &[Module<'_>], package: &str, name: &str) -> Option<usize> {
    find(modules, &format!("{}/{name}", package.strip_suffix("/__init__.py")?), &PYTHON)
}

/// Finds an imported module.
pub(super) fn imported(
    modules: &[Module<'_>],
    language: CodeLanguage,
    importer: &str,
    name: &str,
) -> Option<usize> {
    match language {
        CodeLanguage::Python => find(modules, &python_stem(importer, name)?, &PYTHON),
        CodeLanguage::JavaScript if name.starts_with('.') => {
            find(modules, &joined(parent(importer), name), &JAVASCRIPT)
        }
        CodeLanguage::JavaScript => None,
        CodeLanguage::Ruby => find(modules, &joined(parent(importer), name), &RUBY),
    }
}

/// Finds a module that is imported as a name of its package.
pub(super) fn imported_name(
    modules: &[Module<'_>],
    language: CodeLanguage,
    importer: &str,
    package: &str,
    name: &str,
) -> Option<usize> {
    if language != CodeLanguage::Python {
        return None;
    }
    find(modules, &format!("{}/{name}", python_stem(importer, package)?), &PYTHON)
}

/// Path of a module without its ending; leading dots go up from the importer's package.
fn python_stem(importer: &str, name: &str) -> Option<String> {
    let rest = name.trim_start_matches('.');
    let dots = name.len() - rest.len();
    let mut directory = if dots == 0 { site_directory(importer) } else { parent(importer) };
    for _ in 1..dots {
        directory = parent(directory);
    }
    let below = rest.replace('.', "/");
    Some(if below.is_empty() { directory.to_owned() } else { format!("{directory}/{below}") })
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// Joins paths; `.` and `..` are resolved.
pub(super) fn joined(directory: &str, path: &str) -> String {
    let full = if path.starts_with('/') { path.to_owned() } else { format!("{directory}/{path}") };
    normalised(&full)
}

/// Path without `.`, `..` and empty components.
pub(super) fn normalised(path: &str) -> String {
    let mut components: Vec<&str> = Vec::new();
    for component in path.split('/') {
        match component {
            "" | "." => {}
            ".." => {
                components.pop();
            }
            component => components.push(component),
        }
    }
    let start = if path.starts_with('/') { "/" } else { "" };
    format!("{start}{}", components.join("/"))
}
