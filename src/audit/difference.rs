//! Comparison of two images, or of two locks: packages, libraries, sizes and findings.
//!
//! Both sides are first converted to one form ([`Side`]), so that the comparison depends on neither kind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::owners::OwnerKind;
use super::policy::FindingStatus;
use super::report::ReportedImage;
use crate::solve::plan::{Plan, TakenKind};
use crate::vocabulary::{RootedPath, Severity, Soname};

/// One side of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Name as the user gave it.
    pub name: String,
    /// Release and architecture.
    pub target: String,
    /// Packages.
    pub packages: BTreeMap<PackageKey, PackageFacts>,
    /// Libraries: the files that provide each soname, with links resolved, and their sizes in bytes.
    pub libraries: BTreeMap<Soname, BTreeMap<RootedPath, u64>>,
    /// Findings or problems that are not ignored.
    pub findings: BTreeSet<ComparedFinding>,
    /// Size of all files in bytes.
    pub bytes: u64,
    /// Number of files.
    pub files: usize,
}

/// Key of a package: its kind and name.
pub type PackageKey = (OwnerKind, Arc<str>);

/// Facts of a package that are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageFacts {
    /// Versions. An image may have several; those of npm packages are unknown.
    pub versions: BTreeSet<Arc<str>>,
    /// Size of its files in bytes.
    pub bytes: u64,
}

/// A finding of an image, or a problem of a lock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComparedFinding {
    /// Code of the rule, or kind of the problem.
    pub code: String,
    /// Affected file.
    pub path: RootedPath,
    /// Detail of the file that is affected.
    pub subject: String,
    /// Severity.
    pub severity: Severity,
    /// Description.
    pub message: String,
}

impl Side {
    /// Converts an audited image.
    pub fn of_image(image: &ReportedImage) -> Self {
        let audited = &image.audited;
        let mut side = Self {
            name: image.name.clone(),
            target: audited.resolution.provenance.target.to_string(),
            files: audited.files,
            ..Self::default()
        };
        for (owner, size) in audited.sizes.iter().flat_map(|layer| &layer.owners) {
            side.bytes += size.bytes;
            if let Some(owner) = owner {
                let facts = side.packages.entry((owner.kind, Arc::clone(&owner.name))).or_default();
                facts.versions.extend(owner.version.clone());
                facts.bytes += size.bytes;
            }
        }
        for (path, object) in &audited.objects {
            if let Some(soname) = &object.soname {
                side.add_library(soname, path, object.bytes);
            }
        }
        let findings =
            image.judged.iter().filter(|judged| !matches!(judged.status, FindingStatus::Ignored { .. }));
        side.findings = findings
            .map(|judged| ComparedFinding {
                code: judged.finding.rule.code.to_owned(),
                path: judged.finding.path.clone(),
                subject: judged.finding.subject.clone(),
                severity: judged.finding.severity,
                message: judged.finding.message.clone(),
            })
            .collect();
        side
    }

    /// Converts a lock: the files that it selects of each package.
    pub fn of_lock(name: String, plan: &Plan) -> Self {
        let mut side = Self { name, target: plan.provenance.target.to_string(), ..Self::default() };
        let mut sizes: BTreeMap<&RootedPath, u64> = BTreeMap::new();
        for planned in &plan.packages {
            let mut facts = PackageFacts::default();
            facts.versions.insert(planned.package.version.as_str().into());
            for file in &planned.files {
                if let TakenKind::File { size_bytes, .. } = file.kind {
                    sizes.insert(&file.path, size_bytes);
                    facts.bytes += size_bytes;
                    side.files += 1;
                }
            }
            side.bytes += facts.bytes;
            side.packages.insert((OwnerKind::Deb, planned.package.name.as_str().into()), facts);
        }
        for library in &plan.libraries {
            let size = sizes.get(&library.path).copied().unwrap_or_default();
            side.add_library(&library.soname, &library.path, size);
        }
        side.findings = plan
            .problems
            .iter()
            .map(|problem| ComparedFinding {
                code: problem.kind.name().to_owned(),
                path: problem.object.clone(),
                subject: problem.detail.clone(),
                severity: problem.grade,
                message: problem.detail.clone(),
            })
            .collect();
        side
    }

    fn add_library(&mut self, soname: &Soname, path: &RootedPath, size_bytes: u64) {
        self.libraries.entry(soname.clone()).or_default().insert(path.clone(), size_bytes);
    }
}

/// Changes from an old side to a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference<'sides> {
    /// Old side.
    pub old: &'sides Side,
    /// New side.
    pub new: &'sides Side,
    /// Packages that were added, removed, or changed in version or size; sorted.
    pub packages: Vec<Changed<'sides, PackageKey, PackageFacts>>,
    /// Libraries that were added, removed, or changed in the names or sizes of their files; sorted. Other content of
    /// the same size in a file of the same name is not detected; the version of its package shows it.
    pub libraries: Vec<Changed<'sides, Soname, BTreeMap<RootedPath, u64>>>,
    /// Findings of the new side only.
    pub added: Vec<&'sides ComparedFinding>,
    /// Findings of the old side only.
    pub removed: Vec<&'sides ComparedFinding>,
}

/// A package or library that differs between the sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed<'sides, Key, Facts> {
    /// Key on both sides.
    pub key: &'sides Key,
    /// Facts of the old side; none if it was added.
    pub old: Option<&'sides Facts>,
    /// Facts of the new side; none if it was removed.
    pub new: Option<&'sides Facts>,
}

impl<'sides> Difference<'sides> {
    /// Compares two sides.
    pub fn of(old: &'sides Side, new: &'sides Side) -> Self {
        // A finding with another message or severity is neither added nor removed.
        let identity = |finding: &'sides ComparedFinding| (&finding.code, &finding.path, &finding.subject);
        let only_in = |one: &'sides Side, other: &'sides Side| {
            let known: BTreeSet<_> = other.findings.iter().map(identity).collect();
            one.findings.iter().filter(|finding| !known.contains(&identity(finding))).collect()
        };
        Self {
            old,
            new,
            packages: changed(&old.packages, &new.packages),
            libraries: changed(&old.libraries, &new.libraries),
            added: only_in(new, old),
            removed: only_in(old, new),
        }
    }

    /// True if nothing that is compared changed.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
            && self.libraries.is_empty()
            && self.added.is_empty()
            && self.removed.is_empty()
            && (self.old.bytes, self.old.files) == (self.new.bytes, self.new.files)
            && self.old.target == self.new.target
    }
}

fn changed<'sides, Key: Ord, Facts: PartialEq>(
    old: &'sides BTreeMap<Key, Facts>,
    new: &'sides BTreeMap<Key, Facts>,
) -> Vec<Changed<'sides, Key, Facts>> {
    let keys: BTreeSet<&Key> = old.keys().chain(new.keys()).collect();
    let pairs = keys.into_iter().map(|key| Changed { key, old: old.get(key), new: new.get(key) });
    pairs.filter(|changed| changed.old != changed.new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::sample::sample_plan;

    #[test]
    fn a_lock_equals_itself() {
        let side = Side::of_lock("a".to_owned(), &sample_plan());
        assert!(Difference::of(&side, &side).is_empty());
    }

    #[test]
    fn added_removed_and_changed_packages_are_listed() {
        let old = sample_plan();
        let mut new = sample_plan();
        let removed = new.packages.remove(1);
        new.packages[0].package.version = "9.0".to_owned();
        let (old, new) = (Side::of_lock("a".to_owned(), &old), Side::of_lock("b".to_owned(), &new));
        let difference = Difference::of(&old, &new);
        let changes: Vec<_> = difference
            .packages
            .iter()
            .map(|changed| (changed.key.1.to_string(), changed.old.is_some(), changed.new.is_some()))
            .collect();
        assert!(changes.contains(&(removed.package.name.to_string(), true, false)), "{changes:?}");
        assert_eq!(changes.iter().filter(|(_, was, is)| *was && *is).count(), 1, "{changes:?}");
    }
}
