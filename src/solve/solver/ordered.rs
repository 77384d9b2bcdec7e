//! An instance in a form that does not depend on the order in which it lists things: packages by name,
//! requirements by label, options by rank and name. The search works with indices into this form.

use super::instance::{Instance, MAX_SIZE_KIB, PackageId, RequirementId};
use crate::vocabulary::PackageName;

/// An instance in its fixed order.
pub(super) struct OrderedInstance<'instance> {
    instance: &'instance Instance,
    /// Packages by name.
    pub(super) packages: Vec<OrderedPackage>,
    /// Requirements by label. The last stands for every requirement that the instance names and does not list.
    pub(super) requirements: Vec<OrderedRequirement>,
    /// Requirements that are active whatever is chosen, sorted.
    pub(super) wanted: Vec<usize>,
}

/// A package of an ordered instance.
pub(super) struct OrderedPackage {
    pub(super) id: PackageId,
    /// Rank of its name among all names: the same for packages of one name.
    pub(super) name_order: usize,
    pub(super) size_kib: u64,
    /// Packages that it conflicts with, in both directions, sorted.
    pub(super) conflicts: Vec<usize>,
    /// Requirements that cost nothing once all they still miss is there, and that miss this package.
    pub(super) missed_by: Vec<usize>,
}

/// A requirement of an ordered instance.
pub(super) struct OrderedRequirement {
    /// Id in the instance; none for the one that is not listed.
    pub(super) id: Option<RequirementId>,
    /// Options by rank, then name, then needs.
    pub(super) options: Vec<OrderedOption>,
    /// Requirements that cost nothing once all they still miss is there, and that miss this one.
    pub(super) missed_by: Vec<usize>,
}

/// An option of an ordered instance.
pub(super) struct OrderedOption {
    /// Index in the instance.
    pub(super) index: usize,
    pub(super) package: usize,
    /// Needed requirements, sorted, each once.
    pub(super) needs: Vec<usize>,
    pub(super) rank: u64,
}

impl OrderedRequirement {
    /// True if there are several options.
    pub(super) fn is_choice(&self) -> bool {
        self.options.len() > 1
    }

    /// Returns the number of things that it misses until it costs nothing: its one package, and each need. With
    /// several options, or a rank, it never costs nothing.
    pub(super) fn missing(&self) -> usize {
        self.only_option().map_or(usize::MAX, |option| 1 + option.needs.len())
    }

    fn only_option(&self) -> Option<&OrderedOption> {
        match self.options.as_slice() {
            [only] if only.rank == 0 => Some(only),
            _ => None,
        }
    }
}

impl OrderedOption {
    fn order(&self) -> (u64, usize, &[usize], usize) {
        (self.rank, self.package, &self.needs, self.index)
    }
}

impl<'instance> OrderedInstance<'instance> {
    /// Puts an instance in order.
    pub(super) fn new(instance: &'instance Instance) -> Self {
        let by_name = sorted(instance.packages.len(), |id| instance.packages[id].name.as_str());
        let by_text = sorted(instance.requirements.len(), |id| instance.requirements[id].label.as_str());
        let package_at = positions(&by_name);
        let requirement_at = positions(&by_text);
        let unlisted = by_text.len();
        let place = |id: &RequirementId| requirement_at.get(id.0).copied().unwrap_or(unlisted);
        let positions = |ids: &[RequirementId]| {
            let mut positions: Vec<usize> = ids.iter().map(place).collect();
            positions.sort_unstable();
            positions.dedup();
            positions
        };

        let mut requirements: Vec<OrderedRequirement> = by_text
            .iter()
            .map(|&id| {
                let choices = instance.requirements[id].options.iter().enumerate();
                let mut options: Vec<OrderedOption> = choices
                    .filter_map(|(index, choice)| {
                        let package = *package_at.get(choice.package.0)?;
                        Some(OrderedOption {
                            index,
                            package,
                            needs: positions(&choice.needs),
                            rank: choice.rank.into(),
                        })
                    })
                    .collect();
                // Options of the same package are ordered by their needs, so that the index does not decide.
                options.sort_by(|one, other| one.order().cmp(&other.order()));
                OrderedRequirement { id: Some(RequirementId(id)), options, missed_by: Vec::new() }
            })
            .collect();
        requirements.push(OrderedRequirement { id: None, options: Vec::new(), missed_by: Vec::new() });

        let packages = packages(instance, &by_name, &package_at);
        let mut ordered = Self { instance, packages, requirements, wanted: positions(&instance.wanted) };
        ordered.note_missing();
        ordered
    }

    fn note_missing(&mut self) {
        for requirement in 0..self.requirements.len() {
            let Some(option) = self.requirements[requirement].only_option() else { continue };
            self.packages[option.package].missed_by.push(requirement);
            for need in option.needs.clone() {
                self.requirements[need].missed_by.push(requirement);
            }
        }
    }

    /// Returns the name of a package.
    pub(super) fn name(&self, package: usize) -> &'instance PackageName {
        &self.instance.packages[self.packages[package].id.0].name
    }

    /// Returns the label of a requirement.
    pub(super) fn label(&self, requirement: usize) -> &'instance str {
        match self.requirements[requirement].id {
            Some(id) => &self.instance.requirements[id.0].label,
            None => "a requirement that is not listed",
        }
    }

    /// Returns the index of a package of the instance.
    pub(super) fn index_of(&self, id: PackageId) -> Option<usize> {
        self.packages.iter().position(|package| package.id == id)
    }
}

/// Returns the packages in the order of their names, with conflicts in both directions.
fn packages(instance: &Instance, by_name: &[usize], package_at: &[usize]) -> Vec<OrderedPackage> {
    let mut packages: Vec<OrderedPackage> = Vec::with_capacity(by_name.len());
    for (place, &id) in by_name.iter().enumerate() {
        let candidate = &instance.packages[id];
        let name_order = match packages.last() {
            Some(last) if instance.packages[last.id.0].name == candidate.name => last.name_order,
            _ => place,
        };
        let size_kib = candidate.installed_size_kib.min(MAX_SIZE_KIB);
        packages.push(OrderedPackage {
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

/// Returns the ids below `len` in the order of their keys, then of themselves.
fn sorted<'text>(len: usize, key: impl Fn(usize) -> &'text str) -> Vec<usize> {
    let mut ids: Vec<usize> = (0..len).collect();
    ids.sort_by_key(|&id| key(id));
    ids
}

/// Returns the position of each id in an order.
fn positions(order: &[usize]) -> Vec<usize> {
    let mut positions = vec![0; order.len()];
    for (place, &id) in order.iter().enumerate() {
        positions[id] = place;
    }
    positions
}
