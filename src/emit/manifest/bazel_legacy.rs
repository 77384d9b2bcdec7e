//! Bazel as it was done until 2022: `deb_packages` of rules_pkg (its directory `deb_packages`, gone after 0.4.0) in
//! WORKSPACE, `container_image` of rules_docker in BUILD, the two as one text with a comment before each.
//!
//! `deb_packages` fetches each pool path from the mirrors in their order and checks its digest; it makes a dictionary
//! named as the rule, from a package's name to its label. There is a rule for each suite and place. The archive's key
//! is for the tool that updates the rule (`update_deb_packages`), not for the build.

use super::ManifestFault;
use super::quote::{path_text, starlark, starlark_list, target_text};
use super::sources::{Source, digest, pool_path, sources};
use super::words::{alternatives, identifier, image_architecture, of_what};
use crate::debian::catalog::number_of;
use crate::solve::plan::Plan;
use crate::vocabulary::Distribution;

/// The keys that Debian signs its Release files with, by the release's number and whether they are for its security
/// corrections: the file below <https://ftp-master.debian.org/keys/>, and its digest. Each is the file of the same key
/// in debian-archive-keyring, which the archive client has built in; those of 13 are in its announcement of 2025-04.
const KEYS: [(&str, bool, &str, &str); 5] = [
    ("11", false, "archive-key-11.asc", "0b7dc94b880f0b63e2093394b113cafd870badb86e020a35614f49b9d83beb1e"),
    ("12", false, "archive-key-12.asc", "c2a9a16fde95e037bafd0fa6b7e31f41b4ff1e85851de5558f19a2a2f0e955e2"),
    (
        "12",
        true,
        "archive-key-12-security.asc",
        "74f81645b4e3156d1e9a88c8dd9259271b89c7099d64af89a2a6996b592faa1f",
    ),
    ("13", false, "archive-key-13.asc", "6f1d277429dd7ffedcc6f8688a7ad9a458859b1139ffa026d1eeaadcbffb0da7"),
    (
        "13",
        true,
        "archive-key-13-security.asc",
        "844c07d242db37f283afab9d5531270a0550841e90f9f1a9c3bd599722b808b7",
    ),
];

/// A `deb_packages` rule: its name and what it has.
struct Rule<'plan> {
    name: String,
    source: Source<'plan>,
}

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let rules = rules(plan)?;
    Ok(workspace(plan, &rules)? + "\n" + &build(plan, &rules)?)
}

/// The rules, each with a name of its own: `depends` for the release, `depends_security` for its corrections.
fn rules(plan: &Plan) -> Result<Vec<Rule<'_>>, ManifestFault> {
    let release = plan.provenance.target.release.as_str();
    let mut rules: Vec<Rule<'_>> = Vec::new();
    for source in sources(plan)? {
        let pocket = source.suite.strip_prefix(release).map(|pocket| pocket.trim_start_matches('-'));
        let pocket = pocket.unwrap_or(source.suite);
        let name =
            if pocket.is_empty() { "depends".to_owned() } else { identifier(&format!("depends_{pocket}")) };
        let is_free = |name: &String| rules.iter().all(|rule| rule.name != *name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let name = std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or(name);
        rules.push(Rule { name, source });
    }
    Ok(rules)
}

fn workspace(plan: &Plan, rules: &[Rule<'_>]) -> Result<String, ManifestFault> {
    let mut keys: Vec<_> = rules.iter().filter_map(|rule| key(plan, rule.source.suite)).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut text = format!("# File WORKSPACE: {}.\n", of_what(plan));
    text += "# @deb_package is the directory deb_packages of rules_pkg 0.4.0.\n";
    if !keys.is_empty() {
        text += "load(\"@bazel_tools//tools/build_defs/repo:http.bzl\", \"http_file\")\n";
    }
    if !rules.is_empty() {
        text += "load(\"@deb_package//:deb_packages.bzl\", \"deb_packages\")\n";
    }
    for (file, sha256) in keys {
        text += &format!(
            "\nhttp_file(\n    name = {},\n    sha256 = {},\n    urls = [{}],\n)\n",
            starlark(&key_name(file)),
            starlark(sha256),
            starlark(&format!("https://ftp-master.debian.org/keys/{file}"))
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
        Some((file, _)) => format!("    pgp_key = {},\n", starlark(&key_name(file))),
        None => "    # No pgp_key: the key that this suite is signed with is not known here.\n".to_owned(),
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
        text += "    # The base's own label.\n    base = \"@base//image\",\n";
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
        text += "    # What update-alternatives makes when the packages are installed.\n";
        text += &format!("    symlinks = {{\n{links}    }},\n");
    }
    Ok(text + ")\n")
}

/// The key that a suite's Release file is signed with, and its digest, where both are known.
fn key(plan: &Plan, suite: &str) -> Option<(&'static str, &'static str)> {
    let target = &plan.provenance.target;
    let number = number_of(target.distribution, &target.release)?;
    let pocket = suite.strip_prefix(target.release.as_str())?;
    let is_known = target.distribution == Distribution::Debian
        && ["", "-updates", "-backports", "-security"].contains(&pocket);
    let is_security = pocket == "-security";
    let mut keys = KEYS.iter().filter(|_| is_known);
    let (.., file, sha256) = keys.find(|(its, security, ..)| *its == number && *security == is_security)?;
    Some((file, sha256))
}

/// The name of a key's rule: `archive_key_12`.
fn key_name(file: &str) -> String {
    identifier(file.strip_suffix(".asc").unwrap_or(file))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::emit::manifest::sample::plan;
    use crate::vocabulary::{Release, Sha256Digest};

    #[test]
    fn the_keys_are_those_that_are_built_in() {
        let built_in: [&[u8]; 5] = [
            include_bytes!("../../debian/archive/keys/debian-archive-bullseye-automatic.asc"),
            include_bytes!("../../debian/archive/keys/debian-archive-bookworm-automatic.asc"),
            include_bytes!("../../debian/archive/keys/debian-archive-bookworm-security-automatic.asc"),
            include_bytes!("../../debian/archive/keys/debian-archive-trixie-automatic.asc"),
            include_bytes!("../../debian/archive/keys/debian-archive-trixie-security-automatic.asc"),
        ];
        for ((.., file, sha256), key) in KEYS.iter().zip(built_in) {
            let digest = Sha256Digest(Sha256::digest(key).into());
            assert_eq!(digest.to_string(), *sha256, "{file}");
        }
    }

    #[test]
    fn a_key_that_is_not_known_is_not_named() {
        let mut plan = plan();
        for (release, suite, file) in [
            ("bookworm", "bookworm-updates", Some("archive-key-12.asc")),
            ("bookworm", "bookworm-fasttrack", None),
            ("bookworm", "trixie", None),
            ("bullseye", "bullseye-security", None),
            ("sid", "sid", None),
        ] {
            plan.provenance.target.release = Release::new(release);
            assert_eq!(key(&plan, suite).map(|(file, _)| file), file, "{suite}");
        }
        plan.provenance.target.release = Release::new("sid");
        plan.packages.truncate(1);
        plan.packages[0].package.suite = "sid".to_owned();
        let text = emit(&plan).expect("is written");
        assert!(!text.contains("http_file") && text.contains("    # No pgp_key: "), "{text}");
    }

    #[test]
    fn rules_of_one_suite_have_names_of_their_own() {
        let mut plan = plan();
        plan.packages[0].urls = vec![format!("https://m.example/{}", plan.packages[0].package.filename)];
        let rules = rules(&plan).expect("are told");
        let names: Vec<&str> = rules.iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names, ["depends", "depends_2", "depends_security"]);
    }
}
