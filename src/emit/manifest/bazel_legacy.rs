//! Bazel rules used until 2022: `deb_packages` of rules_pkg (its directory `deb_packages`, removed after 0.4.0) in
//! WORKSPACE, and `container_image` of rules_docker in BUILD, as one text with a comment before each.
//!
//! `deb_packages` downloads each pool path from the mirrors in their order and checks its digest; it defines a dictionary
//! with the name of the rule, from the name of a package to its label. There is one rule for each suite and archive. The
//! tool that updates the rule (`update_deb_packages`) uses the archive's key, the build does not.

use super::ManifestFault;
use super::common::{alternatives, identifier, image_architecture, summary};
use super::paths::{path_text, target_text};
use super::sources::{Source, digest, pool_path, sources};
use crate::debian::distributions::{PublishedKey, profile};
use crate::emit::quote::{starlark, starlark_list};
use crate::solve::plan::Plan;

/// A `deb_packages` rule.
struct Rule<'plan> {
    name: String,
    source: Source<'plan>,
}

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let rules = rules(plan)?;
    Ok(workspace(plan, &rules)? + "\n" + &build(plan, &rules)?)
}

/// Returns the rules, with unique names: `depends` for the release, `depends_security` for its security updates.
fn rules(plan: &Plan) -> Result<Vec<Rule<'_>>, ManifestFault> {
    let release = plan.provenance.target.release.as_str();
    let mut rules: Vec<Rule<'_>> = Vec::new();
    for source in sources(plan)? {
        let pocket = source.suite.strip_prefix(release).map(|pocket| pocket.trim_start_matches('-'));
        let pocket = pocket.unwrap_or(source.suite);
        let name =
            if pocket.is_empty() { "depends".to_owned() } else { identifier(&format!("depends_{pocket}")) };
        let is_unused = |name: &String| rules.iter().all(|rule| rule.name != *name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let name = std::iter::once(name.clone()).chain(numbered).find(is_unused).unwrap_or(name);
        rules.push(Rule { name, source });
    }
    Ok(rules)
}

fn workspace(plan: &Plan, rules: &[Rule<'_>]) -> Result<String, ManifestFault> {
    let mut keys: Vec<_> = rules.iter().filter_map(|rule| key(plan, rule.source.suite)).collect();
    keys.sort_unstable_by_key(|key| key.url);
    keys.dedup();
    let mut text = format!("# File WORKSPACE: {}.\n", summary(plan));
    text += "# @deb_package is the directory deb_packages of rules_pkg 0.4.0.\n";
    if !keys.is_empty() {
        text += "load(\"@bazel_tools//tools/build_defs/repo:http.bzl\", \"http_file\")\n";
    }
    if !rules.is_empty() {
        text += "load(\"@deb_package//:deb_packages.bzl\", \"deb_packages\")\n";
    }
    for key in keys {
        text += &format!(
            "\nhttp_file(\n    name = {},\n    sha256 = {},\n    urls = [{}],\n)\n",
            starlark(&key_name(key)),
            starlark(key.sha256),
            starlark(key.url)
        );
    }
    for rule in rules {
        text += &deb_packages(plan, rule)?;
    }
    Ok(text)
}

fn deb_packages(plan: &Plan, rule: &Rule<'_>) -> Result<String, ManifestFault> {
    let target = &plan.provenance.target;
    let Source { suite, bases, components, packages } = &rule.source;
    let mut text = format!("\ndeb_packages(\n    name = {},\n", starlark(&rule.name));
    text += &format!("    arch = {},\n", starlark(target.architecture.name()));
    text += &starlark_list("components", components);
    text += &format!("    distro = {},\n", starlark(suite));
    text += &format!("    distro_type = {},\n", starlark(target.distribution.name()));
    text += &starlark_list("mirrors", bases);
    let (mut paths, mut digests) = (String::new(), String::new());
    for planned in packages {
        let name = starlark(planned.package.name.as_str());
        paths += &format!("        {name}: {},\n", starlark(pool_path(plan, planned)?));
        digests += &format!("        {name}: {},\n", starlark(&digest(plan, planned)?.to_string()));
    }
    text += &format!("    packages = {{\n{paths}    }},\n    packages_sha256 = {{\n{digests}    }},\n");
    text += &match key(plan, suite) {
        Some(key) => format!("    pgp_key = {},\n", starlark(&key_name(key))),
        None => "    # No pgp_key: the key of this suite is unknown.\n".to_owned(),
    };
    Ok(text + ")\n")
}

fn build(plan: &Plan, rules: &[Rule<'_>]) -> Result<String, ManifestFault> {
    let mut text = "# File BUILD.\n".to_owned();
    for Rule { name, .. } in rules {
        let file = format!("@{name}//debs:deb_packages.bzl");
        text += &format!("load({}, {})\n", starlark(&file), starlark(name));
    }
    text += "load(\"@io_bazel_rules_docker//container:container.bzl\", \"container_image\")\n";
    text += "\ncontainer_image(\n    name = \"image\",\n";
    let (architecture, _) = image_architecture(plan.provenance.target.architecture);
    text += &format!("    architecture = {},\n", starlark(architecture));
    if plan.base.is_some() {
        text += "    # Label of the base.\n    base = \"@base//image\",\n";
    }
    let debs = rules.iter().flat_map(|Rule { name, source }| {
        let packages = source.packages.iter();
        packages.map(move |planned| format!("        {name}[{}],\n", starlark(planned.package.name.as_str())))
    });
    let debs: String = debs.collect();
    text += &if debs.is_empty() { String::new() } else { format!("    debs = [\n{debs}    ],\n") };
    let links = alternatives(plan).map(|(link, target)| {
        let (path, target) = (path_text(&link.path)?, target_text(link, target)?);
        Ok(format!("        {}: {},\n", starlark(path), starlark(target)))
    });
    let links: String = links.collect::<Result<_, ManifestFault>>()?;
    if !links.is_empty() {
        text += "    # Links that update-alternatives creates when the packages are installed.\n";
        text += &format!("    symlinks = {{\n{links}    }},\n");
    }
    Ok(text + ")\n")
}

/// Returns the published key that signs a suite's Release file, if it is known.
fn key(plan: &Plan, suite: &str) -> Option<&'static PublishedKey> {
    let target = &plan.provenance.target;
    profile(target.distribution).published_key(&target.release, suite)
}

/// Returns the name of a key's rule: `archive_key_12`.
fn key_name(key: &PublishedKey) -> String {
    let file = key.url.rsplit('/').next().unwrap_or(key.url);
    identifier(file.strip_suffix(".asc").unwrap_or(file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;
    use crate::vocabulary::Release;

    #[test]
    fn an_unknown_key_is_not_named() {
        let mut plan = plan();
        plan.provenance.target.release = Release::new("sid");
        plan.packages.truncate(1);
        plan.packages[0].package.suite = "sid".to_owned();
        let text = emit(&plan).expect("is written");
        assert!(!text.contains("http_file") && text.contains("    # No pgp_key: "), "{text}");
    }

    #[test]
    fn rules_of_one_suite_have_different_names() {
        let mut plan = plan();
        plan.packages[0].urls = vec![format!("https://m.example/{}", plan.packages[0].package.filename)];
        let rules = rules(&plan).expect("valid rules");
        let names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["depends", "depends_2", "depends_security"]);
    }
}
