//! Modules by the ways in which others import them: one that only a branch for another system imports does not run, and one that
//! code can do without is optional with all that it opens.

use std::collections::BTreeSet;

use super::site::Site;

/// Import of a module by another.
pub(super) struct Import {
    pub(super) importer: usize,
    pub(super) module: usize,
    /// True if it stands in a branch for another system.
    pub(super) is_dead: bool,
    /// True if code goes on if it fails.
    pub(super) is_optional: bool,
}

/// Removes the sites of modules that do not run on Linux, and makes those of optional modules optional.
pub(super) fn regrade(sites: &mut Vec<Site>, imports: &[Import]) {
    let modules: BTreeSet<usize> = imports.iter().map(|import| import.module).collect();
    let mut dead: BTreeSet<usize> = BTreeSet::new();
    let mut optional: BTreeSet<usize> = BTreeSet::new();
    loop {
        let (mut is_dead, mut is_optional) = (Vec::new(), Vec::new());
        for module in &modules {
            // A module that imports a part of itself says nothing.
            let mut its =
                imports.iter().filter(|import| import.module == *module && import.importer != *module);
            let all_dead = its.clone().all(|import| import.is_dead || dead.contains(&import.importer));
            if all_dead && its.clone().next().is_some() {
                is_dead.push(*module);
            }
            let mut live =
                its.by_ref().filter(|import| !import.is_dead && !dead.contains(&import.importer)).peekable();
            if live.peek().is_some()
                && live.all(|import| import.is_optional || optional.contains(&import.importer))
            {
                is_optional.push(*module);
            }
        }
        let before = (dead.len(), optional.len());
        dead.extend(is_dead);
        optional.extend(is_optional);
        if (dead.len(), optional.len()) == before {
            break;
        }
    }
    sites.retain(|site| !dead.contains(&site.entry) && !dead.contains(&site.module));
    for site in sites {
        site.is_optional |= optional.contains(&site.entry);
    }
}
