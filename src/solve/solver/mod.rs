//! The smallest set of packages that meets what is needed: exact, proven and explained.
//!
//! An [`Instance`] says which packages may be chosen and what must be met; [`solve`] gives the best
//! [`Selection`], or [`Unsolvable`], a tree that says why there is none. [`verify()`] checks a selection
//! without the solver, and [`reasons()`] says what each choice was decided by. This room knows names, sizes and
//! alternatives: nothing of ELF, of archives or of what a requirement stands for.
//!
//! # What is solved
//!
//! A *requirement* is met by one of its *options*: a package, and the requirements that come with taking it
//! for this. A solution is a set of packages and, for each requirement that *counts*, the option that meets
//! it:
//!
//! - What is wanted counts. What the option taken for a requirement that counts needs, counts too. Nothing
//!   else does. A cycle (A needs B, B needs A) is met once the packages of both are chosen.
//! - The package of each option taken is chosen.
//! - No two chosen packages conflict, whichever of the two says so. What a package says of itself is no
//!   conflict.
//!
//! Solutions are compared by [`Cost`], the first difference decides: fewest packages, then the least
//! installed size, then the lowest sum of the ranks of the options taken (Debian's own preference), then the
//! sorted names.
//!
//! The set and the options are one solution, and are compared as one: an option of a chosen package is not
//! taken for its low rank if its needs would bring a further package or higher ranks than another option.
//! Rank decides between options only where packages and sizes are the same in the end, and it is the sum that
//! decides: a need that counts brings its own rank. Two ways to meet the same things from the same packages
//! at the same sum are told apart by the first choice, by what the requirement says it is, that they make
//! differently: not to count is best, then the option of lower rank, then of the lesser package name, then of
//! the first needs. So the answer does not depend on the order in which an instance lists things (as long as
//! names and the texts of requirements differ).
//!
//! An id beyond its list names nothing: an option with such a package can't be taken, and such a requirement
//! can't be met. An installed size counts as [`MAX_SIZE_KIB`] at most.
//!
//! # How
//!
//! ReadDepth-first branch and bound over the requirements that really leave a choice:
//!
//! 1. *Propagate.* A requirement with one option left takes it; an option whose package conflicts with a
//!    chosen one is gone. An option that adds nothing (its package is chosen, what it needs counts already or
//!    follows from chosen packages without a choice) beats every option that ranks after it.
//! 2. *Decompose.* What is open falls into components that share no package that could be chosen, no
//!    requirement that could come to count at a cost, and no conflict. Costs add up over components (the
//!    order of names too: of two sets of one size, whose sorted names come first does not change when both
//!    get the same further names), so each is solved by itself: the work is the sum over components, not the
//!    product.
//! 3. *Bound.* What can't be as good as the best so far is left, by a lower bound from linear programming
//!    (`bound.rs`) on packages, size and rank at once.
//! 4. *Branch* on the requirement with the fewest options, the most promising option first. In the branch of
//!    an option the packages of options before it that need nothing further are ruled out: with one of them
//!    chosen, that option is better. What a component came to is remembered, as the same one is often met
//!    again after unlike choices elsewhere.
//!
//! Every branch that is left out is left out by one of these arguments, so that the answer is the optimum and
//! [`Selection::explored`] says how many options were tried to prove it. There is no limit of effort that a
//! worse answer could hide behind. The problem holds minimum set cover and is NP-hard: the worst case is
//! exponential in the number of requirements of *one* component that leave a choice, and the depth of the
//! recursion is bounded by that number likewise. What Debian has are some tens of sonames with several
//! providers that touch each other little. With 40 such choices among 300 packages and 1,500 requirements
//! `benches/select.rs` takes from less than one to some tens of milliseconds; with 40 choices drawn at random
//! from one pool of 300 packages, which is set cover itself, a tenth of a second.

mod bound;
mod component;
mod explain;
mod problem;
mod reasons;
mod search;
mod state;
mod unsolvable;
mod verify;

use std::collections::BTreeMap;

pub use reasons::{Criterion, Reason, reasons};
pub use unsolvable::{Refused, Unmet, Unsolvable, Why};
pub use verify::{Violation, verify};

use crate::vocabulary::PackageName;
use problem::Problem;
use search::{Answer, Found, Search};

/// The largest installed size that is told apart, 4 TiB in KiB: the sizes of a million packages can be added.
pub const MAX_SIZE_KIB: u64 = 1 << 32;

/// A package, by its place in [`Instance::packages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub usize);

/// A requirement, by its place in [`Instance::requirements`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequirementId(pub usize);

/// What may be chosen and what must be met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// The packages that may be chosen.
    pub packages: Vec<Candidate>,
    /// Whatever is wanted, or could come to be needed.
    pub requirements: Vec<Requirement>,
    /// The requirements that count whatever is chosen: those of the app itself.
    pub wanted: Vec<RequirementId>,
}

/// A package that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its name.
    pub name: PackageName,
    /// What it takes up when installed, in KiB.
    pub installed_size_kib: u64,
    /// What can't be installed beside it (Conflicts and Breaks). It is enough that one of two says so.
    pub conflicts: Vec<PackageId>,
}

/// Something that must be met if it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// What is required, for explanations: a soname.
    pub what: String,
    /// The ways to meet it, of which one is enough. None: nothing can.
    pub options: Vec<Choice>,
}

/// One way to meet a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The package that has it.
    pub package: PackageId,
    /// What must be met too if this is taken.
    pub needs: Vec<RequirementId>,
    /// Debian's own order among the options of this requirement; 0 is preferred.
    pub rank: u32,
}

/// The best solution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The chosen packages, sorted.
    pub packages: Vec<PackageId>,
    /// For each requirement that counts the option taken, an index of its [`Requirement::options`].
    pub met_by: BTreeMap<RequirementId, usize>,
    /// What the solution costs.
    pub cost: Cost,
    /// How many options were tried until it was proven that none is better.
    pub explored: u64,
}

/// What a solution costs. Of two solutions the lesser is better; the fields are compared in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// How many packages are chosen.
    pub packages: usize,
    /// The sum of their installed sizes, in KiB.
    pub installed_size_kib: u64,
    /// The sum of the ranks of the options taken, over the requirements that count.
    pub rank: u64,
    /// The names of the packages, sorted.
    pub names: Vec<PackageName>,
}

/// Finds the best solution and proves that it is.
///
/// # Errors
/// When there is no solution; the error says why.
pub fn solve(instance: &Instance) -> Result<Selection, Unsolvable> {
    let problem = Problem::new(instance);
    best(&problem, None).ok_or_else(|| explain::explain(&problem))
}

/// The best solution that does without one package, where there is one.
fn best(problem: &Problem<'_>, without: Option<usize>) -> Option<Selection> {
    let mut search = Search::new(problem, without);
    match search.run(&problem.wanted) {
        Answer::Best(found) => Some(selection(problem, &found, search.explored())),
        Answer::Impossible | Answer::TooDear => None,
    }
}

/// A solution of the problem in terms of its instance.
fn selection(problem: &Problem<'_>, found: &Found, explored: u64) -> Selection {
    let choices: BTreeMap<usize, usize> = found.taken.iter().copied().collect();
    let mut met_by = BTreeMap::new();
    let mut chosen = Vec::new();
    let mut agenda = problem.wanted.clone();
    while let Some(requirement) = agenda.pop() {
        let required = &problem.requirements[requirement];
        let option = choices.get(&requirement).copied().unwrap_or(0);
        // What counts in a solution is listed and has that option.
        let (Some(id), Some(taken)) = (required.id, required.options.get(option)) else { continue };
        if met_by.insert(id, taken.index).is_none() {
            chosen.push(taken.package);
            agenda.extend(&taken.needs);
        }
    }
    // The problem has its packages in the order of their names.
    chosen.sort_unstable();
    chosen.dedup();
    let names = chosen.iter().map(|&package| problem.name(package).clone()).collect();
    let mut packages: Vec<_> = chosen.iter().map(|&package| problem.packages[package].id).collect();
    packages.sort_unstable();
    let cost = Cost {
        packages: packages.len(),
        installed_size_kib: found.numbers.size_kib,
        rank: found.numbers.rank,
        names,
    };
    Selection { packages, met_by, cost, explored }
}
