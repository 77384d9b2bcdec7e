//! The problems of objects and sonames, one for each object and cause.

use bstr::ByteSlice;

use super::problem::{Problem, ProblemKind};
use super::resolution::{SonameAnswer, Status};
use super::target_abi::TargetAbi;
use crate::app::{AppObject, InputTrees, LinkedApps, StartObject};
use crate::elf::ElfFacts;
use crate::loader::{Libc, Platform, libc_of};
use crate::tree::root::Root;

/// Returns a problem for each object that needs a soname that nothing provides, or that lies off the path.
pub(super) fn soname_problems(answers: &[SonameAnswer]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for answer in answers {
        let (kind, detail) = match (answer.status, &answer.path) {
            (Status::Unresolved, _) => (ProblemKind::Unresolved, format!("no package has {}", answer.soname)),
            (Status::OffPath, Some(path)) => {
                (ProblemKind::OffPath, format!("{} is at {path}, where ld.so does not look", answer.soname))
            }
            _ => continue,
        };
        problems.extend(answer.needed_by.iter().map(|object| Problem {
            kind,
            object: object.clone(),
            detail: detail.clone(),
        }));
    }
    problems
}

/// Returns the problems of the objects themselves: objects for another system, programs without a dynamic linker, and
/// needed symbol versions that the loaded library does not define.
pub fn object_problems(
    root: &Root<'_>,
    trees: &InputTrees,
    linked: &LinkedApps<'_>,
    target: Option<TargetAbi>,
) -> Vec<Problem> {
    let foreign = linked.objects.iter().filter_map(|object| foreign_problem(root, object, target));
    let mut problems: Vec<Problem> = foreign.collect();
    let is_for_target =
        |start: &&StartObject<'_>| target.is_some_and(|target| target.matches(start.map.start().facts));
    for start in linked.starts.iter().filter(is_for_target) {
        // Without a base nothing is assumed present, not even the dynamic linker.
        if trees.base.is_some() {
            problems.extend(interpreter_problem(root, start));
        }
        problems.extend(version_problems(root, start));
    }
    problems.sort();
    problems.dedup();
    problems
}

fn interpreter_problem(root: &Root<'_>, start: &StartObject<'_>) -> Option<Problem> {
    let interpreter = start.map.interpreter.filter(|found| found.node.is_none())?;
    Some(Problem {
        kind: ProblemKind::Interpreter,
        object: root.path(start.map.start().node),
        detail: format!("its dynamic linker {} is not in the base", interpreter.path),
    })
}

fn version_problems(root: &Root<'_>, start: &StartObject<'_>) -> impl Iterator<Item = Problem> {
    let map = &start.map;
    map.missing_versions.iter().filter(|missing| !missing.weak).map(|missing| Problem {
        kind: ProblemKind::Version,
        object: root.path(map.objects[missing.by].node),
        detail: format!(
            "needs version {} of {}, which does not define it",
            missing.version,
            root.path(map.objects[missing.provider].node)
        ),
    })
}

/// Returns the problem of an object for another system than the target.
fn foreign_problem(root: &Root<'_>, object: &AppObject<'_>, target: Option<TargetAbi>) -> Option<Problem> {
    let facts = object.facts;
    let own_target = target.filter(|target| target.matches(facts));
    if own_target.is_some_and(|target| target.libc == Libc::Glibc || target.fits_base) {
        return None;
    }
    let (kind, detail) = if own_target.is_some() {
        // No package adds musl to a base that is made for glibc.
        (ProblemKind::Musl, "made for musl, whose dynamic linker is not in the base".to_owned())
    } else if is_for_android(facts) {
        (ProblemKind::Musl, "made for Android's C library".to_owned())
    } else if target.is_some_and(|target| target.machine == facts.machine) {
        let libc = match libc_of(facts) {
            Libc::Musl => "musl",
            Libc::Glibc => "glibc",
        };
        (ProblemKind::Musl, format!("made for {libc}, which does not load together with the other C library"))
    } else {
        let machine = Platform::of(facts.machine).map_or_else(
            || format!("machine {} of ELF", facts.machine.number),
            |platform| platform.triplet.to_owned(),
        );
        (ProblemKind::Architecture, format!("made for {machine}"))
    };
    Some(Problem { kind, object: root.path(object.node), detail })
}

/// Returns true for an object with Android's linker, or that needs a library that only Android has.
fn is_for_android(facts: &ElfFacts) -> bool {
    facts.interpreter.as_ref().is_some_and(|path| path.starts_with_str("/system/bin/linker"))
        || facts.needed.iter().any(|soname| matches!(soname.as_bytes(), b"liblog.so" | b"libandroid.so"))
}
