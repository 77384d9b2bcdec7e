//! Run-time loads of the data of libraries, by the rules on them, with the packages that have the files.

use std::borrow::Cow;

use crate::app::{InputTrees, LoadEvidence, LoadKind, RuntimeLoad};
use crate::debian::inclusions::{DataRule, FileSet, Inclusion, data_rules};
use crate::solve::plan::Plan;
use crate::tree::root::Root;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// Data files that a library opens.
#[derive(Clone, Debug)]
pub struct DataLoad {
    /// The load; its names are patterns of paths, of which each means files to include.
    pub load: RuntimeLoad<'static>,
    /// The files, in the package that has them.
    pub inclusion: Inclusion,
    /// Path that exists where the files do, if one shows it.
    probe: Option<&'static str>,
}

impl DataLoad {
    /// Load of the library at `by`, which is of `package`, by one rule.
    fn by_rule(rule: &DataRule, by: &RootedPath, package: &PackageName) -> Self {
        let inclusion = rule.inclusion(package);
        let (FileSet::Files(patterns) | FileSet::AllExcept(patterns)) = &inclusion.extent;
        let names = patterns.iter().map(|pattern| Soname::new(pattern.as_str())).collect();
        let load = RuntimeLoad {
            by: by.clone(),
            names: Cow::Owned(names),
            kind: LoadKind::Data,
            evidence: LoadEvidence::Rule,
            grade: rule.grade,
            line: None,
        };
        Self { load, inclusion, probe: Some(rule.probe).filter(|probe| !probe.is_empty()) }
    }

    /// True if the path that shows the files exists in a root.
    pub fn is_probed_in(&self, root: &Root<'_>) -> bool {
        self.probe.is_some_and(|probe| root.resolve(root.top(), probe.as_bytes()).is_ok())
    }
}

/// Returns the data that a library opens, in the order of the rules.
pub fn data_loads(by: &RootedPath, soname: &Soname, package: &PackageName) -> Vec<DataLoad> {
    let rules = data_rules().iter().filter(|rule| rule.applies_to(soname));
    rules.map(|rule| DataLoad::by_rule(rule, by, package)).collect()
}

/// Returns the data that libraries of a Plan open, in the order of the rules, each set of files once. Data that the base
/// or the apps have is left out.
pub fn missing_data_loads(plan: &Plan, trees: &InputTrees) -> Vec<DataLoad> {
    let mut found: Vec<DataLoad> = Vec::new();
    for rule in data_rules() {
        for library in plan.libraries.iter().filter(|library| rule.applies_to(&library.soname)) {
            let data = DataLoad::by_rule(rule, &library.path, &library.package);
            if !found.iter().any(|known| known.inclusion == data.inclusion) {
                found.push(data);
            }
        }
    }
    if found.iter().any(|data| data.probe.is_some()) {
        let root = trees.root();
        found.retain(|data| !data.is_probed_in(&root));
    }
    found
}
