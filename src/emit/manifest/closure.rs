//! Transitive dependencies of a package.

use std::collections::BTreeSet;

use crate::solve::plan::{Plan, PlannedPackage};
use crate::vocabulary::PackageName;

/// Returns the direct and transitive dependencies of a package, without itself, sorted by name.
pub(super) fn needed_by<'plan>(
    plan: &'plan Plan,
    planned: &'plan PlannedPackage,
) -> Vec<&'plan PlannedPackage> {
    let mut found: BTreeSet<&PackageName> = BTreeSet::new();
    let mut open: Vec<&PackageName> = planned.needs.iter().collect();
    while let Some(name) = open.pop() {
        if found.insert(name) {
            open.extend(plan.package(name).into_iter().flat_map(|package| &package.needs));
        }
    }
    found.remove(&planned.package.name);
    found.into_iter().filter_map(|name| plan.package(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;

    #[test]
    fn cycles_end() {
        let mut plan = plan();
        let name = |index: usize| plan.packages[index].package.name.clone();
        let names = [name(0), name(1), name(2)];
        plan.packages[0].needs = vec![names[1].clone()];
        plan.packages[1].needs = vec![names[2].clone()];
        plan.packages[2].needs = vec![names[0].clone()];
        let needed = needed_by(&plan, &plan.packages[0]);
        let needed: Vec<&PackageName> = needed.iter().map(|planned| &planned.package.name).collect();
        assert_eq!(needed, [&names[1], &names[2]]);
    }
}
