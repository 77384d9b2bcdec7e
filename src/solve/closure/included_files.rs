//! Included files as a part of a Plan.

use std::collections::{BTreeMap, BTreeSet};

use bstr::ByteSlice;

use super::included_package::IncludedPackage;
use super::loads::{PackageLoad, needs_of};
use super::read_package::source_package;
use crate::debian::debs::DebFacts;
use crate::debian::inclusions::{FileSet, Inclusion, Pattern};
use crate::solve::plan::{PackageChoice, PlannedPackage};
use crate::tree::inventory::EntryKind;
use crate::tree::root::Root;
use crate::vocabulary::{ChoiceReason, PackageName, RootedPath};

/// Directory in which each package has a directory with its copyright file.
const DOCUMENTATION: &str = "usr/share/doc";

/// Adds included files to the packages of a Plan. A path that one of them has already is not taken twice.
pub(super) fn add_included(
    packages: &mut Vec<PlannedPackage>,
    included: &[IncludedPackage],
    root: &Root<'_>,
    loads: &BTreeSet<PackageLoad>,
) {
    let files = packages.iter().flat_map(|planned| &planned.files);
    let mut taken: BTreeSet<RootedPath> = files.map(|file| file.path.clone()).collect();
    for included in included {
        let mut files = included.files(root);
        files.retain(|file| taken.insert(file.path.clone()));
        if files.is_empty() {
            continue;
        }
        let name = &included.package.name;
        match packages.iter_mut().find(|planned| planned.package.name == *name) {
            Some(planned) => {
                planned.files.extend(files);
                planned.files.sort_by(|one, other| one.path.cmp(&other.path));
            }
            None => packages.push(PlannedPackage {
                package: included.package.clone(),
                source: source_package(&included.deb, name),
                urls: Vec::new(),
                direct: false,
                choice: PackageChoice { reason: ChoiceReason::Included, instead_of: Vec::new() },
                needs: needs_of(name, loads),
                files,
            }),
        }
    }
    packages.sort_by(|one, other| one.package.name.cmp(&other.package.name));
}

/// Returns the inclusions of packages and earlier ones, sorted, without those whose packages are not in the Plan.
pub(super) fn listed_inclusions(
    packages: &[PlannedPackage],
    included: &[IncludedPackage],
    earlier: &[Inclusion],
) -> Vec<Inclusion> {
    let is_planned = |name: &PackageName| packages.iter().any(|planned| planned.package.name == *name);
    let all = included.iter().flat_map(|included| &included.inclusions).chain(earlier);
    let all: BTreeSet<&Inclusion> = all.filter(|inclusion| is_planned(&inclusion.package)).collect();
    all.into_iter().cloned().collect()
}

/// Returns the copyright files of packages that have them in another package, by a link in place of their directory
/// (Debian Policy §12.5), unless that is one of these packages.
pub(super) fn copyright_files<'debs>(
    debs: impl Iterator<Item = (&'debs PackageName, &'debs DebFacts)> + Clone,
) -> Vec<Inclusion> {
    let elsewhere = debs.clone().filter_map(|(name, deb)| {
        let entry = deb.inventory.get(format!("{DOCUMENTATION}/{name}"))?;
        let EntryKind::Symlink(target) = &entry.kind else { return None };
        let holder = target.rsplit_str("/").next().and_then(|holder| holder.to_str().ok())?;
        Some((PackageName::new(holder), name))
    });
    let mut holders: BTreeMap<PackageName, BTreeSet<&PackageName>> = BTreeMap::new();
    for (holder, name) in elsewhere {
        holders.entry(holder).or_default().insert(name);
    }
    holders.retain(|holder, _| !debs.clone().any(|(name, _)| name == holder));
    let inclusion = |(holder, names): (PackageName, BTreeSet<&PackageName>)| {
        let names: Vec<&str> = names.into_iter().map(PackageName::as_str).collect();
        let file = Pattern::new(&format!("/{DOCUMENTATION}/{holder}/copyright")).ok()?;
        let reason = format!("the copyright file of {}", names.join(", "));
        Some(Inclusion { package: holder, extent: FileSet::Files(vec![file]), reason })
    };
    holders.into_iter().filter_map(inclusion).collect()
}
