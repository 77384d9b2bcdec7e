//! What a package's maintainer scripts do to the files of an image, read and never run: the links that
//! update-alternatives(1) makes, and the files of other packages that dpkg-divert(1) moves away.
//!
//! Scripts are shell, so that only what stands there plainly is understood: a command with its words, quotes, and
//! variables that were set to a plain value before. That covers what Debian's packages of libraries do (Debian
//! Policy §3.9 and appendix F and G); a call that is not understood is told as such ([`Actions::not_understood`]).
//! Conditions are not looked at: a call counts whatever branch it stands in.

mod shell;

use bstr::BString;

use crate::vocabulary::RootedPath;

/// What the scripts of one package do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actions {
    /// The alternatives that are installed, in the order of the scripts.
    pub alternatives: Vec<Alternative>,
    /// The diversions that are added, in the order of the scripts.
    pub diversions: Vec<Diversion>,
    /// Calls whose words are not plain, as they stand.
    pub not_understood: Vec<String>,
}

/// One `update-alternatives --install`, with each of its `--slave`s as one more link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The name of the link in /etc/alternatives.
    pub name: BString,
    /// The links that are made, the main one first.
    pub links: Vec<AlternativeLink>,
    /// The higher one wins.
    pub priority: i64,
}

/// One link of an alternative: `link` → `/etc/alternatives/name` → `path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlternativeLink {
    /// Where users look for it.
    pub link: RootedPath,
    /// Its name in /etc/alternatives.
    pub name: BString,
    /// The file that this package has for it.
    pub path: RootedPath,
}

/// One `dpkg-divert --add`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diversion {
    /// The file of other packages that is moved away.
    pub from: RootedPath,
    /// Where to.
    pub to: RootedPath,
}

/// Where update-alternatives keeps the links that it switches.
pub const ALTERNATIVES_DIRECTORY: &str = "/etc/alternatives";

impl Actions {
    /// Reads scripts in the order in which dpkg runs them (preinst, postinst).
    pub fn of_scripts<'script>(scripts: impl IntoIterator<Item = &'script [u8]>) -> Self {
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
            // Adding is what dpkg-divert does unless it is told otherwise.
            if ["--remove", "--list", "--listpackage", "--truename"].into_iter().any(has) {
                return;
            }
            self.divert(arguments)
        };
        if understood.is_none() {
            self.not_understood.push(command.to_string());
        }
    }

    /// `--install LINK NAME PATH PRIORITY [--slave LINK NAME PATH]…`
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

    /// `[--package PACKAGE | --local] [--divert TO] [--rename] [--add] FILE`
    fn divert(&mut self, arguments: &[shell::Word]) -> Option<()> {
        let (mut from, mut to) = (None, None);
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            match word.text.as_str() {
                "--package" | "--admindir" | "--instdir" | "--root" => drop(words.next()?),
                "--divert" => to = Some(path_of(words.next()?)?),
                option if option.starts_with("--") => {}
                // The command ends where the shell goes on with another.
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
    word.is_plain.then_some(word.text.as_str())
}

fn path_of(word: &shell::Word) -> Option<RootedPath> {
    word_of(word).filter(|path| path.starts_with('/')).map(RootedPath::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(script: &str) -> Actions {
        Actions::of_scripts([script.as_bytes()])
    }

    /// `link name path priority` of every link.
    fn told(actions: &Actions) -> Vec<String> {
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
            told(&actions(script)),
            ["/usr/lib/t/libblas.so.3 libblas.so.3-t /usr/lib/t/blas/libblas.so.3 10"]
        );
    }

    #[test]
    fn variables_with_plain_values_are_expanded() {
        let script = "pri=80\ndir=\"/usr/lib/t\"\nif [ \"$1\" = configure ]; then\n  \
                      update-alternatives --quiet --install $dir/libblis.so.4 'libblis.so.4-t' \
                      \"${dir}/blis/libblis.so.4\" $pri\nfi\n";
        assert_eq!(
            told(&actions(script)),
            ["/usr/lib/t/libblis.so.4 libblis.so.4-t /usr/lib/t/blis/libblis.so.4 80"]
        );
    }

    #[test]
    fn slaves_are_further_links() {
        let script = "update-alternatives --install /usr/bin/mpicc mpi /usr/bin/mpicc.mpich 40 \
                      --slave /usr/lib/libmpi.so libmpi.so /usr/lib/mpich/libmpi.so";
        assert_eq!(
            told(&actions(script)),
            [
                "/usr/bin/mpicc mpi /usr/bin/mpicc.mpich 40",
                "/usr/lib/libmpi.so libmpi.so /usr/lib/mpich/libmpi.so 40"
            ]
        );
    }

    #[test]
    fn a_call_that_is_not_plain_is_told_and_not_guessed() {
        let script = "update-alternatives --install $(dir)/x x /usr/lib/x $unset\n\
                      update-alternatives --remove x /usr/lib/x\n\
                      # update-alternatives --install in a comment\n";
        let actions = actions(script);
        assert_eq!(told(&actions), Vec::<String>::new());
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
