//! Slice definitions for chisel (<https://github.com/canonical/chisel>): for each package the slice `libs` with the
//! planned files. Each definition is a file of its own, whose name precedes it in a comment.
//!
//! Restrictions of chisel (`internal/setup` there): fewer package names are valid than in Debian; `*` and `?` in a path
//! are wildcards; a slice's `essential` slices must not depend on it. They are a list up to format v2 of a release's
//! definitions and a map from v3 on, which Ubuntu uses since 26.04. Chisel expects the path that a file has in its
//! package, so that it may not find the paths of a Plan for a base with other links.

use super::ManifestFault;
use super::check::invalid_name;
use super::closure::needed_by;
use super::common::summary;
use super::paths::{path_text, target_text};
use crate::debian::distributions::profile;
use crate::emit::quote::{yaml, yaml_plain};
use crate::solve::plan::{LinkOrigin, Plan, PlannedPackage, TakenFile, TakenKind};
use crate::vocabulary::{Distribution, PackageName, Release};

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text = format!("# {}: slice definitions, each a file of its own.\n", summary(plan));
    for planned in &plan.packages {
        text += "\n";
        text += &definition(plan, planned)?;
    }
    Ok(text)
}

fn definition(plan: &Plan, planned: &PlannedPackage) -> Result<String, ManifestFault> {
    let name = planned.package.name.as_str();
    if !is_sliceable(name) {
        return Err(invalid_name("package name for chisel", name));
    }
    let mut text = format!("# slices/{name}.yaml\npackage: {}\nslices:\n  libs:\n", yaml_plain(name));
    let is_cyclic = |needed: &&PlannedPackage| {
        needed_by(plan, needed).iter().any(|other| other.package.name == planned.package.name)
    };
    let needed = planned.needs.iter().filter_map(|needed| plan.package(needed));
    let (cyclic, essential): (Vec<_>, Vec<_>) = needed.partition(is_cyclic);
    for needed in cyclic {
        text +=
            &format!("    # Without {}: it needs this slice, and chisel allows no cycles.\n", slice(needed));
    }
    if !essential.is_empty() {
        text += "    essential:\n";
        let has_map = has_map(plan.provenance.target.distribution, &plan.provenance.target.release);
        for needed in essential {
            let slice = yaml_plain(&slice(needed));
            text += &if has_map { format!("      {slice}:\n") } else { format!("      - {slice}\n") };
        }
    }
    if !planned.files.is_empty() {
        text += "    contents:\n";
    }
    for file in &planned.files {
        text += &content(file)?;
    }
    Ok(text)
}

/// Writes a path, and for a link that no package contains also its target.
fn content(file: &TakenFile) -> Result<String, ManifestFault> {
    let path = path_text(&file.path)?;
    if path.contains(['*', '?']) {
        return Err(ManifestFault::Path(file.path.clone()));
    }
    let path = yaml_plain(path);
    Ok(match &file.kind {
        TakenKind::Link { target, origin: LinkOrigin::Alternatives } => {
            format!("      {path}: {{symlink: {}}}\n", yaml(target_text(file, target)?))
        }
        TakenKind::Link { origin: LinkOrigin::Package, .. } | TakenKind::File { .. } => {
            format!("      {path}:\n")
        }
    })
}

fn slice(planned: &PlannedPackage) -> String {
    let name: &PackageName = &planned.package.name;
    format!("{name}_libs")
}

/// True if chisel accepts a package name: `[a-z0-9](-?[.a-z0-9+])+`.
fn is_sliceable(name: &str) -> bool {
    let is_inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".+".contains(byte);
    let mut parts = name.split('-').map(str::as_bytes);
    name.len() > 1
        && name.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && parts.all(|part| !part.is_empty() && part.iter().all(is_inner))
}

/// True if essential slices are a map (format v3) in the definitions of a release. An unknown release is taken as a new
/// one.
fn has_map(distribution: Distribution, release: &Release) -> bool {
    let profile = profile(distribution);
    let Some(first) = profile.chisel_v3_since else { return false };
    let first = profile.age_order(&Release::new(first));
    profile.age_order(release).is_none_or(|order| Some(order) >= first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;
    use crate::vocabulary::RootedPath;

    #[test]
    fn invalid_package_names_are_rejected() {
        for good in ["libstdc++6", "libgcc-s1", "0ad", "python3.11"] {
            assert!(is_sliceable(good), "{good}");
        }
        for bad in ["a", "LibA", "lib_a", "lib--a", "lib-", ".a"] {
            assert!(!is_sliceable(bad), "{bad}");
        }
    }

    #[test]
    fn a_wildcard_in_a_path_is_rejected() {
        let mut plan = plan();
        plan.packages[0].files[1].path = RootedPath::new("/usr/lib/a*");
        assert_eq!(emit(&plan), Err(ManifestFault::Path(RootedPath::new("/usr/lib/a*"))));
    }

    #[test]
    fn cycles_are_left_out_with_a_comment() {
        let mut plan = plan();
        // libgmp10 needs libmpfr6, which needs libgmp10.
        plan.packages[1].needs = vec![PackageName::new("libmpfr6")];
        let text = emit(&plan).expect("is written");
        assert!(text.contains("# Without libmpfr6_libs: it needs this slice"), "{text}");
        assert!(text.contains("# Without libgmp10_libs: it needs this slice"), "{text}");
    }

    #[test]
    fn new_releases_use_a_map() {
        let mut plan = plan();
        plan.provenance.target.distribution = Distribution::Ubuntu;
        for (release, line) in [
            ("noble", "      - libgmp10_libs\n"),
            ("resolute", "      libgmp10_libs:\n"),
            ("later", "      libgmp10_libs:\n"),
        ] {
            plan.provenance.target.release = Release::new(release);
            let text = emit(&plan).expect("is written");
            assert!(text.contains(&format!("    essential:\n{line}")), "{text}");
        }
    }
}
