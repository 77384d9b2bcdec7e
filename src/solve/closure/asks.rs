//! What is asked of packages, and what each package that could answer is known to bring along.

use std::collections::{BTreeMap, BTreeSet};

use bstr::BString;
use rayon::prelude::*;

use crate::debian::catalog::{
    self, Catalog, CatalogError, LibraryCandidate, Package, Visibility, is_named_for, look_up,
};
use crate::vocabulary::{ChoiceReason, PackageName, RootedPath, Soname};

/// A name, and the directories in which whoever asks would find it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ask {
    pub(super) soname: Soname,
    pub(super) directories: Vec<RootedPath>,
}

impl Ask {
    fn look_up(&self, catalog: &dyn Catalog) -> Result<catalog::SonameLookup, CatalogError> {
        look_up(catalog, &self.soname, &self.directories, &[])
    }
}

/// The number of an ask, which is that of its requirement too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AskId(pub(super) usize);

/// An ask and all that is known about it.
pub(super) struct Asked {
    pub(super) ask: Ask,
    /// The symbol versions that those who ask need of it.
    pub(super) versions: BTreeSet<BString>,
    /// The packages that ask.
    pub(super) by: BTreeSet<PackageName>,
    /// The preferred one first.
    pub(super) answers: Vec<Answer>,
    /// Why that is preferred, where nothing else decides.
    pub(super) reason: Option<ChoiceReason>,
}

/// A package that could answer.
pub(super) struct Answer {
    pub(super) candidate: LibraryCandidate,
    /// None as long as its .deb was not read.
    pub(super) facts: Option<Facts>,
}

/// What reading its .deb tells of an answer.
pub(super) enum Facts {
    /// The linker takes it.
    Fits {
        /// The symbol versions that it defines; empty where it has none at all.
        defines: Vec<BString>,
        /// What else has to be there.
        needs: Vec<AskId>,
    },
    /// The linker does not, and why.
    Unfit(String),
}

/// Which answers are left for the choice.
pub(super) struct Usable {
    /// Indices of [`Asked::answers`].
    pub(super) answers: Vec<usize>,
    /// Packages that could answer, but are not the library's own.
    pub(super) not_its_own: Vec<PackageName>,
    /// Whether one that the user prefers is there.
    pub(super) is_preferred: bool,
}

/// Every ask so far, by number.
#[derive(Default)]
pub(super) struct Asks {
    pub(super) all: Vec<Asked>,
    ids: BTreeMap<Ask, AskId>,
    /// What was looked up of asks that have no number yet.
    ahead: BTreeMap<Ask, catalog::SonameLookup>,
}

impl Asks {
    /// The number of an ask; a new one is looked up.
    pub(super) fn id_of(&mut self, ask: Ask, catalog: &dyn Catalog) -> Result<AskId, CatalogError> {
        if let Some(id) = self.ids.get(&ask) {
            return Ok(*id);
        }
        let answer = self.ahead.remove(&ask).map_or_else(|| ask.look_up(catalog), Ok)?;
        let catalog::SonameLookup { candidates, reason, .. } = answer;
        let findable = candidates.into_iter().filter(|candidate| candidate.visibility != Visibility::OffPath);
        let answers = findable.map(|candidate| Answer { candidate, facts: None }).collect();
        let id = AskId(self.all.len());
        self.ids.insert(ask.clone(), id);
        self.all.push(Asked { ask, versions: BTreeSet::new(), by: BTreeSet::new(), answers, reason });
        Ok(id)
    }

    /// Looks up those of the asks that are new, on every core: most decode blocks of the catalog.
    pub(super) fn look_up_ahead<'asks>(
        &mut self,
        asks: impl Iterator<Item = &'asks Ask>,
        catalog: &dyn Catalog,
    ) -> Result<(), CatalogError> {
        let new: BTreeSet<&Ask> = asks.filter(|ask| !self.ids.contains_key(*ask)).collect();
        let answers = new.into_par_iter().map(|ask| Ok((ask.clone(), ask.look_up(catalog)?)));
        self.ahead = answers.collect::<Result<_, CatalogError>>()?;
        Ok(())
    }

    /// Notes who asks, and which symbol versions they need.
    pub(super) fn note(&mut self, id: AskId, by: Option<&PackageName>, versions: &BTreeSet<BString>) {
        let asked = &mut self.all[id.0];
        asked.versions.extend(versions.iter().cloned());
        asked.by.extend(by.cloned());
    }

    /// Whether there is any package that could answer, wanted by the user or not.
    pub(super) fn is_answerable(&self, id: AskId) -> bool {
        self.all[id.0].answers.iter().any(Answer::may_fit)
    }

    /// What the catalog says of a package that could answer.
    pub(super) fn package(&self, name: &PackageName) -> Option<Package> {
        let mut answers = self.all.iter().flat_map(|asked| &asked.answers);
        answers
            .find(|answer| answer.candidate.package.name == *name)
            .map(|answer| answer.candidate.package.clone())
    }
}

impl Asks {
    /// Where a package is said to have a library that is asked for.
    pub(super) fn path_of(&self, package: &PackageName) -> Option<RootedPath> {
        let mut answers = self.all.iter().flat_map(|asked| &asked.answers);
        answers.find(|answer| answer.name() == package).map(|answer| answer.candidate.path.clone())
    }
}

impl Answer {
    fn may_fit(&self) -> bool {
        !matches!(self.facts, Some(Facts::Unfit(_)))
    }

    pub(super) fn name(&self) -> &PackageName {
        &self.candidate.package.name
    }

    fn defines_all(&self, versions: &BTreeSet<BString>) -> bool {
        match &self.facts {
            // ld.so takes one without any versions without a word.
            Some(Facts::Fits { defines, .. }) => {
                defines.is_empty() || versions.iter().all(|version| defines.contains(version))
            }
            _ => true,
        }
    }
}

impl Asked {
    /// Which of the answers a package is.
    pub(super) fn place_of(&self, package: &PackageName) -> Option<usize> {
        self.answers.iter().position(|answer| answer.name() == package)
    }

    /// The name that is asked for, and which of its answers are left out since the user avoids them.
    pub(super) fn described(&self, avoid: &BTreeSet<PackageName>) -> String {
        let names = self.answers.iter().map(Answer::name).filter(|name| avoid.contains(*name));
        let avoided: Vec<&str> =
            names.map(PackageName::as_str).collect::<BTreeSet<_>>().into_iter().collect();
        match avoided[..] {
            [] => self.ask.soname.to_string(),
            _ => format!("{} (avoided: {})", self.ask.soname, avoided.join(", ")),
        }
    }

    /// Which answers the choice is between: those that the linker takes and the user does not avoid; of those, the
    /// ones that the user prefers, or else the library's own package (Debian Policy §8.1) before one that merely has
    /// a file of that name; and those that define the versions that are needed, where any does.
    pub(super) fn usable(&self, prefer: &BTreeSet<PackageName>, avoid: &BTreeSet<PackageName>) -> Usable {
        let answers = self.answers.iter().enumerate();
        let fitting = answers.filter(|(_, answer)| answer.may_fit() && !avoid.contains(answer.name()));
        let mut left: Vec<(usize, &Answer)> = fitting.collect();
        let is_preferred = left.iter().any(|(_, answer)| prefer.contains(answer.name()));
        let mut not_its_own = Vec::new();
        if is_preferred {
            left.retain(|(_, answer)| prefer.contains(answer.name()));
        } else {
            let is_own = |answer: &Answer| {
                answer.candidate.visibility == Visibility::OnPath
                    && is_named_for(answer.name(), &self.ask.soname)
            };
            if left.iter().any(|(_, answer)| is_own(answer)) {
                let others = left.iter().filter(|(_, answer)| !is_own(answer));
                not_its_own = others.map(|(_, answer)| answer.name().clone()).collect();
                left.retain(|(_, answer)| is_own(answer));
            }
        }
        if left.iter().any(|(_, answer)| answer.defines_all(&self.versions)) {
            left.retain(|(_, answer)| answer.defines_all(&self.versions));
        }
        Usable { answers: left.into_iter().map(|(index, _)| index).collect(), not_its_own, is_preferred }
    }
}
