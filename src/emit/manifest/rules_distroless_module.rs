//! The part of MODULE.bazel for rules_distroless from 0.9 on (`apt/extensions.bzl` there): the sources, and the
//! packages as one dependency set, whose repository has the release's name.
//!
//! Packages are pinned by version and name their architecture: without one the rules look for amd64 first.

use super::ManifestFault;
use super::quote::{starlark, starlark_list};
use super::rules_distroless::relation;
use super::sources::sources_by_suite;
use super::words::{identifier, of_what};
use crate::solve::plan::Plan;

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let architecture = plan.provenance.target.architecture;
    let mut text = format!("# {}, for rules_distroless from 0.9 on.\n", of_what(plan));
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
    text += "    # All that is loaded is in the list.\n    include_transitive = False,\n";
    let relations: Vec<String> =
        plan.packages.iter().map(|planned| format!("{} [{architecture}]", relation(planned))).collect();
    text += &starlark_list("packages", relations);
    text += &starlark_list("suites", sources.iter().map(|source| source.suite));
    text += &format!(")\nuse_repo(apt, {repository})\n");
    Ok(text)
}

/// The repository that has the packages.
pub(super) fn repository(plan: &Plan) -> String {
    identifier(plan.provenance.target.release.as_str())
}
