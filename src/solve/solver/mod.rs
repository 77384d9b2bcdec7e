//! The smallest set of packages that meets all requirements: exact, proven and explained.
//!
//! An [`Instance`] lists the packages that may be chosen and the requirements to meet. [`solve()`] returns the best
//! [`Selection`], or [`Unsolvable`], a tree that explains why there is none. [`verify()`] checks a selection
//! without the solver, and [`decisions()`] states what decided each choice. This room knows names, sizes and
//! options: nothing of ELF, of archives or of what a requirement stands for.
//!
//! # The problem
//!
//! A *requirement* is met by one of its *options*: a package, and the requirements that come with using it for this
//! one. A solution is a set of packages and, for each *active* requirement, the option that meets it:
//!
//! - A wanted requirement is active. What the option taken for an active requirement needs is active, too. Nothing
//!   else is. A cycle (A needs B, B needs A) is met once the packages of both are chosen.
//! - The package of each option that is taken is chosen.
//! - No two chosen packages conflict, whichever of the two declares it. A package does not conflict with itself.
//!
//! Solutions are compared by [`Cost`]; the first difference decides: the lowest sum of the ranks of the options
//! taken (Debian's own preference), then fewest packages, then the least installed size, then the sorted names.
//!
//! The set and the options are one solution, and are compared as one: an option is not taken for its low rank
//! if its needs would bring higher ranks than another option. It is the sum that decides: an active need adds
//! its own rank. Two ways to meet the same requirements from the same packages
//! at the same sum are told apart by the first requirement, in the order of labels, that they meet
//! differently: not active is best, then the option of lower rank, then of the lesser package name, then of
//! the first needs. So the answer does not depend on the order in which an instance lists things (as long as
//! names and labels differ).
//!
//! An id beyond its list names nothing: an option with such a package cannot be taken, and such a requirement
//! cannot be met. Installed sizes above [`MAX_SIZE_KIB`] count as that.
//!
//! # The search
//!
//! Depth-first branch and bound over the requirements that really leave a choice:
//!
//! 1. *Propagate.* A requirement with one option left takes it; an option whose package conflicts with a
//!    chosen one is gone. An option that adds nothing (its package is chosen, its needs are active already or
//!    follow from chosen packages without a choice) beats every option that ranks after it.
//! 2. *Decompose.* Open requirements fall into components that share no package that could be chosen, no
//!    requirement that could become active at a cost, and no conflict. Costs add up over components (the
//!    order of names too: of two sets of one size, the order of their sorted names does not change when both
//!    get the same further names), so each is solved on its own: the work is the sum over components, not the
//!    product.
//! 3. *Bound.* A branch that cannot be as good as the best solution so far is cut, by a lower bound from linear
//!    programming (`bound.rs`) on rank, packages and size at once.
//! 4. *Branch* on the requirement with the fewest options, the most promising option first. In the branch of
//!    an option the packages of options before it that need nothing further are excluded: with one of them
//!    chosen, that option is better. The best solution of a component is remembered, as the same component is
//!    often met again after different choices elsewhere.
//!
//! Every branch that is cut is cut by one of these arguments, so that the answer is the optimum and
//! [`Selection::explored`] is the number of options that were tried to prove it. There is no limit of effort that
//! could hide a worse answer. The problem contains minimum set cover and is NP-hard: the worst case is
//! exponential in the number of requirements of *one* component that leave a choice, and the depth of the
//! recursion is bounded by that number likewise. Debian has some tens of sonames with several
//! providers that have little in common. With 40 such choices among 300 packages and 1,500 requirements
//! `benches/select.rs` takes from less than one to some tens of milliseconds; with 40 choices drawn at random
//! from one pool of 300 packages, which is set cover itself, a tenth of a second.

mod bound;
mod component;
mod cost;
mod decisions;
mod explain;
mod explanation;
mod instance;
mod ordered;
mod search;
mod solve;
mod state;
mod verify;

pub use cost::Cost;
pub use decisions::{Decision, decisions};
pub use explanation::{RejectedOption, RejectionCause, UnmetRequirement, Unsolvable};
pub use instance::{Instance, MAX_SIZE_KIB, PackageId, Requirement, RequirementId, Solvable, SolverOption};
pub use solve::{Selection, solve};
pub use verify::{Violation, verify};
