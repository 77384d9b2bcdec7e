//! wheel-mismatch: an installed wheel is for another Python or another system.

use bstr::ByteSlice;

use super::pythons::reach_of_venv;
use crate::app::{Venv, VenvPython, python_library, python_version, system_pythons, venvs};
use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::tree::inventory::{Content, Entry};
use crate::tree::root::NodeId;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "wheel-mismatch",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "a wheel is for another Python or another system",
    explanation: "The file WHEEL of an installed distribution lists the tags of the wheel that it was installed \
                  from: Python, ABI and platform (PEP 425). None of them fits the Python that would import it \
                  or the system: importing its extension modules fails. Typical are trees that were installed on \
                  macOS or Windows, or by another version of Python.",
    fix: "Install the packages again with the Python of the image on its platform, or with `pip download \
          --platform --python-version`.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let venvs = venvs(view.root, view.trees);
    for wheel in wheels(view, &venvs) {
        let Some(cause) = wheel.cause() else { continue };
        let reach = match wheel.venv {
            Some(venv) => reach_of_venv(view, venv),
            None if view.entrypoint.may_start_anything => Reach::Possible,
            None => Reach::Extension,
        };
        let path = view.root.path(wheel.node);
        let finding = findings.report_at(&path, reach, wheel.name(), cause);
        finding.evidence = wheel.tags.iter().map(|tag| format!("tag {tag}")).collect();
        finding
            .fix
            .push(Fix::Instruction("install the packages again for this Python and system".to_owned()));
    }
}

/// An installed wheel, and the Python that imports it.
pub(super) struct Wheel<'view> {
    pub(super) node: NodeId,
    /// Path of its WHEEL in its tree.
    path: &'view [u8],
    tags: Vec<&'view str>,
    venv: Option<&'view Venv>,
    /// Version of the Python that imports it, if it is known.
    python: Option<String>,
}

/// Lists the installed wheels whose Python starts, or is not known.
pub(super) fn wheels<'view>(view: &'view View<'_>, venvs: &'view [Venv]) -> Vec<Wheel<'view>> {
    let mut system: Option<Vec<(NodeId, String)>> = None;
    let mut wheels = Vec::new();
    for (node, entry) in view.entries().filter(|(_, entry)| entry.path.ends_with(b".dist-info/WHEEL")) {
        let Entry { path, .. } = entry;
        let Some(Content::Text(text)) = entry.content() else { continue };
        let tags = text.lines().filter_map(|line| line.to_str().ok()?.strip_prefix("Tag:").map(str::trim));
        let tags: Vec<&str> = tags.collect();
        let place = view.root.path(node);
        let venv = venvs.iter().filter(|venv| place.below(&venv.directory).is_some());
        let venv = venv.max_by_key(|venv| venv.directory.as_bytes().len());
        if venv.is_some_and(|venv| !venv.works(view.root)) {
            continue;
        }
        let python = match venv.map(|venv| &venv.python) {
            Some(VenvPython::Found(node)) => python_version(view.root, *node),
            _ => {
                let system = system.get_or_insert_with(|| system_pythons(view.root));
                version_outside_venvs(&place, system)
            }
        };
        wheels.push(Wheel { node, path: path.as_slice(), tags, venv, python });
    }
    wheels
}

/// Returns the version of the Python that imports what is installed outside of a venv: that of its directory, else that of
/// the only Python.
fn version_outside_venvs(path: &RootedPath, system: &[(NodeId, String)]) -> Option<String> {
    let of_directory = python_library(path).map(|(_, version)| version);
    of_directory.or_else(|| match system {
        [(_, version)] => Some(version.clone()),
        _ => None,
    })
}

impl Wheel<'_> {
    /// Returns why none of the tags fits.
    pub(super) fn cause(&self) -> Option<String> {
        let tags: Vec<Tag<'_>> = self.tags.iter().filter_map(|tag| Tag::parse(tag)).collect();
        let on_linux: Vec<&Tag<'_>> = tags.iter().filter(|tag| tag.is_for_linux()).collect();
        if tags.is_empty() {
            return None;
        }
        if on_linux.is_empty() {
            return Some(format!("installed from a wheel for {}, not for Linux", tags[0].platform));
        }
        let python = self.python.as_deref()?;
        if on_linux.iter().any(|tag| tag.fits(python)) {
            return None;
        }
        Some(format!(
            "installed from a wheel for {}, but imported by CPython {python}",
            on_linux[0].python_words()
        ))
    }

    /// Name and version of the distribution.
    fn name(&self) -> String {
        let directory = self.path.strip_suffix(b".dist-info/WHEEL").unwrap_or(self.path);
        directory.rsplit_str("/").next().unwrap_or_default().as_bstr().to_string()
    }
}

/// A tag of a wheel (PEP 425), with sets of names separated by dots in each part.
struct Tag<'text> {
    python: &'text str,
    abi: &'text str,
    platform: &'text str,
}

impl<'text> Tag<'text> {
    fn parse(tag: &'text str) -> Option<Self> {
        let mut parts = tag.splitn(3, '-');
        Some(Self { python: parts.next()?, abi: parts.next()?, platform: parts.next()? })
    }

    fn is_for_linux(&self) -> bool {
        let is_linux = |name: &str| {
            name == "any" || ["linux", "manylinux", "musllinux"].iter().any(|prefix| name.starts_with(prefix))
        };
        self.platform.split('.').any(is_linux)
    }

    /// True if a version of CPython imports it. Wheels for other implementations are not judged.
    fn fits(&self, version: &str) -> bool {
        let Some((major, minor)) = number(version) else { return true };
        let fits_abi = |exact: bool, at_most: bool| {
            self.abi.split('.').any(|abi| match abi {
                "none" => exact || at_most,
                "abi3" => at_most,
                abi => abi.strip_prefix("cp").is_none_or(|abi| is_abi(abi, version)),
            })
        };
        self.python.split('.').any(|name| match name.split_at_checked(2) {
            Some(("py", digits)) => digits_of(digits).is_some_and(|(its, from)| {
                its == major && from.is_none_or(|from| from <= minor) && fits_abi(true, true)
            }),
            Some(("cp", digits)) => digits_of(digits).is_some_and(|(its, from)| {
                its == major && fits_abi(from == Some(minor), from.is_some_and(|from| from <= minor))
            }),
            _ => true,
        })
    }

    /// Description of its Python: `CPython 3.12` of `cp312-cp312`, else the tag itself.
    fn python_words(&self) -> String {
        let digits = self.python.strip_prefix("cp").and_then(digits_of);
        match digits {
            Some((major, Some(minor))) if self.abi == "abi3" => format!("CPython {major}.{minor} or later"),
            Some((major, Some(minor))) => format!("CPython {major}.{minor}"),
            _ => format!("{}-{}", self.python, self.abi),
        }
    }
}

/// True for the ABI tag of a version without its `cp`: `312`, with the letter of free threading; `37m` for old versions.
fn is_abi(abi: &str, version: &str) -> bool {
    let wanted = version.replace('.', "");
    abi == wanted || abi.strip_suffix('m') == Some(&wanted)
}

/// Parses major and minor version of `3.12` or `3.13t`.
fn number(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.trim_end_matches('t').parse().ok()?))
}

/// Parses `3`, `38` or `312`: the first digit is the major version.
fn digits_of(digits: &str) -> Option<(u32, Option<u32>)> {
    let (major, minor) = digits.split_at_checked(1)?;
    let minor = if minor.is_empty() { None } else { Some(minor.parse().ok()?) };
    Some((major.parse().ok()?, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_fit_the_pythons_that_pip_installs_them_for() {
        // Each as `packaging.tags` has it for CPython 3.11 on x86-64.
        for (tag, fits) in [
            ("py3-none-any", true),
            ("py2.py3-none-any", true),
            ("py2-none-any", false),
            ("py38-none-any", true),
            ("py312-none-any", false),
            ("cp311-cp311-manylinux_2_17_x86_64", true),
            ("cp312-cp312-manylinux_2_17_x86_64", false),
            ("cp310-cp310-manylinux_2_17_x86_64", false),
            ("cp38-abi3-manylinux_2_17_x86_64", true),
            ("cp312-abi3-manylinux_2_17_x86_64", false),
            ("cp311-none-manylinux_2_17_x86_64", true),
            ("cp311-cp311t-manylinux_2_17_x86_64", false),
            ("py3-none-manylinux_2_17_x86_64", true),
        ] {
            let parsed = Tag::parse(tag).expect("is a tag");
            assert_eq!(parsed.fits("3.11"), fits, "{tag}");
        }
        let threads = Tag::parse("cp313-cp313t-manylinux_2_17_x86_64").expect("is a tag");
        assert!(threads.fits("3.13t") && !threads.fits("3.13"));
        assert!(Tag::parse("cp37-cp37m-linux_x86_64").expect("is a tag").fits("3.7"));
    }

    #[test]
    fn platforms_of_linux() {
        let is_linux = |tag: &str| Tag::parse(tag).is_some_and(|tag| tag.is_for_linux());
        assert!(is_linux("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"));
        assert!(is_linux("cp311-cp311-musllinux_1_2_x86_64") && is_linux("py3-none-any"));
        assert!(!is_linux("cp311-cp311-macosx_11_0_arm64") && !is_linux("cp311-cp311-win_amd64"));
    }
}
