//! Manifest of rules_distroless up to 0.8 (`apt/private/deb_resolve.bzl` there): sources, architectures and packages.
//!
//! Packages are pinned by a version relation as in Depends, since a snapshot may contain several versions. The list is
//! complete: `resolve_transitive = False` leaves out dependencies that are declared but never loaded.

use super::ManifestFault;
use super::common::{alternatives, summary};
use super::sources::sources;
use crate::emit::quote::yaml;
use crate::solve::plan::{Plan, PlannedPackage};

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text = format!("# {}, for rules_distroless up to 0.8.\n", summary(plan));
    text += "# The list is complete: apt.install(…, resolve_transitive = False).\n";
    if alternatives(plan).next().is_some() {
        text += "# The links of update-alternatives are in no package: --format rules-oci creates them.\n";
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

/// Writes a list with its name, also if it is empty.
fn list(name: &str, items: impl IntoIterator<Item = String>) -> String {
    let items: String = items.into_iter().collect();
    if items.is_empty() { format!("\n{name}: []\n") } else { format!("\n{name}:\n{items}") }
}

/// Writes a package with its version as a relation of Depends (Debian Policy §7.1).
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
