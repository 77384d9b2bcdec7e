//! Arguments that a lock records, so that it is compared and updated without giving them again. Arguments that are given
//! take precedence, then `sodeb.toml`, then the lock. Paths are relative to the lock's directory.

use std::ffi::OsString;
use std::fmt::Display;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use bstr::BString;
use clap::ValueEnum;

use crate::cli::arguments::{LinkerArguments, PlanArguments};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::catalog::CatalogChoice;
use crate::debian::inclusions::{FileSet, Inclusion};
use crate::loader::CpuLevel;
use crate::oci::base::{BaseKind, BaseReference};
use crate::solve::plan::{LockOptions, OptionName, Plan, PlannedApp};
use crate::vocabulary::Release;

/// Records the arguments in the Plan of a lock in `directory`. Values that come from `sodeb.toml` are not recorded: it is
/// read again.
pub(super) fn record(plan: &mut Plan, arguments: &PlanArguments, directory: &Path) {
    let paths = arguments.apps.paths.iter();
    for (app, path) in plan.apps.iter_mut().zip(paths) {
        app.path = Some(relative(path, directory).into_os_string().into_vec().into());
    }
    if let Some(base) = &mut plan.base {
        let name = PathBuf::from(OsString::from_vec(base.name.to_vec()));
        if BaseReference::parse(name.as_os_str(), Path::new("")).is_ok_and(|base| is_path(base.kind())) {
            base.name = dotted(relative(&name, directory)).into_os_string().into_vec().into();
        }
    }
    plan.options = options_of(arguments, directory);
}

fn is_path(kind: &BaseKind) -> bool {
    matches!(kind, BaseKind::Path(_))
}

fn options_of(arguments: &PlanArguments, directory: &Path) -> LockOptions {
    let PlanArguments { apps, linker, closure, catalog } = arguments;
    let (choice, archive) = (&closure.choice, &catalog.archive);
    let LinkerArguments { ld_library_path, workdir, hwcaps } = linker;
    let bytes = |word: &OsString| BString::from(word.as_bytes());
    let keyring = |path: &PathBuf| BString::from(relative(path, directory).into_os_string().into_vec());
    let mirrors = archive.scope.mirror.iter().map(|url| without_credentials(url));
    let options = [
        (OptionName::Arch, words(catalog.arch)),
        (OptionName::Avoid, words(&choice.avoid)),
        (OptionName::Backports, words(archive.scope.backports.then_some("true"))),
        (OptionName::Catalog, catalog.catalog.iter().map(|choice| catalog_word(choice, directory)).collect()),
        (OptionName::Component, words(&archive.scope.component)),
        (OptionName::Data, words(closure.data.as_ref().map(name_of))),
        (OptionName::Dlopen, words(closure.dlopen.as_ref().map(name_of))),
        (OptionName::Hwcaps, words(Some(*hwcaps).filter(|level| *level != CpuLevel::V3))),
        (OptionName::Include, words(closure.include.iter().flat_map(inclusion_words))),
        (OptionName::Keyring, archive.scope.keyring.iter().map(keyring).collect()),
        (OptionName::LdLibraryPath, ld_library_path.iter().map(bytes).collect()),
        (OptionName::Mirror, words(mirrors)),
        (OptionName::Platform, words(&apps.base.image.platform)),
        (OptionName::Prefer, words(&choice.prefer)),
        (OptionName::RelinkPython, words(apps.base.relink_python.then_some("true"))),
        (OptionName::Release, words(&catalog.release)),
        (OptionName::With, words(&closure.with)),
        (OptionName::Workdir, workdir.iter().map(bytes).collect()),
    ];
    options.into_iter().filter(|(_, values)| !values.is_empty()).collect()
}

fn words(values: impl IntoIterator<Item = impl Display>) -> Vec<BString> {
    values.into_iter().map(|value| BString::from(value.to_string())).collect()
}

fn name_of(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn inclusion_words(inclusion: &Inclusion) -> impl Iterator<Item = String> {
    let patterns = match &inclusion.extent {
        FileSet::Files(patterns) => &patterns[..],
        FileSet::AllExcept(_) => &[],
    };
    patterns.iter().map(|pattern| format!("{}:{}", inclusion.package, pattern.as_str()))
}

/// Returns the value of `--catalog`. The root file system of an installed one is relative to the lock's directory.
fn catalog_word(choice: &CatalogChoice, directory: &Path) -> BString {
    match choice {
        CatalogChoice::Embedded => "embedded".into(),
        CatalogChoice::Archive => "archive".into(),
        CatalogChoice::Installed(root) => {
            let root = dotted(relative(root, directory)).into_os_string().into_vec();
            [b"installed:".to_vec(), root].concat().into()
        }
    }
}

/// Removes user and password from a URL.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    let start = rest[..end].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{}", &rest[start..])
}

/// Makes a path relative to a directory, unless it is absolute and lies outside of it.
fn relative(path: &Path, directory: &Path) -> PathBuf {
    let (Ok(whole), Ok(directory)) = (absolute(path), absolute(directory)) else { return path.to_owned() };
    match whole.strip_prefix(&directory) {
        Ok(below) => below.to_owned(),
        Err(_) if path.is_absolute() => path.to_owned(),
        Err(_) => {
            let common =
                whole.components().zip(directory.components()).take_while(|(one, other)| one == other);
            let common = common.count();
            let up = directory.components().skip(common).map(|_| Component::ParentDir);
            up.chain(whole.components().skip(common)).collect()
        }
    }
}

/// Returns the absolute path, links resolved where it exists.
fn absolute(path: &Path) -> std::io::Result<PathBuf> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    path.canonicalize().or_else(|_| std::path::absolute(path))
}

/// Adds `./` to a relative path, so that it is not the name of an image.
fn dotted(path: PathBuf) -> PathBuf {
    if path.is_absolute() || path.starts_with("..") { path } else { Path::new(".").join(path) }
}

/// Completes arguments by those that a lock records. `lock_path` is the path of the lock.
pub(super) fn restore(
    arguments: &mut PlanArguments,
    lock: &Plan,
    lock_path: &Path,
    session: &Session,
) -> Result<(), Failure> {
    let directory = lock_path.parent().unwrap_or(Path::new(""));
    restore_paths(arguments, lock, lock_path, session)?;
    let base = &mut arguments.apps.base;
    if base.base.is_none() && session.config.base.is_none() {
        base.base = lock.base.as_ref().map(|base| base_name(&base.name, directory));
    }
    let archive = &mut arguments.catalog.archive.scope;
    if archive.snapshot.is_none() && session.config.snapshot.is_none() {
        archive.snapshot.clone_from(&lock.snapshot);
    }
    let cannot = |cause: String| {
        Failure::input(anyhow::anyhow!("cannot use the options of {}: {cause}", lock_path.display()))
            .hint("give the options again, and write a new lock")
    };
    restore_files(arguments, &lock.options, directory, session);
    restore_options(arguments, &lock.options, session).map_err(cannot)
}

/// Returns the name of a lock's base; a relative path starts in the lock's directory.
pub(super) fn base_name(name: &BString, directory: &Path) -> OsString {
    let word = OsString::from_vec(name.to_vec());
    if name.starts_with(b".") { directory.join(word).into_os_string() } else { word }
}

fn restore_paths(
    arguments: &mut PlanArguments,
    lock: &Plan,
    lock_path: &Path,
    session: &Session,
) -> Result<(), Failure> {
    let directory = lock_path.parent().unwrap_or(Path::new(""));
    let recorded = lock.apps.iter().map(|app| Some(OsString::from_vec(app.path.clone()?.into())));
    let recorded: Option<Vec<PathBuf>> = recorded.map(|path| path.map(PathBuf::from)).collect();
    let paths = &mut arguments.apps.paths;
    let is_same = match &recorded {
        Some(recorded) if paths.is_empty() => {
            *paths = recorded.iter().map(|path| directory.join(path)).collect();
            true
        }
        Some(recorded) => {
            paths.len() == recorded.len()
                && paths.iter().zip(recorded).all(|(path, other)| relative(path, directory) == *other)
        }
        None => false,
    };
    let lock_name = lock_path.display();
    let hint = format!("give the paths: `sodeb lock --check -o {lock_name} PATH…`");
    if paths.is_empty() {
        let error = anyhow::anyhow!("cannot use {lock_name} without a PATH: it does not record any");
        return Err(Failure::input(error).hint(hint));
    }
    if let Some(absent) = paths.iter().find(|path| is_same && !path.exists()) {
        let error = anyhow::anyhow!("cannot read {}, which {lock_name} was made for", absent.display());
        return Err(Failure::input(error).hint(hint));
    }
    let at = &mut arguments.apps.base.at;
    if is_same && at.is_empty() && session.config.at.is_none() {
        let place = |(app, path): (&PlannedApp, &PathBuf)| {
            let at = if path.is_file() { app.at.parent() } else { app.at.clone() };
            OsString::from_vec(at.as_bytes().to_vec())
        };
        *at = lock.apps.iter().zip(paths.iter()).map(place).collect();
    }
    Ok(())
}

/// Sets the options whose values are paths.
fn restore_files(arguments: &mut PlanArguments, options: &LockOptions, directory: &Path, session: &Session) {
    let catalog = &mut arguments.catalog.catalog;
    if catalog.is_none() && !session.config.has_catalog() {
        let word = options.get(&OptionName::Catalog).and_then(|values| values.first());
        *catalog = word.and_then(|word| word.to_string().parse().ok()).map(|choice| match choice {
            CatalogChoice::Installed(root) => CatalogChoice::Installed(directory.join(root)),
            other => other,
        });
    }
    let keyrings = &mut arguments.catalog.archive.scope.keyring;
    if keyrings.is_empty() {
        let recorded = options.get(&OptionName::Keyring).into_iter().flatten();
        *keyrings = recorded.map(|path| directory.join(OsString::from_vec(path.to_vec()))).collect();
    }
}

/// Sets the options that are neither given nor in `sodeb.toml`.
fn restore_options(
    arguments: &mut PlanArguments,
    options: &LockOptions,
    session: &Session,
) -> Result<(), String> {
    let config = &session.config;
    let PlanArguments { apps, linker, closure, catalog } = arguments;
    let (choice, archive) = (&mut closure.choice, &mut catalog.archive.scope);
    for (name, values) in options {
        match name {
            OptionName::Arch if config.has_arch() => {}
            OptionName::Arch => set(&mut catalog.arch, values)?,
            OptionName::Avoid if config.avoid.is_empty() => fill(&mut choice.avoid, values)?,
            OptionName::Backports => archive.backports = true,
            OptionName::Component if config.component.is_empty() => fill(&mut archive.component, values)?,
            OptionName::Data if !config.has_data() => set(&mut closure.data, values)?,
            OptionName::Dlopen if !config.has_dlopen() => set(&mut closure.dlopen, values)?,
            OptionName::Hwcaps if linker.hwcaps == CpuLevel::V3 => {
                let mut level = None;
                set(&mut level, values)?;
                linker.hwcaps = level.unwrap_or(CpuLevel::V3);
            }
            OptionName::Include => fill(&mut closure.include, values)?,
            OptionName::LdLibraryPath if config.ld_library_path.is_none() => {
                set_bytes(&mut linker.ld_library_path, values);
            }
            OptionName::Mirror if config.mirror.is_empty() => fill(&mut archive.mirror, values)?,
            OptionName::Platform => set(&mut apps.base.image.platform, values)?,
            OptionName::Prefer if config.prefer.is_empty() => fill(&mut choice.prefer, values)?,
            OptionName::RelinkPython => apps.base.relink_python = true,
            OptionName::Release if catalog.release.is_none() && !config.has_release() => {
                catalog.release = values.first().map(|value| Release::new(value.to_string()));
            }
            OptionName::With if !config.has_with() => fill(&mut closure.with, values)?,
            OptionName::Workdir => set_bytes(&mut linker.workdir, values),
            _ => {}
        }
    }
    Ok(())
}

fn set<T: FromStr<Err: Display>>(option: &mut Option<T>, values: &[BString]) -> Result<(), String> {
    let mut parsed = Vec::new();
    fill(&mut parsed, values)?;
    if option.is_none() {
        *option = parsed.pop();
    }
    Ok(())
}

fn set_bytes(option: &mut Option<OsString>, values: &[BString]) {
    if option.is_none() {
        *option = values.first().map(|value| OsString::from_vec(value.to_vec()));
    }
}

fn fill<T: FromStr<Err: Display>>(option: &mut Vec<T>, values: &[BString]) -> Result<(), String> {
    if !option.is_empty() {
        return Ok(());
    }
    let parse = |value: &BString| {
        let parsed: Result<T, _> = value.to_string().parse();
        parsed.map_err(|cause| format!("'{}': {cause}", value.escape_ascii()))
    };
    *option = values.iter().map(parse).collect::<Result<_, _>>()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_left_out() {
        for (url, kept) in [
            ("http://user:p%40ss@host/debian", "http://host/debian"),
            ("https://token@host", "https://host"),
            ("https://u:p@ss@host:8080/a@b", "https://host:8080/a@b"),
            ("http://host/debian", "http://host/debian"),
            ("/a/mirror", "/a/mirror"),
        ] {
            assert_eq!(without_credentials(url), kept);
        }
    }

    #[test]
    fn paths_are_relative_to_the_lock() {
        let relative = |path: &str, directory: &str| {
            relative(Path::new(path), Path::new(directory)).display().to_string()
        };
        assert_eq!(relative("/nowhere/a/venv", "/nowhere/a"), "venv");
        assert_eq!(relative("/nowhere/venv", "/nowhere/a"), "/nowhere/venv");
        assert_eq!(relative("nowhere/venv", "nowhere/locks/b"), "../../venv");
        assert_eq!(dotted(PathBuf::from("base")), Path::new("./base"));
        assert_eq!(dotted(PathBuf::from("../base")), Path::new("../base"));
    }
}
