//! An instance in a form that does not depend on the order in which it lists things: packages by name,
//! requirements by their text, options by rank and name. Every index of the search is a place in it.

use super::{Instance, MAX_SIZE_KIB, PackageId, RequirementId};
use crate::vocabulary::PackageName;

/// The instance in order.
pub(super) struct Problem<'instance> {
    instance: &'instance Instance,
    /// By name.
    pub(super) packages: Vec<Package>,
    /// By text. The last stands for every requirement that the instance names and does not list.
    pub(super) requirements: Vec<Required>,
    /// What counts whatever is chosen, sorted.
    pub(super) wanted: Vec<usize>,
}

/// A package of the problem.
pub(super) struct Package {
    pub(super) id: PackageId,
    /// The place of its name among all the names: the same for packages of one name.
    pub(super) name_order: usize,
    pub(super) size_kib: u64,
    /// In both directions, sorted.
    pub(super) conflicts: Vec<usize>,
    /// The requirements that are free once what they miss is there, and miss this.
    pub(super) missed_by: Vec<usize>,
}

/// A requirement of the problem.
pub(super) struct Required {
    /// None for the one that is not listed.
    pub(super) id: Option<RequirementId>,
    /// By rank, then name, then needs.
    pub(super) options: Vec<Opt>,
    /// The requirements that are free once what they miss is there, and miss this.
    pub(super) missed_by: Vec<usize>,
}

/// An option of the problem.
pub(super) struct Opt {
    /// Its index in the instance.
    pub(super) index: usize,
    pub(super) package: usize,
    /// Sorted, each once.
    pub(super) needs: Vec<usize>,
    pub(super) rank: u64,
}

impl Required {
    /// Whether there is a choice.
    pub(super) fn is_choice(&self) -> bool {
        self.options.len() > 1
    }

    /// How many things it misses until it costs nothing to meet: its one package, and each need. Where there is a
    /// choice, or a rank that counts, it never costs nothing.
    pub(super) fn missing(&self) -> usize {
        self.only_option().map_or(usize::MAX, |option| 1 + option.needs.len())
    }

    fn only_option(&self) -> Option<&Opt> {
        match self.options.as_slice() {
            [only] if only.rank == 0 => Some(only),
            _ => None,
        }
    }
}

impl Opt {
    fn order(&self) -> (u64, usize, &[usize], usize) {
        (self.rank, self.package, &self.needs, self.index)
    }
}

impl<'instance> Problem<'instance> {
    /// Puts an instance in order.
    pub(super) fn new(instance: &'instance Instance) -> Self {
        let by_name = sorted(instance.packages.len(), |id| instance.packages[id].name.as_str());
        let by_text = sorted(instance.requirements.len(), |id| instance.requirements[id].what.as_str());
        let package_at = places(&by_name);
        let requirement_at = places(&by_text);
        let unlisted = by_text.len();
        let place = |id: &RequirementId| requirement_at.get(id.0).copied().unwrap_or(unlisted);
        let places = |ids: &[RequirementId]| {
            let mut places: Vec<usize> = ids.iter().map(place).collect();
            places.sort_unstable();
            places.dedup();
            places
        };

        let mut requirements: Vec<Required> = by_text
            .iter()
            .map(|&id| {
                let choices = instance.requirements[id].options.iter().enumerate();
                let mut options: Vec<Opt> = choices
                    .filter_map(|(index, choice)| {
                        let package = *package_at.get(choice.package.0)?;
                        Some(Opt { index, package, needs: places(&choice.needs), rank: choice.rank.into() })
                    })
                    .collect();
                // The same package twice: told apart by its needs, so that the index does not decide.
                options.sort_by(|one, other| one.order().cmp(&other.order()));
                Required { id: Some(RequirementId(id)), options, missed_by: Vec::new() }
            })
            .collect();
        requirements.push(Required { id: None, options: Vec::new(), missed_by: Vec::new() });

        let packages = packages(instance, &by_name, &package_at);
        let mut problem = Self { instance, packages, requirements, wanted: places(&instance.wanted) };
        problem.note_who_misses_what();
        problem
    }

    fn note_who_misses_what(&mut self) {
        for requirement in 0..self.requirements.len() {
            let Some(option) = self.requirements[requirement].only_option() else { continue };
            self.packages[option.package].missed_by.push(requirement);
            for need in option.needs.clone() {
                self.requirements[need].missed_by.push(requirement);
            }
        }
    }

    /// A package's name.
    pub(super) fn name(&self, package: usize) -> &'instance PackageName {
        &self.instance.packages[self.packages[package].id.0].name
    }

    /// What a requirement says it is.
    pub(super) fn what(&self, requirement: usize) -> &'instance str {
        match self.requirements[requirement].id {
            Some(id) => &self.instance.requirements[id.0].what,
            None => "a requirement that is not listed",
        }
    }

    /// The place of a package of the instance.
    pub(super) fn place_of(&self, id: PackageId) -> Option<usize> {
        self.packages.iter().position(|package| package.id == id)
    }
}

/// The packages in the order of their names, with conflicts in both directions.
fn packages(instance: &Instance, by_name: &[usize], package_at: &[usize]) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::with_capacity(by_name.len());
    for (place, &id) in by_name.iter().enumerate() {
        let candidate = &instance.packages[id];
        let name_order = match packages.last() {
            Some(last) if instance.packages[last.id.0].name == candidate.name => last.name_order,
            _ => place,
        };
        let size_kib = candidate.installed_size_kib.min(MAX_SIZE_KIB);
        packages.push(Package {
            id: PackageId(id),
            name_order,
            size_kib,
            conflicts: Vec::new(),
            missed_by: Vec::new(),
        });
    }
    for (place, &id) in by_name.iter().enumerate() {
        for other in &instance.packages[id].conflicts {
            if let Some(&other) = package_at.get(other.0).filter(|&&other| other != place) {
                packages[place].conflicts.push(other);
                packages[other].conflicts.push(place);
            }
        }
    }
    for package in &mut packages {
        package.conflicts.sort_unstable();
        package.conflicts.dedup();
    }
    packages
}

/// The ids below `len` in the order of their keys, then of themselves.
fn sorted<'text>(len: usize, key: impl Fn(usize) -> &'text str) -> Vec<usize> {
    let mut ids: Vec<usize> = (0..len).collect();
    ids.sort_by_key(|&id| key(id));
    ids
}

/// For each id where it is in the order.
fn places(order: &[usize]) -> Vec<usize> {
    let mut places = vec![0; order.len()];
    for (place, &id) in order.iter().enumerate() {
        places[id] = place;
    }
    places
}
