//! What keeps objects from loading, one entry for each object and cause.

use bstr::ByteSlice;

use super::{SonameAnswer, Status, TargetAbi};
use crate::app::{AppObject, InputTrees, LinkedApps};
use crate::elf::ElfFacts;
use crate::loader::{Libc, Platform, libc_of};
use crate::tree::root::Root;
use crate::vocabulary::{RootedPath, named};

named! {
    /// The kinds of problem.
    ProblemKind("kind of problem") {
        /// A soname that nothing has.
        Unresolved = "unresolved",
        /// A symbol version that the library which is found does not define.
        Version = "version",
        /// An object for another machine: reported, not resolved.
        Architecture = "architecture",
        /// A program whose dynamic linker is not there.
        Interpreter = "interpreter",
        /// An object for musl beside ones for glibc, or the reverse: reported, not resolved. Or one for musl
        /// on a base without it.
        Musl = "musl",
        /// A library that the tree has where ld.so does not look.
        OffPath = "off-path",
        /// A package that answers could not be had or read, so that what it needs is not known.
        Unread = "unread",
    }
}

impl ProblemKind {
    /// Whether it makes the answer bad news: objects for other systems lie unused in many packages.
    pub fn is_bad_news(self) -> bool {
        !matches!(self, Self::Architecture | Self::Musl)
    }
}

/// Something that keeps an object from loading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What kind it is.
    pub kind: ProblemKind,
    /// The object that does not load.
    pub object: RootedPath,
    /// What is wrong, in words.
    pub detail: String,
}

/// The problems of sonames that nothing has, or that lie off the path: one for each that asks.
pub(super) fn of_sonames(answers: &[SonameAnswer]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for answer in answers {
        let (kind, detail) = match (answer.status, &answer.path) {
            (Status::Unresolved, _) => (ProblemKind::Unresolved, format!("no package has {}", answer.soname)),
            (Status::OffPath, Some(path)) => {
                (ProblemKind::OffPath, format!("{} is at {path}, where it is not looked for", answer.soname))
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

/// The problems of objects by themselves: for another system, without a dynamic linker, or with versions
/// that what they load does not define.
pub fn object_problems(
    root: &Root<'_>,
    sources: &InputTrees,
    linked: &LinkedApps<'_>,
    scene: Option<TargetAbi>,
) -> Vec<Problem> {
    let mut problems: Vec<Problem> =
        linked.objects.iter().filter_map(|object| of_another_system(root, object, scene)).collect();
    for start in
        linked.starts.iter().filter(|start| scene.is_some_and(|scene| scene.holds(start.map.start().facts)))
    {
        let map = &start.map;
        // Without a base nothing is assumed present, the dynamic linker neither.
        if let Some(interpreter) =
            map.interpreter.filter(|found| found.node.is_none() && sources.base.is_some())
        {
            problems.push(Problem {
                kind: ProblemKind::Interpreter,
                object: root.path(map.start().node),
                detail: format!("its dynamic linker {} is not in the base", interpreter.path),
            });
        }
        problems.extend(map.missing_versions.iter().filter(|missing| !missing.weak).map(|missing| Problem {
            kind: ProblemKind::Version,
            object: root.path(map.objects[missing.by].node),
            detail: format!(
                "needs version {} of {}, which does not define it",
                missing.version,
                root.path(map.objects[missing.provider].node)
            ),
        }));
    }
    problems.sort();
    problems.dedup();
    problems
}

fn of_another_system(root: &Root<'_>, object: &AppObject<'_>, scene: Option<TargetAbi>) -> Option<Problem> {
    let facts = object.facts;
    let its_own = scene.filter(|scene| scene.holds(facts));
    if its_own.is_some_and(|scene| scene.libc == Libc::Glibc || scene.fits_base) {
        return None;
    }
    let (kind, detail) = if its_own.is_some() {
        // No package brings musl to a base that is made for glibc.
        (ProblemKind::Musl, "made for musl, whose dynamic linker is not in the base".to_owned())
    } else if is_for_android(facts) {
        (ProblemKind::Musl, "made for Android's C library".to_owned())
    } else if scene.is_some_and(|scene| scene.machine == facts.machine) {
        let libc = match libc_of(facts) {
            Libc::Musl => "musl",
            Libc::Glibc => "glibc",
        };
        (ProblemKind::Musl, format!("made for {libc}, which does not load beside the other C library"))
    } else {
        let machine = Platform::of(facts.machine).map_or_else(
            || format!("machine {} of ELF", facts.machine.number),
            |platform| platform.triplet.to_owned(),
        );
        (ProblemKind::Architecture, format!("made for {machine}"))
    };
    Some(Problem { kind, object: root.path(object.node), detail })
}

/// Android's linker, or a library that only Android has.
fn is_for_android(facts: &ElfFacts) -> bool {
    facts.interpreter.as_ref().is_some_and(|path| path.starts_with_str("/system/bin/linker"))
        || facts.needed.iter().any(|soname| matches!(soname.as_bytes(), b"liblog.so" | b"libandroid.so"))
}
