//! What changed between two images, or between two locks: packages, libraries, sizes, findings.
//!
//! Both sides are brought into one form first ([`Side`]), so that the comparison knows of neither.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::finding::Severity;
use super::owners::OwnerKind;
use super::policy::Verdict;
use super::report::ReportedImage;
use crate::solve::plan::{Plan, TakenKind};
use crate::vocabulary::{RootedPath, Soname};

/// One side of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// What it is called.
    pub name: String,
    /// The release and architecture.
    pub target: String,
    /// Its packages.
    pub packages: BTreeMap<PackageKey, PackageFacts>,
    /// Its libraries with the files that have each, links resolved, and their sizes in bytes.
    pub libraries: BTreeMap<Soname, BTreeMap<RootedPath, u64>>,
    /// What is wrong in it and is not ignored.
    pub faults: BTreeSet<Fault>,
    /// Its files' bytes.
    pub bytes: u64,
    /// How many files it has.
    pub files: usize,
}

/// What tells a package from others.
pub type PackageKey = (OwnerKind, Arc<str>);

/// What is known of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageFacts {
    /// Its versions; an image may have several, and of npm's packages none is known.
    pub versions: BTreeSet<Arc<str>>,
    /// Its files' bytes.
    pub bytes: u64,
}

/// Something that is wrong: a finding of an image, a problem of a lock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The rule, or the kind of problem.
    pub code: String,
    /// Of which file.
    pub path: RootedPath,
    /// What about it.
    pub subject: String,
    /// How bad it is.
    pub severity: Severity,
    /// In words.
    pub message: String,
}

impl Side {
    /// An image that was audited.
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
        let findings = image.judged.iter().filter(|one| !matches!(one.verdict, Verdict::Ignored { .. }));
        side.faults = findings
            .map(|judged| Fault {
                code: judged.finding.rule.code.to_owned(),
                path: judged.finding.path.clone(),
                subject: judged.finding.subject.clone(),
                severity: judged.finding.severity,
                message: judged.finding.message.clone(),
            })
            .collect();
        side
    }

    /// A lock, by what it takes of packages.
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
        side.faults = plan
            .problems
            .iter()
            .map(|problem| Fault {
                code: problem.kind.name().to_owned(),
                path: problem.object.clone(),
                subject: problem.detail.clone(),
                severity: Severity::Error,
                message: problem.detail.clone(),
            })
            .collect();
        side
    }

    fn add_library(&mut self, soname: &Soname, path: &RootedPath, size_bytes: u64) {
        self.libraries.entry(soname.clone()).or_default().insert(path.clone(), size_bytes);
    }
}

/// What changed from an old side to a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference<'sides> {
    /// The old side.
    pub old: &'sides Side,
    /// The new side.
    pub new: &'sides Side,
    /// The packages that came, went, or have another version or size, sorted.
    pub packages: Vec<Changed<'sides, PackageKey, PackageFacts>>,
    /// The libraries that came, went, or are other files, by name or by size, sorted. Other content of the same size in
    /// a file of the same name is not seen; its package's version tells of it.
    pub libraries: Vec<Changed<'sides, Soname, BTreeMap<RootedPath, u64>>>,
    /// What is wrong in the new side only.
    pub gained: Vec<&'sides Fault>,
    /// What was wrong in the old side only.
    pub lost: Vec<&'sides Fault>,
}

/// Something that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed<'sides, Key, Facts> {
    /// What it is.
    pub key: &'sides Key,
    /// What it was, if it was there.
    pub old: Option<&'sides Facts>,
    /// What it is, if it is there.
    pub new: Option<&'sides Facts>,
}

impl<'sides> Difference<'sides> {
    /// Compares two sides.
    pub fn of(old: &'sides Side, new: &'sides Side) -> Self {
        // The same fault in other words, or graded otherwise, is neither gained nor lost.
        let identity = |fault: &'sides Fault| (&fault.code, &fault.path, &fault.subject);
        let only_in = |one: &'sides Side, other: &'sides Side| {
            let known: BTreeSet<_> = other.faults.iter().map(identity).collect();
            one.faults.iter().filter(|fault| !known.contains(&identity(fault))).collect()
        };
        Self {
            old,
            new,
            packages: changed(&old.packages, &new.packages),
            libraries: changed(&old.libraries, &new.libraries),
            gained: only_in(new, old),
            lost: only_in(old, new),
        }
    }

    /// Whether nothing changed that is told.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
            && self.libraries.is_empty()
            && self.gained.is_empty()
            && self.lost.is_empty()
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
    fn a_lock_differs_from_itself_in_nothing() {
        let side = Side::of_lock("a".to_owned(), &sample_plan());
        assert!(Difference::of(&side, &side).is_empty());
    }

    #[test]
    fn packages_come_go_and_change() {
        let old = sample_plan();
        let mut new = sample_plan();
        let lost = new.packages.remove(1);
        new.packages[0].package.version = "9.0".to_owned();
        let (old, new) = (Side::of_lock("a".to_owned(), &old), Side::of_lock("b".to_owned(), &new));
        let difference = Difference::of(&old, &new);
        let told: Vec<_> = difference
            .packages
            .iter()
            .map(|changed| (changed.key.1.to_string(), changed.old.is_some(), changed.new.is_some()))
            .collect();
        assert!(told.contains(&(lost.package.name.to_string(), true, false)), "{told:?}");
        assert_eq!(told.iter().filter(|(_, was, is)| *was && *is).count(), 1, "{told:?}");
    }
}
