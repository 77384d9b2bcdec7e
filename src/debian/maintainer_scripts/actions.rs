//! Alternatives and diversions in scripts.

use bstr::BString;

use super::shell;
use crate::vocabulary::RootedPath;

/// Effects of the scripts of one package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actions {
    /// Installed alternatives, in the order of the scripts.
    pub alternatives: Vec<Alternative>,
    /// Added diversions, in the order of the scripts.
    pub diversions: Vec<Diversion>,
    /// Calls with words that are not literal, as text.
    pub not_understood: Vec<String>,
}

/// `update-alternatives --install`, with each of its `--slave`s as a further link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Name of the link in /etc/alternatives.
    pub name: BString,
    /// Links, the main one first.
    pub links: Vec<AlternativeLink>,
    /// Priority; the highest one wins.
    pub priority: i64,
}

/// Link of an alternative: `link` → `/etc/alternatives/name` → `path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlternativeLink {
    /// Path of the link.
    pub link: RootedPath,
    /// Name in /etc/alternatives.
    pub name: BString,
    /// File of this package.
    pub path: RootedPath,
}

/// `dpkg-divert --add`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diversion {
    /// Path of the file of other packages.
    pub from: RootedPath,
    /// Path that it is moved to.
    pub to: RootedPath,
}

/// Directory of the links that update-alternatives switches.
pub const ALTERNATIVES_DIRECTORY: &str = "/etc/alternatives";

impl Actions {
    /// Reads scripts in the order in which dpkg runs them (preinst, postinst).
    pub fn from_scripts<'script>(scripts: impl IntoIterator<Item = &'script [u8]>) -> Self {
        let mut actions = Self::default();
        for script in scripts {
            for command in shell::commands(script) {
                actions.add(&command);
            }
        }
        actions
    }

    fn add(&mut self, command: &shell::Command) {
        let Some(start) = command.words.iter().position(|word| {
            let name = word.text.rsplit('/').next().unwrap_or_default();
            matches!(name, "update-alternatives" | "dpkg-divert")
        }) else {
            return;
        };
        let arguments = &command.words[start + 1..];
        let has = |option: &str| arguments.iter().any(|word| word.text == option);
        let understood = if command.words[start].text.ends_with("update-alternatives") {
            if !has("--install") {
                return;
            }
            self.install(arguments)
        } else {
            // `--add` is the default of dpkg-divert.
            if ["--remove", "--list", "--listpackage", "--truename"].into_iter().any(has) {
                return;
            }
            self.divert(arguments)
        };
        if understood.is_none() {
            self.not_understood.push(command.to_string());
        }
    }

    /// Parses `--install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]…`.
    fn install(&mut self, arguments: &[shell::Word]) -> Option<()> {
        let mut links = Vec::new();
        let mut main = None;
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let is_main = word.text == "--install";
            if !is_main && word.text != "--slave" {
                continue;
            }
            let [link, name, path] = [words.next()?, words.next()?, words.next()?];
            let link =
                AlternativeLink { link: path_of(link)?, name: word_of(name)?.into(), path: path_of(path)? };
            if is_main {
                main = Some((link, word_of(words.next()?)?.parse::<i64>().ok()?));
            } else {
                links.push(link);
            }
        }
        let (first, priority) = main?;
        let name = first.name.clone();
        links.insert(0, first);
        self.alternatives.push(Alternative { name, links, priority });
        Some(())
    }

    /// Parses `[--package PACKAGE | --local] [--divert TO] [--rename] [--add] FILE`.
    fn divert(&mut self, arguments: &[shell::Word]) -> Option<()> {
        let (mut from, mut to) = (None, None);
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.text.as_str() {
                "--package" | "--admindir" | "--instdir" | "--root" => drop(words.next()?),
                "--divert" => to = Some(path_of(words.next()?)?),
                option if option.starts_with("--") => {}
                // The shell continues with another command.
                _ if from.is_some() => break,
                _ => from = Some(path_of(word)?),
            }
        }
        let from = from?;
        let to = to.unwrap_or_else(|| RootedPath::new([from.as_bytes(), b".distrib"].concat()));
        self.diversions.push(Diversion { from, to });
        Some(())
    }
}

fn word_of(word: &shell::Word) -> Option<&str> {
    word.is_literal.then_some(word.text.as_str())
}

fn path_of(word: &shell::Word) -> Option<RootedPath> {
    word_of(word).filter(|path| path.starts_with('/')).map(RootedPath::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(script: &str) -> Actions {
        Actions::from_scripts([script.as_bytes()])
    }

    /// `link name path priority` of every link.
    fn links(actions: &Actions) -> Vec<String> {
        let lines = actions.alternatives.iter().flat_map(|alternative| {
            alternative
                .links
                .iter()
                .map(|link| format!("{} {} {} {}", link.link, link.name, link.path, alternative.priority))
        });
        lines.collect()
    }

    #[test]
    fn a_call_over_several_lines_is_read() {
        let script = "#!/bin/sh\nset -e\nupdate-alternatives --install /usr/lib/t/libblas.so.3 \\\n\
                      \t libblas.so.3-t /usr/lib/t/blas/libblas.so.3 10\nexit 0\n";
        assert_eq!(
            links(&actions(script)),
            ["/usr/lib/t/libblas.so.3 libblas.so.3-t /usr/lib/t/blas/libblas.so.3 10"]
        );
    }

    #[test]
    fn variables_with_literal_values_are_expanded() {
        let script = "pri=80\ndir=\"/usr/lib/t\"\nif [ \"$1\" = configure ]; then\n  \
                      update-alternatives --quiet --install $dir/libblis.so.4 'libblis.so.4-t' \
                      \"${dir}/blis/libblis.so.4\" $pri\nfi\n";
        assert_eq!(
            links(&actions(script)),
            ["/usr/lib/t/libblis.so.4 libblis.so.4-t /usr/lib/t/blis/libblis.so.4 80"]
        );
    }

    #[test]
    fn slaves_are_further_links() {
        let script = "update-alternatives --install /usr/bin/mpicc mpi /usr/bin/mpicc.mpich 40 \
                      --slave /usr/lib/libmpi.so libmpi.so /usr/lib/mpich/libmpi.so";
        assert_eq!(
            links(&actions(script)),
            [
                "/usr/bin/mpicc mpi /usr/bin/mpicc.mpich 40",
                "/usr/lib/libmpi.so libmpi.so /usr/lib/mpich/libmpi.so 40"
            ]
        );
    }

    #[test]
    fn a_call_that_is_not_literal_is_listed_and_not_guessed() {
        let script = "update-alternatives --install $(dir)/x x /usr/lib/x $unset\n\
                      update-alternatives --remove x /usr/lib/x\n\
                      # update-alternatives --install in a comment\n";
        let actions = actions(script);
        assert_eq!(links(&actions), Vec::<String>::new());
        assert_eq!(actions.not_understood, ["update-alternatives --install $(dir)/x x /usr/lib/x $unset"]);
    }

    #[test]
    fn diversions_move_files_of_other_packages_away() {
        let script = "dpkg-divert --package glx-diversions --rename --divert /usr/lib/mesa/libGL.so.1 --add \
                      /usr/lib/libGL.so.1\ndpkg-divert --add --rename /bin/x || true\n\
                      dpkg-divert --remove /bin/y\n";
        let diverted: Vec<String> =
            actions(script).diversions.iter().map(|one| format!("{} {}", one.from, one.to)).collect();
        assert_eq!(diverted, ["/usr/lib/libGL.so.1 /usr/lib/mesa/libGL.so.1", "/bin/x /bin/x.distrib"]);
    }
}
