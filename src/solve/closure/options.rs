//! What taking a package's file for an ask brings along: the file is linked by itself, on what is there already and
//! its own package, and whatever is missing then is what it needs of others.

use std::collections::{BTreeMap, BTreeSet};

use bstr::BString;
use rayon::prelude::*;

use super::asks::{Ask, AskId, Facts};
use super::overlay::alternative_links;
use super::{ClosureSolver, Known};
use crate::app::linker;
use crate::debian::catalog::CatalogError;
use crate::debian::inclusions::is_processor_copy;
use crate::loader::Linker;
use crate::solve::resolve::{asked_name, versions_needed};
use crate::tree::inventory::Content;
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::PackageName;

/// An ask, and which of its answers.
type AnswerId = (AskId, usize);

/// What reading a package told of one of its files.
enum Studied {
    Fits { defines: Vec<BString>, needs: Vec<(Ask, BTreeSet<BString>)> },
    Unfit(String),
}

impl Studied {
    fn asks(&self) -> impl Iterator<Item = &Ask> {
        let needs = match self {
            Self::Fits { needs, .. } => needs.as_slice(),
            Self::Unfit(_) => &[],
        };
        needs.iter().map(|(ask, _)| ask)
    }
}

impl ClosureSolver<'_> {
    /// Finds out what every answer brings along whose package was read, and what those needs could be answered by
    /// in turn.
    pub(super) fn study(&mut self) -> Result<(), CatalogError> {
        loop {
            let mut open: BTreeMap<PackageName, Vec<AnswerId>> = BTreeMap::new();
            for (id, asked) in self.asks.all.iter().enumerate() {
                for (index, answer) in asked.answers.iter().enumerate() {
                    if answer.facts.is_none() && self.known.contains_key(answer.name()) {
                        open.entry(answer.name().clone()).or_default().push((AskId(id), index));
                    }
                }
            }
            if open.is_empty() {
                return Ok(());
            }
            let open: Vec<(PackageName, Vec<AnswerId>)> = open.into_iter().collect();
            let studied: Vec<Vec<(AnswerId, Studied)>> = open
                .par_iter()
                .map(|(package, answers)| self.study_package(package, answers))
                .collect::<Result<_, CatalogError>>()?;
            let asks = studied.iter().flatten().flat_map(|(_, studied)| studied.asks());
            self.asks.look_up_ahead(asks, self.catalog)?;
            for ((package, _), answers) in open.into_iter().zip(studied) {
                for ((id, index), studied) in answers {
                    let facts = self.facts(&package, studied)?;
                    self.asks.all[id.0].answers[index].facts = Some(facts);
                }
            }
        }
    }

    fn facts(&mut self, package: &PackageName, studied: Studied) -> Result<Facts, CatalogError> {
        match studied {
            Studied::Unfit(cause) => Ok(Facts::Unfit(cause)),
            Studied::Fits { defines, needs } => {
                let mut ids = Vec::new();
                for (ask, versions) in needs {
                    let id = self.asks.id_of(ask, self.catalog)?;
                    self.asks.note(id, Some(package), &versions);
                    ids.push(id);
                }
                ids.sort_unstable();
                ids.dedup();
                Ok(Facts::Fits { defines, needs: ids })
            }
        }
    }

    fn study_package(
        &self,
        package: &PackageName,
        answers: &[AnswerId],
    ) -> Result<Vec<(AnswerId, Studied)>, CatalogError> {
        let Some(known) = self.known.get(package) else { return Ok(Vec::new()) };
        let links = alternative_links(&known.actions, &known.deb, |_| true);
        let mut root = Root::over(self.root);
        let own = root.install(&known.deb.inventory, |path| !is_processor_copy(path));
        root.install(&links, |_| true);
        let Ok(mut linker) = linker(&root, self.scene.machine, self.settings) else {
            return Ok(Vec::new());
        };
        answers
            .iter()
            .map(|answer| {
                let ask = &self.asks.all[answer.0.0].ask;
                Ok((*answer, self.study_answer(known, &root, own, &mut linker, ask)?))
            })
            .collect()
    }

    fn study_answer<'root>(
        &self,
        known: &Known,
        root: &'root Root<'root>,
        own: MountId,
        linker: &mut Linker<'root>,
        ask: &Ask,
    ) -> Result<Studied, CatalogError> {
        let Some(node) = found(root, own, ask) else {
            let name = &known.package.name;
            return Ok(Studied::Unfit(format!("{name} has no {} where it is looked for", ask.soname)));
        };
        let facts = match root.content(node) {
            Some(Content::Object(facts)) if self.scene.holds(facts) => facts,
            _ => return Ok(Studied::Unfit(format!("{} is no library for this machine", root.path(node)))),
        };
        let map = linker.library(node, facts, None);
        let mut needs = BTreeMap::new();
        for edge in map.missing() {
            let directories = linker.searched_directories(std::iter::once((&map, edge.by.get())));
            let soname = asked_name(edge, self.catalog)?;
            let versions = versions_needed(map[edge.by].facts, soname);
            let ask = Ask { soname: soname.clone(), directories };
            needs.entry(ask).or_insert_with(BTreeSet::new).extend(versions.cloned());
        }
        let defines = facts.version_definitions.clone();
        Ok(Studied::Fits { defines, needs: needs.into_iter().collect() })
    }
}

/// The package's own file that the linker finds for an ask, if it does.
fn found(root: &Root<'_>, own: MountId, ask: &Ask) -> Option<NodeId> {
    let name = ask.soname.as_bytes();
    let at = |path: &[u8]| root.resolve(root.top(), path).ok().filter(|node| root.mount_of(*node) == own);
    if name.contains(&b'/') {
        return at(name);
    }
    ask.directories.iter().find_map(|directory| at(directory.join(name).as_bytes()))
}
