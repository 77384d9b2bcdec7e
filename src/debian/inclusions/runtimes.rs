//! Interpreters that `--with` includes, from the distribution's packages.

use std::fmt;
use std::str::FromStr;

use super::glob::matches_glob;
use super::inclusion::{FileSet, Inclusion};
use super::pattern::Pattern;
use crate::vocabulary::PackageName;

/// Interpreter with its standard library.
#[derive(Debug, PartialEq, Eq)]
pub struct Runtime {
    name: &'static str,
    /// Packages that are included first, each with its files; all files if none are named.
    first: &'static [(&'static str, &'static [&'static str])],
    /// Dependencies of included packages that are included as a whole, as globs: their names have the versions of the
    /// release.
    dependencies: &'static [&'static str],
    /// Files that are not needed at run time.
    excluded: &'static [&'static str],
}

/// Error for the name of an unknown interpreter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {}", list())]
pub struct UnknownRuntime;

fn list() -> String {
    let names: Vec<&str> = Runtime::ALL.iter().map(|runtime| runtime.name).collect();
    names.join(" or ")
}

/// Files that identify an image as Debian, and the links of a merged /usr, which the package has since trixie.
const BASE: (&str, &[&str]) = (
    "base-files",
    &[
        "/bin",
        "/lib",
        "/lib32",
        "/lib64",
        "/libx32",
        "/sbin",
        "/etc/os-release",
        "/usr/lib/os-release",
        "/etc/debian_version",
    ],
);

impl Runtime {
    /// All interpreters.
    pub const ALL: &[Self] = &[
        Self {
            name: "python3",
            first: &[BASE, ("python3-minimal", &["/usr/bin/python3"]), ("libpython3-stdlib", &[])],
            dependencies: &["python3.*-minimal", "libpython3.*-minimal", "libpython3.*-stdlib"],
            excluded: &["/usr/lib/python3*/test/*", "/usr/lib/python3*/pydoc_data/*", "/usr/share/binfmts/*"],
        },
        Self {
            name: "ruby",
            first: &[BASE, ("ruby", &[])],
            dependencies: &[
                "ruby3.*",
                "ruby2.*",
                "libruby3.*",
                "libruby2.*",
                "ruby-rubygems",
                "rubygems-integration",
            ],
            excluded: &[
                "/usr/lib/ruby/gems/*/gems/*/test/*",
                "/usr/lib/ruby/gems/*/gems/*/spec/*",
                "/usr/lib/ruby/gems/*/gems/*/sig/*",
                "/usr/lib/ruby/gems/*/gems/rbs-*/core/*",
                "/usr/lib/ruby/gems/*/gems/rbs-*/stdlib/*",
                "/usr/lib/ruby/gems/*/doc/*",
                "/usr/lib/ruby/*/bundler/man/*",
                "/usr/share/ri/*",
            ],
        },
    ];

    /// Returns the name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the packages that are included first.
    pub fn first_inclusions(&self) -> Vec<Inclusion> {
        self.first
            .iter()
            .map(|(package, files)| match files {
                [] => self.whole(PackageName::new(*package)),
                _ => Inclusion {
                    package: PackageName::new(*package),
                    extent: FileSet::Files(
                        files.iter().map(|pattern| Pattern::from_table(pattern)).collect(),
                    ),
                    reason: self.reason(),
                },
            })
            .collect()
    }

    /// Returns the files of a dependency of an included package; none if it is not included.
    pub fn dependency(&self, package: &str) -> Option<Inclusion> {
        let is_included =
            self.dependencies.iter().any(|name| matches_glob(name.as_bytes(), package.as_bytes()));
        is_included.then(|| self.whole(PackageName::new(package)))
    }

    /// Returns true if a package may be included.
    pub(super) fn may_include(&self, package: &str) -> bool {
        self.first.iter().any(|(name, _)| *name == package) || self.dependency(package).is_some()
    }

    fn whole(&self, package: PackageName) -> Inclusion {
        let excluded = self.excluded.iter().map(|pattern| Pattern::from_table(pattern)).collect();
        Inclusion { package, extent: FileSet::AllExcept(excluded), reason: self.reason() }
    }

    fn reason(&self) -> String {
        format!("part of {}", self.name)
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl FromStr for &'static Runtime {
    type Err = UnknownRuntime;

    fn from_str(name: &str) -> Result<Self, UnknownRuntime> {
        Runtime::ALL.iter().find(|runtime| runtime.name == name).ok_or(UnknownRuntime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_any_version_are_included_and_no_others() {
        let python: &Runtime = "python3".parse().expect("is known");
        assert!(python.dependency("libpython3.13-stdlib").is_some());
        assert!(python.dependency("libssl3").is_none());
        assert!(python.dependency("libpython3.13-dev").is_none());
        let files = python.dependency("python3.11-minimal").expect("is included").extent;
        assert!(files.contains(b"usr/bin/python3.11"));
        assert!(!files.contains(b"usr/share/doc/python3.11-minimal/copyright"));
        assert!(!files.contains(b"usr/lib/python3.11/test/support/os_helper.py"));
    }

    #[test]
    fn the_error_for_other_names_lists_the_known_ones() {
        let error = "perl".parse::<&Runtime>().expect_err("is unknown");
        assert_eq!(error.to_string(), "expected python3 or ruby");
    }
}
