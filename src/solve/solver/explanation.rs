//! The explanation of an instance without a solution, as a tree that can be printed.

use std::fmt;

use crate::vocabulary::PackageName;

/// Error: the wanted requirements cannot be met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Unsolvable {
    /// Wanted requirements that cannot be met together; without any one of them the others can.
    pub wanted: Vec<String>,
    /// Requirement at which they fail.
    pub unmet: UnmetRequirement,
}

/// A requirement that cannot be met, with the reason against each of its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmetRequirement {
    /// Label of the requirement.
    pub label: String,
    /// Requirements that lead to it: the one whose option needs it, and so on to one that is wanted. Empty
    /// if it is wanted itself, or if the tree above it shows what needs it.
    pub needed_for: Vec<String>,
    /// Its options in the order of preference; none if no package provides it.
    pub options: Vec<RejectedOption>,
}

/// An option that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedOption {
    /// Package of the option.
    pub package: PackageName,
    /// Reason why it cannot be taken.
    pub cause: RejectionCause,
}

/// Reason why an option cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RejectionCause {
    /// Its package conflicts with one that is chosen.
    Conflict {
        /// The chosen package.
        with: PackageName,
        /// Requirement that the chosen package is needed for, the one whose option needs that, and so on to one that
        /// is wanted.
        needed_for: Vec<String>,
    },
    /// It needs a requirement that cannot be met.
    Needs(UnmetRequirement),
    /// It needs a requirement that cannot be met, as explained before.
    NeedsAsAbove(String),
    /// With its package chosen, another active requirement cannot be met.
    LeavesUnmet(UnmetRequirement),
    /// It cannot be taken either; the explanation has become long and ends here.
    NotExplained,
}

impl UnmetRequirement {
    /// Returns its label and the requirements that lead to it.
    fn with_chain(&self) -> String {
        let all: Vec<&str> = [&self.label].into_iter().chain(&self.needed_for).map(String::as_str).collect();
        all.join(", for ")
    }
}

impl fmt::Display for Unsolvable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wanted.as_slice() {
            [] => {}
            [only] => write!(formatter, "cannot meet {only}:")?,
            [first @ .., last] => write!(formatter, "cannot meet {} and {last} together:", first.join(", "))?,
        }
        if self.wanted.as_slice() == [self.unmet.label.as_str()] {
            return write_options(formatter, &self.unmet, 1);
        }
        write!(formatter, "\n  {}:", self.unmet.with_chain())?;
        write_options(formatter, &self.unmet, 2)
    }
}

/// Writes a line for each option, with what explains it indented below.
fn write_options(formatter: &mut fmt::Formatter<'_>, unmet: &UnmetRequirement, depth: usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    if unmet.options.is_empty() {
        return write!(formatter, "\n{indent}no package has it");
    }
    for option in &unmet.options {
        write!(formatter, "\n{indent}{} ", option.package)?;
        match &option.cause {
            RejectionCause::Conflict { with, needed_for } => {
                write!(
                    formatter,
                    "conflicts with {with}, which is needed for {}",
                    needed_for.join(", for ")
                )?;
            }
            RejectionCause::Needs(need) => {
                write!(formatter, "needs {}:", need.label)?;
                write_options(formatter, need, depth + 1)?;
            }
            RejectionCause::NeedsAsAbove(label) => {
                write!(formatter, "needs {label}, which cannot be met (see above)")?
            }
            RejectionCause::LeavesUnmet(other) => {
                write!(formatter, "leaves no way to meet {}:", other.with_chain())?;
                write_options(formatter, other, depth + 1)?;
            }
            RejectionCause::NotExplained => write!(formatter, "cannot be taken either")?,
        }
    }
    Ok(())
}
