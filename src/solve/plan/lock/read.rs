//! Reads a Plan from the text of a lock, and checks every field.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use bstr::BString;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::error::{LockError, LockFault, shown};
use super::format::{LOCK_VERSION, MAX_LOCK_BYTES};
use super::raw::{
    Head, RawApp, RawBase, RawBaseObject, RawFile, RawInclusion, RawIndex, RawLibrary, RawPackage, RawPlan,
    RawProblem, RawTarget, Text,
};
use super::spelling::{name_of, spelled};
use super::words;
use crate::debian::archive::IndexOrigin;
use crate::debian::catalog::{Package, Provenance};
use crate::debian::inclusions::{FileSet, Inclusion, Pattern};
use crate::solve::plan::{
    BaseObject, LockOptions, PackageChoice, Plan, PlannedApp, PlannedBase, PlannedLibrary, PlannedPackage,
    TakenFile, TakenKind,
};
use crate::solve::resolve::{Problem, ProblemKind};
use crate::vocabulary::{Architecture, PackageName, Release, RootedPath, Sha256Digest, Soname, Target};

/// Longest path on Linux (PATH_MAX).
const MAX_PATH_BYTES: usize = 4096;

/// Reads the Plan of a lock.
///
/// # Errors
/// If [`super::write_lock`] would not write this text, apart from comments and blanks.
pub fn read_lock(text: &str) -> Result<Plan, LockError> {
    let reader = Reader { text };
    if text.len() > MAX_LOCK_BYTES {
        return Err(LockError { line: 1, fault: LockFault::TooLong });
    }
    // Parsed first, as another version may have any other fields.
    let head: Head = reader.parse()?;
    if *head.version.get_ref() != LOCK_VERSION {
        return Err(reader.error(&head.version, LockFault::Version(*head.version.get_ref())));
    }
    let raw: RawPlan = reader.parse()?;
    let provenance = reader.provenance(&raw.target, &raw.index)?;
    let snapshot = raw.index.snapshot.as_ref();
    let plan = Plan {
        snapshot: snapshot
            .map(|moment| reader.word(moment, "snapshot timestamp", words::is_snapshot))
            .transpose()?,
        options: reader.options(&raw.options)?,
        base: raw.base.iter().map(|base| reader.base(base)).next().transpose()?,
        apps: raw.app.iter().map(|app| reader.app(app)).collect::<Result<_, _>>()?,
        packages: reader.packages(&raw.package, provenance.target.architecture)?,
        libraries: reader.libraries(&raw.library)?,
        included: reader.included(&raw.included)?,
        problems: reader.problems(&raw.problem)?,
        provenance,
    };
    reader.check_named_packages(&plan, &raw)?;
    reader.check_paths(&plan, &raw)?;
    Ok(plan)
}

struct Reader<'text> {
    text: &'text str,
}

impl Reader<'_> {
    fn parse<T: DeserializeOwned>(&self) -> Result<T, LockError> {
        toml::from_str(self.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            LockError { line: self.line(start), fault: LockFault::Form(shown(error.message())) }
        })
    }

    /// Returns the line of a byte.
    fn line(&self, place: usize) -> usize {
        self.text.bytes().take(place).filter(|byte| *byte == b'\n').count() + 1
    }

    fn error<T>(&self, at: &Spanned<T>, fault: LockFault) -> LockError {
        LockError { line: self.line(at.span().start), fault }
    }

    fn not_a(&self, at: &Text, kind: &'static str) -> LockError {
        self.error(at, LockFault::NotA { kind, word: shown(at.get_ref()) })
    }

    fn word(&self, at: &Text, kind: &'static str, is_valid: fn(&str) -> bool) -> Result<String, LockError> {
        if is_valid(at.get_ref()) { Ok(at.get_ref().clone()) } else { Err(self.not_a(at, kind)) }
    }

    fn words(
        &self,
        all: &[Text],
        kind: &'static str,
        is_valid: fn(&str) -> bool,
    ) -> Result<Vec<String>, LockError> {
        all.iter().map(|at| self.word(at, kind, is_valid)).collect()
    }

    /// Parses a word of a fixed set.
    fn known<T: FromStr<Err = crate::vocabulary::UnknownName>>(&self, at: &Text) -> Result<T, LockError> {
        at.get_ref().parse().map_err(|unknown| self.error(at, LockFault::from(unknown)))
    }

    fn date(&self, at: &Text) -> Result<Timestamp, LockError> {
        let date: Option<Timestamp> = at.get_ref().parse().ok();
        date.filter(|date| date.to_string() == *at.get_ref()).ok_or_else(|| self.not_a(at, "date in UTC"))
    }

    fn digest(&self, at: &Text) -> Result<Sha256Digest, LockError> {
        let digest: Option<Sha256Digest> = at.get_ref().parse().ok();
        digest
            .filter(|digest| digest.to_string() == *at.get_ref())
            .ok_or_else(|| self.not_a(at, "sha256 digest (64 hexadecimal digits in lower case)"))
    }

    fn bytes(&self, at: &Text) -> Result<Vec<u8>, LockError> {
        let name = name_of(at.get_ref()).filter(|name| !name.is_empty() && !name.contains(&0));
        name.ok_or_else(|| self.not_a(at, "encoded name"))
    }

    fn path(&self, at: &Text) -> Result<RootedPath, LockError> {
        let bytes = self.bytes(at)?;
        let path = RootedPath::new(&bytes);
        if path.as_bytes() != bytes || bytes.len() > MAX_PATH_BYTES {
            return Err(self.not_a(at, "normalized absolute path"));
        }
        Ok(path)
    }

    fn package_name(&self, at: &Text) -> Result<PackageName, LockError> {
        self.word(at, "package name", words::is_package_name).map(PackageName::new)
    }

    /// Checks that each item is greater than the one before it. Items come with their positions in the text.
    fn in_order<T: Ord>(
        &self,
        kind: &'static str,
        items: Vec<(&Text, T)>,
        name: impl Fn(&T) -> String,
    ) -> Result<Vec<T>, LockError> {
        let broken = items.windows(2).find_map(|pair| match pair {
            [(_, before), (at, item)] if before >= item => Some((before, at, item)),
            _ => None,
        });
        if let Some((before, at, item)) = broken {
            let (before, item_name) = (name(before), name(item));
            let fault = if before == item_name {
                LockFault::Twice { kind, item: item_name }
            } else {
                LockFault::Unsorted { kind, item: item_name, before }
            };
            return Err(self.error(at, fault));
        }
        Ok(items.into_iter().map(|(_, item)| item).collect())
    }

    /// Reads a list of names, and checks that it is sorted.
    fn sorted<T: Ord + Display>(
        &self,
        kind: &'static str,
        all: &[Text],
        read: impl Fn(&Text) -> Result<T, LockError>,
    ) -> Result<Vec<T>, LockError> {
        let items = all.iter().map(|at| Ok((at, read(at)?))).collect::<Result<_, LockError>>()?;
        self.in_order(kind, items, |item| shown(&item.to_string()))
    }

    fn provenance(&self, target: &RawTarget, index: &RawIndex) -> Result<Provenance, LockError> {
        let release = self.word(&target.release, "release codename", words::is_codename)?;
        Ok(Provenance {
            origin: origin(target, index),
            target: Target {
                distribution: self.known(&target.distribution)?,
                release: Release::new(release),
                architecture: self.known(&target.architecture)?,
            },
            index: self.known(&index.kind)?,
            date: index.date.as_ref().map(|date| self.date(date)).transpose()?,
            verified: index.verified,
            sources: Vec::new(),
        })
    }

    fn base(&self, base: &RawBase) -> Result<PlannedBase, LockError> {
        let object = |raw: &RawBaseObject| {
            Ok(BaseObject { path: self.path(&raw.path)?, sha256: self.digest(&raw.sha256)? })
        };
        let objects = base.objects.iter().map(|raw| Ok((&raw.path, object(raw)?)));
        let objects = objects.collect::<Result<_, LockError>>()?;
        let release = |at: &Text| self.word(at, "release codename", words::is_codename).map(Release::new);
        Ok(PlannedBase {
            release: base.release.as_ref().map(release).transpose()?,
            name: BString::from(self.bytes(&base.name)?),
            digest: self.digest(&base.digest)?,
            objects: self.in_order("object", objects, |object| shown(&object.path.to_string()))?,
        })
    }

    fn options(&self, raw: &BTreeMap<Text, Vec<Text>>) -> Result<LockOptions, LockError> {
        let option = |(name, values): (&Text, &Vec<Text>)| {
            let values = values.iter().map(|value| Ok(BString::from(self.bytes(value)?)));
            Ok((self.known(name)?, values.collect::<Result<_, LockError>>()?))
        };
        raw.iter().map(option).collect()
    }

    fn app(&self, app: &RawApp) -> Result<PlannedApp, LockError> {
        let path = app.path.as_ref().map(|path| self.bytes(path)).transpose()?.map(BString::from);
        Ok(PlannedApp { path, at: self.path(&app.at)?, kind: self.known(&app.kind)?, objects: app.objects })
    }

    fn libraries(&self, raw: &[RawLibrary]) -> Result<Vec<PlannedLibrary>, LockError> {
        let mut order = Vec::with_capacity(raw.len());
        let mut libraries = Vec::with_capacity(raw.len());
        for library in raw {
            let planned = PlannedLibrary {
                soname: Soname::new(self.bytes(&library.soname)?),
                need: self.known(&library.need)?,
                package: self.package_name(&library.package)?,
                path: self.path(&library.path)?,
                needed_by: self.sorted("object", &library.needed_by, |at| self.path(at))?,
                direct: library.direct,
            };
            order.push((&library.soname, (planned.soname.clone(), planned.path.clone())));
            libraries.push(planned);
        }
        let name = |(soname, path): &(Soname, RootedPath)| shown(&format!("{soname} at {path}"));
        self.in_order("library", order, name)?;
        Ok(libraries)
    }

    fn packages(
        &self,
        raw: &[RawPackage],
        architecture: Architecture,
    ) -> Result<Vec<PlannedPackage>, LockError> {
        let packages =
            raw.iter().map(|package| self.package(package, architecture)).collect::<Result<Vec<_>, _>>()?;
        let names = packages.iter().map(|planned| &planned.package.name);
        let order = raw.iter().map(|package| &package.name).zip(names).collect();
        self.in_order("package", order, |name| shown(name.as_str()))?;
        Ok(packages)
    }

    fn package(&self, raw: &RawPackage, architecture: Architecture) -> Result<PlannedPackage, LockError> {
        if ![architecture.name(), "all"].contains(&raw.architecture.get_ref().as_str()) {
            return Err(self.not_a(&raw.architecture, "architecture of the target"));
        }
        let package = Package {
            name: self.package_name(&raw.name)?,
            version: self.word(&raw.version, "version", words::is_version)?,
            architecture: raw.architecture.get_ref().clone(),
            suite: self.word(&raw.suite, "suite", words::is_suite)?,
            section: self.word(&raw.section, "section", words::is_line)?,
            filename: self.word(&raw.filename, "archive path", words::is_pool_path)?,
            sha256: Some(self.digest(&raw.sha256)?),
            size_bytes: raw.size,
            installed_size_kib: raw.installed_size_kib,
            provides_sonames: self.words(&raw.provides_sonames, "virtual package", words::is_package_name)?,
        };
        let names = |all: &[Text]| self.sorted("package", all, |at| self.package_name(at));
        let files = raw.files.iter().map(|file| self.file(file)).collect::<Result<Vec<_>, _>>()?;
        let paths = raw.files.iter().map(|file| &file.path).zip(files.iter().map(|file| &file.path));
        self.in_order("path", paths.collect(), |path| shown(&path.to_string()))?;
        Ok(PlannedPackage {
            package,
            source: self.word(&raw.source, "source package name", words::is_package_name)?,
            urls: self.words(&raw.urls, "http, https or file URL without a log-in", words::is_url)?,
            direct: raw.direct,
            choice: PackageChoice { reason: self.known(&raw.reason)?, instead_of: names(&raw.instead_of)? },
            needs: names(&raw.needs)?,
            files,
        })
    }

    fn file(&self, raw: &RawFile) -> Result<TakenFile, LockError> {
        let path = self.path(&raw.path)?;
        if path == RootedPath::root() {
            return Err(self.not_a(&raw.path, "file path"));
        }
        let kind = match (&raw.sha256, raw.size, &raw.mode, &raw.link, &raw.origin) {
            (Some(sha256), Some(size_bytes), Some(mode), None, None) => {
                TakenKind::File { sha256: self.digest(sha256)?, size_bytes, mode: self.mode(mode)? }
            }
            (None, None, None, Some(target), Some(origin)) => {
                TakenKind::Link { target: BString::from(self.bytes(target)?), origin: self.known(origin)? }
            }
            _ => {
                let path = shown(raw.path.get_ref());
                return Err(self.error(&raw.path, LockFault::FileOrLink(path)));
            }
        };
        Ok(TakenFile { path, kind })
    }

    fn mode(&self, at: &Text) -> Result<u32, LockError> {
        let mode = u32::from_str_radix(at.get_ref(), 8).ok();
        mode.filter(|mode| format!("{mode:04o}") == *at.get_ref() && *mode <= 0o7777)
            .ok_or_else(|| self.not_a(at, "mode of four octal digits"))
    }

    fn problems(&self, raw: &[RawProblem]) -> Result<Vec<Problem>, LockError> {
        let problem = |raw: &RawProblem| {
            let kind = ProblemKind::of_name(raw.kind.get_ref())
                .ok_or_else(|| self.not_a(&raw.kind, "kind of problem"))?;
            let (object, grade) = (self.path(&raw.object)?, self.known(&raw.grade)?);
            Ok(Problem { kind, object, detail: raw.detail.clone(), grade, fix: raw.fix.clone() })
        };
        let items =
            raw.iter().map(|raw| Ok((&raw.object, problem(raw)?))).collect::<Result<_, LockError>>()?;
        let name =
            |problem: &Problem| shown(&format!("{} {}: {}", problem.kind, problem.object, problem.detail));
        self.in_order("problem", items, name)
    }

    fn included(&self, raw: &[RawInclusion]) -> Result<Vec<Inclusion>, LockError> {
        let patterns = |all: &[Text]| -> Result<Vec<Pattern>, LockError> {
            let pattern = |at: &Text| Pattern::new(at.get_ref()).map_err(|_| self.not_a(at, "path pattern"));
            all.iter().map(pattern).collect()
        };
        let inclusion = |raw: &RawInclusion| {
            let extent = match (&raw.files, &raw.all_except) {
                (Some(files), None) => FileSet::Files(patterns(files)?),
                (None, Some(others)) => FileSet::AllExcept(patterns(others)?),
                _ => return Err(self.error(&raw.package, LockFault::FilesOrAllExcept)),
            };
            Ok(Inclusion { package: self.package_name(&raw.package)?, extent, reason: raw.reason.clone() })
        };
        let items =
            raw.iter().map(|raw| Ok((&raw.package, inclusion(raw)?))).collect::<Result<_, LockError>>()?;
        self.in_order("inclusion", items, |inclusion| shown(inclusion.package.as_str()))
    }

    /// Checks that every named package is in the lock.
    fn check_named_packages(&self, plan: &Plan, raw: &RawPlan) -> Result<(), LockError> {
        let of_libraries = raw.library.iter().map(|library| &library.package);
        let of_inclusions = raw.included.iter().map(|inclusion| &inclusion.package);
        let needs = raw.package.iter().flat_map(|package| &package.needs);
        let mut named = of_libraries.chain(needs).chain(of_inclusions);
        let foreign = named.find(|name| plan.package(&PackageName::new(name.get_ref().as_str())).is_none());
        foreign.map_or(Ok(()), |name| Err(self.error(name, LockFault::NoSuchPackage(shown(name.get_ref())))))
    }

    /// Checks that no two packages have the same file, and that no file lies below another.
    fn check_paths(&self, plan: &Plan, raw: &RawPlan) -> Result<(), LockError> {
        let mut owners: BTreeMap<&RootedPath, &PackageName> = BTreeMap::new();
        let files = || {
            plan.packages.iter().zip(&raw.package).flat_map(|(planned, raw)| {
                let name = &planned.package.name;
                planned.files.iter().zip(&raw.files).map(move |(file, raw)| (name, &file.path, &raw.path))
            })
        };
        for (package, path, at) in files() {
            if let Some(other) = owners.insert(path, package) {
                let path = shown(&spelled(path.as_bytes()));
                let (package, other) = (package.to_string(), other.to_string());
                return Err(self.error(at, LockFault::Shared { path, package, other }));
            }
        }
        for (_, path, at) in files() {
            let mut directory = path.parent();
            while directory != RootedPath::root() {
                if owners.contains_key(&directory) {
                    let path = shown(&spelled(path.as_bytes()));
                    let above = shown(&spelled(directory.as_bytes()));
                    return Err(self.error(at, LockFault::Below { path, above }));
                }
                directory = directory.parent();
            }
        }
        Ok(())
    }
}

/// Archive of the index; none in a lock that names none.
fn origin(target: &RawTarget, index: &RawIndex) -> Option<IndexOrigin> {
    Some(IndexOrigin {
        origin: index.origin.clone()?,
        label: index.label.clone().unwrap_or_default(),
        suite: target.release.get_ref().clone(),
        mirror: index.mirror.clone(),
        is_given_mirror: index.mirror.is_some(),
        keys: index.keys.clone(),
    })
}
