//! Libraries that only optional objects miss: named, and nothing is added for them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::needs::{SonameNeed, requested_soname};
use super::off_path::OffPathLibraries;
use crate::app::{LinkedApps, OptionalReason, TargetAbi, VendoredFamilies, VendoredFamily};
use crate::debian::catalog::{Catalog, CatalogError, look_up};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Library that optional objects miss.
#[derive(Clone, Debug)]
pub struct OptionalNeed {
    /// Name of the library.
    pub soname: Soname,
    /// Objects that miss it, sorted.
    pub needed_by: Vec<RootedPath>,
    /// Reasons why the app does without those, as words, sorted.
    pub reasons: Vec<String>,
    /// Path at which an app has it, where ld.so does not look.
    pub path: Option<RootedPath>,
    /// Package that has it, if no app does.
    pub package: Option<PackageName>,
    /// Vendored family that it is of: then no package has it.
    pub family: Option<VendoredFamily>,
}

/// An object that misses a library, and the reason why the app does without its start object.
type Miss = (NodeId, OptionalReason);

/// Returns the libraries that only optional objects for the target miss, sorted by soname: those that `needs` has are looked
/// for anyway. Variants for other platforms are not looked at.
pub(super) fn optional_needs(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    target: Option<TargetAbi>,
    needs: &[(&Soname, SonameNeed)],
    off_path: &OffPathLibraries,
    families: &VendoredFamilies<'_>,
    catalog: &dyn Catalog,
) -> Result<Vec<OptionalNeed>, CatalogError> {
    let mut misses: BTreeMap<&Soname, Vec<Miss>> = BTreeMap::new();
    for start in &linked.starts {
        let Some(reason) = linked.standings.optional(start.map.start().node) else { continue };
        let is_for_target = target.is_some_and(|target| target.matches(start.map.start().facts));
        if !is_for_target || reason == OptionalReason::OtherPlatform {
            continue;
        }
        for edge in start.map.missing() {
            let by = &start.map[edge.by];
            if linked.launchers.find(root, by.node, edge.soname(), by.facts.machine).is_some() {
                continue;
            }
            let soname = requested_soname(edge, catalog)?;
            let required = needs.binary_search_by_key(&soname, |(soname, _)| *soname);
            if required.is_ok_and(|place| !needs[place].1.missing.is_empty()) {
                continue;
            }
            misses.entry(soname).or_default().push((start.map[edge.by].node, reason));
        }
    }
    let need = |(soname, misses): (&Soname, Vec<Miss>)| {
        let family = families.of_missing(soname).cloned();
        let path = target.and_then(|target| off_path.find(root, soname, target.machine));
        let found = match (&family, &path) {
            (None, None) => look_up(catalog, soname, &[], &[])?.candidates,
            _ => Vec::new(),
        };
        let mut needed_by: Vec<RootedPath> = misses.iter().map(|(node, _)| root.path(*node)).collect();
        needed_by.sort();
        needed_by.dedup();
        let mut reasons: Vec<String> = misses.iter().map(|(_, reason)| reason.to_string()).collect();
        reasons.sort();
        reasons.dedup();
        let package = found.into_iter().next().map(|candidate| candidate.package.name);
        Ok(OptionalNeed { soname: soname.clone(), needed_by, reasons, path, package, family })
    };
    misses.into_par_iter().map(need).collect()
}
