//! Helpers of the rules on venvs: their reach, and ways to give them a Python.

use crate::app::{Venv, python_version, system_pythons};
use crate::audit::finding::{Fix, Reach};
use crate::audit::view::View;
use crate::vocabulary::RootedPath;

/// Returns the reach of what a venv contains. It is not reached only if the image starts something else, and no Python of
/// another version, which could have been told to look into the venv.
pub(super) fn reach_of_venv(view: &View<'_>, venv: &Venv) -> Reach {
    let entrypoint = &view.entrypoint;
    let is_inside = |path: &RootedPath| path.below(&venv.directory).is_some();
    let mut words = view.config.command.iter().map(RootedPath::new);
    let mut scripts = entrypoint.scripts.iter().map(|script| view.root.path(*script));
    if words.any(|word| is_inside(&word)) || scripts.any(|script| is_inside(&script)) {
        return Reach::Entrypoint;
    }
    if entrypoint.may_start_anything {
        return Reach::Possible;
    }
    let mut versions = entrypoint.programs.iter().filter_map(|program| python_version(view.root, *program));
    match versions.any(|version| venv.version.as_ref().is_some_and(|own| *own != version)) {
        true => Reach::Extension,
        false => Reach::Unreached,
    }
}

/// Returns the ways to give a venv its Python: that of the root with the same version, or the directory that it comes from.
pub(super) fn fixes_of_venv(view: &View<'_>, version: Option<&str>, target: Option<&RootedPath>) -> Vec<Fix> {
    let pythons = system_pythons(view.root);
    let same = pythons.iter().find(|(_, its)| version == Some(its.as_str()));
    let mut fixes = Vec::new();
    if let Some((node, _)) = same {
        let python = view.root.path(*node);
        fixes.push(Fix::Instruction(format!("`sodeb image … --relink-python` links it to {python}")));
    }
    let prefix = target.filter(|target| target.parent().file_name() == b"bin");
    let prefix = prefix.map(|target| target.parent().parent());
    if let Some(prefix) = prefix.filter(|prefix| !matches!(prefix.as_bytes(), b"/usr" | b"/")) {
        fixes
            .push(Fix::Instruction(format!("give {prefix}, where its Python is installed, as another tree")));
    }
    let version = version.map_or_else(String::new, |version| format!(" {version}"));
    fixes.push(Fix::Instruction(match pythons.first() {
        Some((_, other)) if same.is_none() => {
            format!("create the venv with Python {other}, or use a base with Python{version}")
        }
        _ => format!("use a base with Python{version}"),
    }));
    fixes
}
