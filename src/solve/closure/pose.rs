//! The question as the solver understands it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::asks::{Answer, AskId, Asked, Facts, Usable};
use super::{ClosureSolver, Known};
use crate::debian::catalog::{Relation, is_named_for};
use crate::solve::solver::{Instance, PackageId, Requirement, RequirementId, Solvable, SolverOption};
use crate::vocabulary::PackageName;

/// An instance, and what its numbers stand for. Requirements have the numbers of their asks; behind them comes one
/// for each package of the base that could answer.
pub(super) struct Posed {
    pub(super) instance: Instance,
    /// For each requirement which answers its options are.
    pub(super) usable: Vec<Usable>,
}

impl Posed {
    pub(super) fn name(&self, package: PackageId) -> &PackageName {
        &self.instance.packages[package.0].name
    }
}

impl ClosureSolver<'_> {
    /// Everything that is known, as an instance.
    pub(super) fn pose(&self) -> Posed {
        let terms = self.terms;
        let mut usable: Vec<Usable> =
            self.asks.all.iter().map(|asked| asked.usable(&terms.prefer, &terms.avoid)).collect();
        for (asked, usable) in self.asks.all.iter().zip(&mut usable) {
            usable.answers.sort_by_cached_key(|answer| self.preference(asked, &asked.answers[*answer]));
        }
        let mut sizes: BTreeMap<&PackageName, u64> = BTreeMap::new();
        for (asked, usable) in self.asks.all.iter().zip(&usable) {
            for answer in &usable.answers {
                let package = &asked.answers[*answer].candidate.package;
                sizes.insert(&package.name, package.installed_size_kib);
            }
        }
        let ids: BTreeMap<&PackageName, PackageId> =
            sizes.keys().enumerate().map(|(index, name)| (*name, PackageId(index))).collect();
        let asks = self.asks.all.iter().zip(&usable).map(|(asked, usable)| Requirement {
            label: asked.described(&terms.avoid),
            options: self.options(asked, usable, &ids),
        });
        // What the base has is there whatever is chosen, and so costs nothing more.
        let present = ids.iter().filter(|(name, _)| terms.present.contains(**name));
        let present = present.map(|(name, id)| Requirement {
            label: format!("{name} of the base"),
            options: vec![SolverOption { package: *id, needs: Vec::new(), rank: 0 }],
        });
        let requirements: Vec<Requirement> = asks.chain(present).collect();
        let of_base = (usable.len()..requirements.len()).map(RequirementId);
        let names = self.names();
        let instance = Instance {
            wanted: self.answerable(&self.wanted).into_iter().chain(of_base).collect(),
            requirements,
            packages: sizes
                .iter()
                .map(|(name, size)| Solvable {
                    name: (*name).clone(),
                    installed_size_kib: *size,
                    conflicts: self.conflicts(name, &ids, &names),
                })
                .collect(),
        };
        Posed { instance, usable }
    }

    fn options(
        &self,
        asked: &Asked,
        usable: &Usable,
        ids: &BTreeMap<&PackageName, PackageId>,
    ) -> Vec<SolverOption> {
        let ranked = (0..).zip(&usable.answers);
        let option = |(rank, index): (u32, &usize)| {
            let answer = &asked.answers[*index];
            let needs = match &answer.facts {
                Some(Facts::Fits { needs, .. }) => self.answerable(needs),
                _ => Vec::new(),
            };
            Some(SolverOption { package: *ids.get(answer.name())?, needs, rank })
        };
        ranked.filter_map(option).collect()
    }

    /// What no package answers is a problem of the answer, and not the solver's.
    fn answerable(&self, asks: &[AskId]) -> Vec<RequirementId> {
        asks.iter().filter(|id| self.asks.is_answerable(**id)).map(|id| RequirementId(id.0)).collect()
    }

    /// What Debian prefers, the lowest first: an earlier place in the Depends of those who ask, section libs, a
    /// higher priority among alternatives, the package that is named for the soname.
    fn preference(&self, asked: &Asked, answer: &Answer) -> impl Ord + use<> {
        let package = &answer.candidate.package;
        let known = self.known.get(&package.name);
        let provided: BTreeSet<&str> =
            known.iter().flat_map(|known| &known.provides).map(|relation| relation.name.as_str()).collect();
        let declared = asked.by.iter().filter_map(|name| self.known.get(name)).flat_map(|by| &by.depends);
        let place = declared
            .filter_map(|group| {
                let names = |relation: &Relation| {
                    relation.name == package.name || provided.contains(relation.name.as_str())
                };
                group.0.iter().position(names)
            })
            .min();
        let priority = known.and_then(|known| known.priority_for(&asked.ask.soname));
        (
            place.unwrap_or(usize::MAX),
            package.section.rsplit('/').next() != Some("libs"),
            Reverse(priority),
            !is_named_for(&package.name, &asked.ask.soname),
            package.name.clone(),
        )
    }

    /// The packages that were read, by their names and those that they provide.
    fn names(&self) -> HashMap<&PackageName, Vec<&Known>> {
        let mut names: HashMap<&PackageName, Vec<&Known>> = HashMap::new();
        for known in self.known.values() {
            let provided = known.provides.iter().map(|relation| &relation.name);
            for name in provided.chain([&known.package.name]) {
                names.entry(name).or_default().push(known);
            }
        }
        names
    }

    /// The other packages at hand that a package says it can't be installed beside.
    fn conflicts(
        &self,
        name: &PackageName,
        ids: &BTreeMap<&PackageName, PackageId>,
        names: &HashMap<&PackageName, Vec<&Known>>,
    ) -> Vec<PackageId> {
        let relations = self.known.get(name).into_iter().flat_map(|known| &known.conflicts);
        let meant = relations.flat_map(|relation| {
            let known = names.get(&relation.name).into_iter().flatten();
            known.filter(|other| other.is_meant_by(relation)).map(|other| &other.package.name)
        });
        let others = meant.filter(|other| *other != name).collect::<BTreeSet<_>>().into_iter();
        others.filter_map(|other| ids.get(other).copied()).collect()
    }
}

impl Known {
    /// The priority with which update-alternatives would take this package's file for a soname.
    fn priority_for(&self, soname: &crate::vocabulary::Soname) -> Option<i64> {
        let mut alternatives = self.actions.alternatives.iter();
        let links_it = |alternative: &&crate::debian::maintainer_scripts::Alternative| {
            alternative.links.iter().any(|link| link.link.file_name() == soname.file_name())
        };
        alternatives.find(links_it).map(|alternative| alternative.priority)
    }

    /// Whether a relation of another package means this one, by its own name or by one that it provides.
    fn is_meant_by(&self, relation: &Relation) -> bool {
        relation.name == self.package.name && relation.accepts(&self.package.version)
            || self.provides.iter().any(|provided| {
                // A versioned relation is met by a versioned provision only (Debian Policy §7.5).
                provided.name == relation.name
                    && match (&relation.constraint, &provided.constraint) {
                        (None, _) => true,
                        (Some(_), Some((_, version))) => relation.accepts(version),
                        (Some(_), None) => false,
                    }
            })
    }
}
