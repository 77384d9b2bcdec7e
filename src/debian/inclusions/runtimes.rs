//! The interpreters that `--with` puts into an image, out of Debian's own packages.

use std::fmt;
use std::str::FromStr;

use super::pattern::matches;
use super::{FileSet, Inclusion, Pattern};
use crate::vocabulary::PackageName;

/// An interpreter with its standard library.
#[derive(Debug, PartialEq, Eq)]
pub struct Runtime {
    name: &'static str,
    /// What is taken first: a package and the files that are taken of it; of all files where none are named.
    seeds: &'static [(&'static str, &'static [&'static str])],
    /// The packages, with `*` for any bytes, that are taken whole where one of those taken depends on them. The
    /// versions in their names are the release's.
    follows: &'static [&'static str],
    /// The files that nobody needs at run time.
    leaves: &'static [&'static str],
}

/// No interpreter has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("neither {}", list())]
pub struct UnknownRuntime;

fn list() -> String {
    let names: Vec<&str> = Runtime::ALL.iter().map(|runtime| runtime.name).collect();
    names.join(" nor ")
}

/// What tells that an image is Debian, and the links at the top that a merged /usr has from trixie on.
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
    /// All of them.
    pub const ALL: &[Self] = &[
        Self {
            name: "python3",
            seeds: &[BASE, ("python3-minimal", &["/usr/bin/python3"]), ("libpython3-stdlib", &[])],
            follows: &["python3.*-minimal", "libpython3.*-minimal", "libpython3.*-stdlib"],
            leaves: &["/usr/lib/python3*/test/*", "/usr/lib/python3*/pydoc_data/*", "/usr/share/binfmts/*"],
        },
        Self {
            name: "ruby",
            seeds: &[BASE, ("ruby", &[])],
            follows: &[
                "ruby3.*",
                "ruby2.*",
                "libruby3.*",
                "libruby2.*",
                "ruby-rubygems",
                "rubygems-integration",
            ],
            leaves: &[
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

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What is taken first.
    pub fn seeds(&self) -> Vec<Inclusion> {
        self.seeds
            .iter()
            .map(|(package, files)| match files {
                [] => self.whole(PackageName::new(*package)),
                _ => Inclusion {
                    package: PackageName::new(*package),
                    extent: FileSet::Files(files.iter().map(|pattern| Pattern::of_table(pattern)).collect()),
                    reason: self.reason(),
                },
            })
            .collect()
    }

    /// What is taken of a package that one of those taken depends on.
    pub fn follow(&self, depends_on: &str) -> Option<Inclusion> {
        let is_followed = self.follows.iter().any(|name| matches(name.as_bytes(), depends_on.as_bytes()));
        is_followed.then(|| self.whole(PackageName::new(depends_on)))
    }

    /// Whether it may take a package of this name.
    pub(super) fn may_take(&self, package: &str) -> bool {
        self.seeds.iter().any(|(name, _)| *name == package) || self.follow(package).is_some()
    }

    fn whole(&self, package: PackageName) -> Inclusion {
        let leaves = self.leaves.iter().map(|pattern| Pattern::of_table(pattern)).collect();
        Inclusion { package, extent: FileSet::AllExcept(leaves), reason: self.reason() }
    }

    fn reason(&self) -> String {
        format!("a part of {}", self.name)
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
    fn the_versions_in_names_are_followed_and_nothing_else() {
        let python: &Runtime = "python3".parse().expect("is known");
        assert!(python.follow("libpython3.13-stdlib").is_some());
        assert!(python.follow("libssl3").is_none());
        assert!(python.follow("libpython3.13-dev").is_none());
        let taken = python.follow("python3.11-minimal").expect("is followed").extent;
        assert!(taken.takes(b"usr/bin/python3.11"));
        assert!(!taken.takes(b"usr/share/doc/python3.11-minimal/copyright"));
        assert!(!taken.takes(b"usr/lib/python3.11/test/support/os_helper.py"));
    }

    #[test]
    fn other_names_are_refused_with_those_that_are_known() {
        let error = "perl".parse::<&Runtime>().expect_err("is unknown");
        assert_eq!(error.to_string(), "neither python3 nor ruby");
    }
}
