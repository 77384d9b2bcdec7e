//! Slice definitions for chisel (<https://github.com/canonical/chisel>): for each package the slice `libs` with the
//! planned files. A definition is a file of its own, named for its package, so that each has its file's name before
//! it, in a comment.
//!
//! What chisel checks (`internal/setup` there): names of packages are narrower than Debian's; `*` and `?` in a path are
//! wildcards; a slice's `essential` slices must not lead back to it. They are a list up to format v2 of a release's
//! definitions and a map from v3 on, which Ubuntu's have from 26.04 on. Chisel takes a file from where it lies in its
//! package, so that a Plan for a base with other links may have paths that it does not find.

use super::ManifestFault;
use super::check::not_a;
use super::closure::needed_by;
use super::quote::{path_text, target_text, yaml, yaml_plain};
use super::words::of_what;
use crate::debian::distributions::profile;
use crate::solve::plan::{LinkOrigin, Plan, PlannedPackage, TakenFile, TakenKind};
use crate::vocabulary::{Distribution, PackageName, Release};

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text = format!("# {}: slice definitions, each a file of its own.\n", of_what(plan));
    for planned in &plan.packages {
        text += "\n";
        text += &definition(plan, planned)?;
    }
    Ok(text)
}

fn definition(plan: &Plan, planned: &PlannedPackage) -> Result<String, ManifestFault> {
    let name = planned.package.name.as_str();
    if !is_sliceable(name) {
        return Err(not_a("name of a package that chisel takes", name));
    }
    let mut text = format!("# slices/{name}.yaml\npackage: {}\nslices:\n  libs:\n", yaml_plain(name));
    let is_circle = |needed: &&PlannedPackage| {
        needed_by(plan, needed).iter().any(|other| other.package.name == planned.package.name)
    };
    let needed = planned.needs.iter().filter_map(|needed| plan.package(needed));
    let (circles, essential): (Vec<_>, Vec<_>) = needed.partition(is_circle);
    for circle in circles {
        text += &format!("    # Not {}: it needs this one, and chisel takes no circles.\n", slice(circle));
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

/// A path, and where no package has it what makes it.
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

/// Whether chisel takes this for the name of a package: `[a-z0-9](-?[.a-z0-9+])+`.
fn is_sliceable(name: &str) -> bool {
    let is_inner = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".+".contains(byte);
    let mut parts = name.split('-').map(str::as_bytes);
    name.len() > 1
        && name.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && parts.all(|part| !part.is_empty() && part.iter().all(is_inner))
}

/// Returns true if a release's definitions have essential slices as a map (format v3). An unknown release is a new one.
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
    fn names_that_chisel_refuses_are_refused() {
        for good in ["libstdc++6", "libgcc-s1", "0ad", "python3.11"] {
            assert!(is_sliceable(good), "{good}");
        }
        for bad in ["a", "LibA", "lib_a", "lib--a", "lib-", ".a"] {
            assert!(!is_sliceable(bad), "{bad}");
        }
    }

    #[test]
    fn a_wildcard_in_a_path_is_refused() {
        let mut plan = plan();
        plan.packages[0].files[1].path = RootedPath::new("/usr/lib/a*");
        assert_eq!(emit(&plan), Err(ManifestFault::Path(RootedPath::new("/usr/lib/a*"))));
    }

    #[test]
    fn circles_are_told_and_left_out() {
        let mut plan = plan();
        // libgmp10 needs libmpfr6, which needs libgmp10.
        plan.packages[1].needs = vec![PackageName::new("libmpfr6")];
        let text = emit(&plan).expect("is written");
        assert!(text.contains("# Not libmpfr6_libs: it needs this one"), "{text}");
        assert!(text.contains("# Not libgmp10_libs: it needs this one"), "{text}");
    }

    #[test]
    fn new_releases_have_a_map() {
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
