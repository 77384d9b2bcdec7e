//! Variants: files for several platforms of which one is opened.
//!
//! npm packages and some wheels and gems have one file for each platform: the loader in their code, or the interpreter by
//! the file's name, takes the one that fits. So it suffices that one fits; the others are unused. Where none fits, opening
//! the module fails, which is reported once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use bstr::{BStr, ByteSlice};

use super::abi::abi_in_path;
use super::linked::{AppObject, ForeignFile, LinkedApps};
use super::node_abi::node_abi;
use super::npm_platform::NpmPlatforms;
use super::platform_words::PlatformWords;
use super::role::{Language, Role};
use super::standing::UnfitModule;
use super::target_abi::TargetAbi;
use super::test_files::is_of_tests;
use super::trees::{App, InputTrees};
use crate::loader::{Libc, Platform};
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::RootedPath;

/// Variants among the files of the apps.
#[derive(Debug, Default)]
pub(super) struct Variants {
    /// Files that are for another platform than the target.
    pub(super) unused: HashSet<NodeId>,
    /// Modules and programs of which no file is for the target.
    pub(super) unfit: Vec<UnfitModule>,
}

/// File that may be a variant.
struct Member {
    node: NodeId,
    path: RootedPath,
    mount: MountId,
    kind: MemberKind,
    /// Platform that the file is for, if it is not the target.
    made_for: Option<String>,
    /// True if it differs in the version of the interpreter's ABI alone: rules of their own report that if no other fits.
    is_other_version: bool,
    words: PlatformWords,
}

/// Opener of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MemberKind {
    /// By an interpreter.
    Module(Option<Language>),
    /// By the kernel, or by objects that need it.
    Other(Role),
}

impl Variants {
    /// Determines the variants for a target.
    pub(super) fn of(
        root: &Root<'_>,
        trees: &InputTrees,
        linked: &LinkedApps<'_>,
        target: TargetAbi,
    ) -> Self {
        let members = Members::of(root, trees, linked, target);
        let mut variants = Self::default();
        let mut unfit_of_unit: BTreeMap<Vec<u8>, UnfitModule> = BTreeMap::new();
        for group in members.by_file.values() {
            let group: Vec<&Member> = group.iter().map(|index| &members.all[*index]).collect();
            let fits = |one: &&Member| one.made_for.is_none();
            let has_fitting = group.iter().any(fits);
            let is_unused = |one: &&&Member| !fits(one) && (has_fitting || !one.is_other_version);
            variants.unused.extend(group.iter().filter(is_unused).map(|one| one.node));
            if has_fitting || group.iter().any(|one| one.is_other_version) {
                continue;
            }
            if let Some(unit) = members.unit_without(root, trees, &group, target) {
                let found = unfit_of_unit.entry(unit).or_insert_with(|| unfit_module(group[0]));
                found.add(&group);
            }
        }
        variants.unfit = unfit_of_unit.into_values().collect();
        variants.unfit.sort();
        variants
    }
}

fn unfit_module(first: &Member) -> UnfitModule {
    UnfitModule {
        path: first.path.clone(),
        made_for: BTreeSet::new(),
        differs_in_libc: true,
        language: match first.kind {
            MemberKind::Module(language) => language,
            MemberKind::Other(_) => None,
        },
        nodes: Vec::new(),
    }
}

impl UnfitModule {
    fn add(&mut self, files: &[&Member]) {
        for file in files {
            self.nodes.push(file.node);
            let made_for = file.made_for.clone().unwrap_or_default();
            self.differs_in_libc &=
                Libc::ALL.iter().any(|libc| libc.name() == made_for) || made_for.ends_with("-linux-musl");
            self.made_for.insert(made_for);
        }
    }
}

/// All files that may be variants, and those of each module or program.
struct Members {
    all: Vec<Member>,
    by_file: BTreeMap<(MountId, Vec<u8>), Vec<usize>>,
    /// Packages with a file that fits.
    fitting_units: HashSet<(MountId, Vec<u8>)>,
    /// Apps with a file that fits.
    fitting_apps: HashSet<MountId>,
}

impl Members {
    fn of(root: &Root<'_>, trees: &InputTrees, linked: &LinkedApps<'_>, target: TargetAbi) -> Self {
        let apps: HashMap<MountId, &App> = trees.start_mounts().collect();
        let mut platforms = NodePlatforms {
            abi: NodeAbi { root, target, found: None },
            npm: NpmPlatforms::new(root, target),
        };
        let objects =
            linked.objects.iter().map(|object| of_object(root, object, target, &apps, &mut platforms));
        let mut all: Vec<Member> = objects.collect();
        all.extend(linked.foreign.iter().map(|file| of_foreign(root, file, &apps)));
        let mut members = Self {
            all: Vec::new(),
            by_file: BTreeMap::new(),
            fitting_units: HashSet::new(),
            fitting_apps: HashSet::new(),
        };
        for (index, member) in all.iter().enumerate() {
            members.by_file.entry((member.mount, file_key(member))).or_default().push(index);
            if member.made_for.is_none() {
                members.fitting_units.insert((member.mount, unit_of(member)));
                members.fitting_apps.insert(member.mount);
            }
        }
        Self { all, ..members }
    }

    /// Returns the unit that an error about a group of which no file fits is reported for: the module itself, or the package
    /// that has nothing else; none if it is no error.
    fn unit_without(
        &self,
        root: &Root<'_>,
        trees: &InputTrees,
        group: &[&Member],
        target: TargetAbi,
    ) -> Option<Vec<u8>> {
        let first = *group.first()?;
        let app = trees.start_mounts().find(|(mount, _)| *mount == first.mount).map(|(_, app)| app)?;
        if group.iter().all(|one| is_of_tests(&one.path, app)) {
            return None;
        }
        let unit = unit_of(first);
        let has_fitting = self.fitting_units.contains(&(first.mount, unit.clone()));
        let is_pointed_at = app.shown_as == first.path;
        match first.kind {
            // A package of several platforms may have modules for one of them alone.
            MemberKind::Module(language) => {
                let is_other_form = group.iter().all(|one| one.words.is_named || is_not_elf(one));
                let is_error = !(has_fitting && is_other_form || has_source(root, first, language));
                is_error.then(|| if is_other_form { unit } else { file_key(first) })
            }
            MemberKind::Other(Role::Program) => {
                let is_command = matches!(first.path.parent().file_name(), b"bin" | b"sbin");
                let is_error = target.is_known
                    && (is_pointed_at || is_command && !(has_fitting && first.words.is_named))
                    || !self.fitting_apps.contains(&first.mount) && target.is_known;
                is_error.then(|| file_key(first))
            }
            // Objects that need a library report it.
            MemberKind::Other(_) => {
                let is_error =
                    target.is_known && (is_pointed_at || !self.fitting_apps.contains(&first.mount));
                is_error.then(|| unit_of(first))
            }
        }
    }
}

/// Platforms of addons, as far as Node.js and npm state them.
struct NodePlatforms<'root, 'inventories> {
    abi: NodeAbi<'root, 'inventories>,
    npm: NpmPlatforms<'root, 'inventories>,
}

/// NODE_MODULE_VERSION of the root's Node.js, looked up when an addon first names one.
struct NodeAbi<'root, 'inventories> {
    root: &'root Root<'inventories>,
    target: TargetAbi,
    found: Option<Option<u32>>,
}

impl NodeAbi<'_, '_> {
    fn get(&mut self) -> Option<u32> {
        *self.found.get_or_insert_with(|| node_abi(self.root, self.target))
    }
}

fn of_object(
    root: &Root<'_>,
    object: &AppObject<'_>,
    target: TargetAbi,
    apps: &HashMap<MountId, &App>,
    platforms: &mut NodePlatforms<'_, '_>,
) -> Member {
    let path = root.path(object.node);
    let language = object.role.language();
    let words = words_of(&path, language, apps.get(&object.mount).copied());
    let is_musl = language == Some(Language::Node) && words.is_musl && target.libc == Libc::Glibc;
    let by_tag = || match language {
        Some(Language::Python) => other_python_tag(path.file_name(), target),
        _ => is_musl.then(|| Libc::Musl.to_string()),
    };
    let platform = target.difference(object.facts).or_else(by_tag).or_else(|| platforms.npm.other(&path));
    let version = match language.filter(|_| platform.is_none()) {
        Some(Language::Node) if !object.facts.defines("napi_") => {
            let other = words.node_abi.filter(|number| platforms.abi.get().is_some_and(|its| its != *number));
            other.map(|number| format!("NODE_MODULE_VERSION {number}"))
        }
        Some(language) => apps.get(&object.mount).and_then(|app| other_version(&path, language, app)),
        None => None,
    };
    let kind = language.map_or(MemberKind::Other(object.role), |language| MemberKind::Module(Some(language)));
    let (is_other_version, made_for) = (version.is_some(), platform.or(version));
    Member { node: object.node, path, mount: object.mount, kind, made_for, is_other_version, words }
}

/// Words for platforms in the path of a file below its app: for a Python extension in those of its directories, since its
/// name is that of the module, with a tag that every extension has.
fn words_of(path: &RootedPath, language: Option<Language>, app: Option<&App>) -> PlatformWords {
    let below = app.and_then(|app| path.below(&app.at)).map_or_else(|| path.clone(), RootedPath::new);
    match language {
        Some(Language::Python) => PlatformWords::of(&below.parent()),
        _ => PlatformWords::of(&below),
    }
}

fn of_foreign(root: &Root<'_>, file: &ForeignFile, apps: &HashMap<MountId, &App>) -> Member {
    let path = root.path(file.node);
    let name = path.file_name();
    let language = match name.rsplit_once_str(".").map(|(_, extension)| extension) {
        Some(b"node") => Some(Language::Node),
        Some(b"pyd") => Some(Language::Python),
        _ if name.contains_str(".cpython-") || name.ends_with(b".abi3.so") => Some(Language::Python),
        _ => None,
    };
    let (words, made_for) =
        (words_of(&path, language, apps.get(&file.mount).copied()), Some(file.format.to_string()));
    let (node, mount, kind) = (file.node, file.mount, MemberKind::Module(language));
    Member { node, path, mount, kind, made_for, is_other_version: false, words }
}

fn is_not_elf(member: &Member) -> bool {
    matches!(member.made_for.as_deref(), Some("macOS" | "Windows"))
}

/// Key of the module or program that a file is a variant of.
fn file_key(member: &Member) -> Vec<u8> {
    let directory = PlatformWords::of(&member.path.parent()).rest;
    match member.kind {
        // The interpreter takes the module by its name up to the tag.
        MemberKind::Module(Some(Language::Python)) => [directory, stem(member.path.file_name())].join(&b'/'),
        MemberKind::Module(Some(Language::Ruby)) => {
            let parent = member.path.parent();
            let is_version = ruby_directory(&parent).is_some();
            let directory = if is_version { parent.parent() } else { parent };
            [directory.as_bytes(), member.path.file_name()].join(&b'/')
        }
        MemberKind::Module(_) | MemberKind::Other(_) => member.words.rest.clone(),
    }
}

/// Package that a file is of, without the words for platforms: npm's package, else the directory below `site-packages` or
/// the top of the app.
fn unit_of(member: &Member) -> Vec<u8> {
    let components: Vec<&[u8]> = member.path.components().collect();
    let is_collection =
        |name: &&[u8]| matches!(*name, b"node_modules" | b"site-packages" | b"dist-packages" | b"gems");
    let place = components.iter().rposition(is_collection);
    let end = match place {
        None => components.len() - 1,
        Some(place) => {
            let is_scoped = components.get(place + 1).is_some_and(|name| name.starts_with(b"@"));
            (place + 2 + usize::from(is_scoped)).min(components.len())
        }
    };
    PlatformWords::of(&RootedPath::of_components(&components[..end])).rest
}

fn stem(file_name: &[u8]) -> Vec<u8> {
    file_name.split(|byte| *byte == b'.').next().unwrap_or_default().to_vec()
}

/// True if a module is there as source, too: Python then imports that.
fn has_source(root: &Root<'_>, member: &Member, language: Option<Language>) -> bool {
    let source = [&stem(member.path.file_name())[..], b".py"].concat();
    language == Some(Language::Python) && root.child(root.directory_of(member.node), &source).is_some()
}

/// Returns the platform in the name of a Python extension, if CPython on the target does not open a file of that name
/// (`importlib.machinery.EXTENSION_SUFFIXES`).
fn other_python_tag(file_name: &[u8], target: TargetAbi) -> Option<String> {
    let (_, tag) = file_name.rsplit_once_str(".cpython-")?;
    let (_, platform) = tag.strip_suffix(b".so")?.split_once_str("-")?;
    let own = Platform::of(target.machine)?.triplet;
    let is_own = platform == own.as_bytes()
        || target.libc == Libc::Musl && platform == own.replace("-gnu", "-musl").as_bytes();
    (!is_own).then(|| platform.to_str_lossy().into_owned())
}

/// Returns the version of the interpreter that an extension is for (`NAME.cpython-311-….so`, `lib/nokogiri/3.1/nokogiri.so`),
/// if the app has another one.
fn other_version(path: &RootedPath, language: Language, app: &App) -> Option<String> {
    let own = app.abi.as_ref().filter(|abi| abi.language == language)?;
    match language {
        Language::Python => {
            let abi = abi_in_path(BStr::new(path.file_name())).filter(|abi| abi != own);
            abi.map(|abi| abi.to_string())
        }
        Language::Ruby => {
            let version = ruby_directory(&path.parent())?;
            (!own.version.starts_with(&format!("{version}."))).then(|| format!("Ruby {version}"))
        }
        Language::Node => None,
    }
}

/// Version in the name of a directory `X.Y`.
fn ruby_directory(directory: &RootedPath) -> Option<String> {
    let name = directory.file_name().to_str().ok()?;
    let (major, minor) = name.split_once('.')?;
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(major) && is_number(minor)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::{ByteOrder, Class, Machine};

    #[test]
    fn tags_of_python_extensions() {
        let machine =
            Machine { class: Class::Bits64, byte_order: ByteOrder::Little, number: 62, hard_float: false };
        let target = TargetAbi { machine, libc: Libc::Glibc, fits_base: true, is_known: true };
        let other = |name: &str| other_python_tag(name.as_bytes(), target);
        assert_eq!(other("a.cpython-311-x86_64-linux-gnu.so"), None);
        assert_eq!(other("a.abi3.so"), None);
        assert_eq!(other("a.so"), None);
        assert_eq!(other("a.cpython-311-x86_64-linux-musl.so").as_deref(), Some("x86_64-linux-musl"));
        assert_eq!(other("a.cpython-311-aarch64-linux-gnu.so").as_deref(), Some("aarch64-linux-gnu"));
        assert_eq!(other("a.cpython-311-darwin.so").as_deref(), Some("darwin"));
        let musl = TargetAbi { libc: Libc::Musl, ..target };
        assert_eq!(other_python_tag(b"a.cpython-311-x86_64-linux-musl.so", musl), None);
    }
}
