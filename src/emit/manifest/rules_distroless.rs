//! The manifest of rules_distroless up to 0.8 (`apt/private/deb_resolve.bzl` there): sources, architectures and the
//! packages that are to be resolved in them.
//!
//! Packages are pinned by a version relation as in Depends, since an archive's state may hold several versions. The
//! list is whole: `resolve_transitive = False` keeps what is declared and never loaded out.

use super::ManifestFault;
use super::quote::yaml;
use super::sources::sources;
use super::words::{alternatives, of_what};
use crate::solve::plan::{Plan, PlannedPackage};

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text = format!("# {}, for rules_distroless up to 0.8.\n", of_what(plan));
    text += "# The list is whole: apt.install(…, resolve_transitive = False).\n";
    if alternatives(plan).next().is_some() {
        text += "# No package has the links that update-alternatives makes: --format rules-oci makes them.\n";
    }
    text += "version: 1\n";
    let sources = sources(plan)?;
    let channels = sources.iter().map(|source| {
        let components: Vec<&str> = source.components.iter().copied().collect();
        let channel = yaml(&format!("{} {}", source.suite, components.join(" ")));
        match &source.bases[..] {
            [base] => format!("  - channel: {channel}\n    url: {}\n", yaml(base)),
            bases => {
                let urls = bases.iter().map(|base| format!("      - {}\n", yaml(base)));
                format!("  - channel: {channel}\n    urls:\n{}", urls.collect::<String>())
            }
        }
    });
    text += &list("sources", channels);
    text += &list("archs", [format!("  - {}\n", yaml(plan.provenance.target.architecture.name()))]);
    text +=
        &list("packages", plan.packages.iter().map(|planned| format!("  - {}\n", yaml(&relation(planned)))));
    Ok(text)
}

/// A list with its name; an empty one is still a list.
fn list(name: &str, items: impl IntoIterator<Item = String>) -> String {
    let items: String = items.into_iter().collect();
    if items.is_empty() { format!("\n{name}: []\n") } else { format!("\n{name}:\n{items}") }
}

/// A package in just this version, as Depends would say it (Debian Policy §7.1).
pub(super) fn relation(planned: &PlannedPackage) -> String {
    format!("{} (= {})", planned.package.name, planned.package.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;

    #[test]
    fn several_mirrors_are_a_list() {
        let mut plan = plan();
        plan.packages.truncate(1);
        let first = format!("https://mirror.example/debian/{}", plan.packages[0].package.filename);
        plan.packages[0].urls.insert(0, first);
        let text = emit(&plan).expect("is written");
        let urls =
            "    urls:\n      - \"https://mirror.example/debian\"\n      - \"https://snapshot.debian.org/";
        assert!(text.contains(urls), "{text}");
    }
}
