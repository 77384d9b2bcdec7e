//! Section of MODULE.bazel for rules_distroless from 0.9 on (`apt/extensions.bzl` there): the sources, and the packages
//! as one dependency set, whose repository is named after the release.
//!
//! Packages are pinned to a version and an architecture: without the latter the rules try amd64 first.

use super::ManifestFault;
use super::common::{identifier, summary};
use super::rules_distroless::relation;
use super::sources::sources_by_suite;
use crate::emit::quote::{starlark, starlark_list};
use crate::solve::plan::Plan;

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let architecture = plan.provenance.target.architecture;
    let mut text = format!("# {}, for rules_distroless from 0.9 on.\n", summary(plan));
    text += "bazel_dep(name = \"rules_distroless\", version = \"0.9.3\")\n";
    let sources = sources_by_suite(plan)?;
    if sources.is_empty() {
        return Ok(text + "\n# No package is needed.\n");
    }
    text += "\napt = use_extension(\"@rules_distroless//apt:extensions.bzl\", \"apt\")\n";
    for source in &sources {
        text += "apt.sources_list(\n";
        text += &starlark_list("architectures", [architecture.name()]);
        text += &starlark_list("components", &source.components);
        text += &starlark_list("suites", [source.suite]);
        text += &starlark_list("types", ["deb"]);
        text += &starlark_list("uris", &source.bases);
        text += ")\n";
    }
    let repository = starlark(&repository(plan));
    text += &format!("apt.install(\n    dependency_set = {repository},\n");
    text += "    # The list is complete.\n    include_transitive = False,\n";
    let relations: Vec<String> =
        plan.packages.iter().map(|planned| format!("{} [{architecture}]", relation(planned))).collect();
    text += &starlark_list("packages", relations);
    text += &starlark_list("suites", sources.iter().map(|source| source.suite));
    text += &format!(")\nuse_repo(apt, {repository})\n");
    Ok(text)
}

/// Returns the name of the repository with the packages.
pub(super) fn repository(plan: &Plan) -> String {
    identifier(plan.provenance.target.release.as_str())
}
