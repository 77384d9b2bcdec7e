//! Why there is no solution, as a tree that can be printed.

use std::fmt;

use crate::vocabulary::PackageName;

/// Nothing meets what is wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Unsolvable {
    /// The wanted requirements that can't be met together. Any one less and they can.
    pub wanted: Vec<String>,
    /// Why not.
    pub unmet: Unmet,
}

/// A requirement that can't be met, with what is wrong with each of its options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// What the requirement says it is.
    pub what: String,
    /// Through which it counts: the requirement whose option needs it, and so on to one that is wanted. Empty
    /// where it is wanted itself, and where what needs it is told around it.
    pub needed_for: Vec<String>,
    /// Its options in the order of preference; none where no package has it.
    pub options: Vec<Refused>,
}

/// An option that can't be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its package.
    pub package: PackageName,
    /// What is wrong with it.
    pub why: Why,
}

/// Why an option can't be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its package conflicts with one that is chosen.
    Conflict {
        /// The chosen package.
        with: PackageName,
        /// The requirement that that one is chosen for, the one whose option needs that, and so on to one that is
        /// wanted.
        needed_for: Vec<String>,
    },
    /// It needs what can't be met.
    Needs(Unmet),
    /// It needs what can't be met, for reasons told before.
    NeedsAsTold(String),
    /// With its package chosen, something else that counts can't be met.
    Leads(Unmet),
    /// It comes to nothing too; the explanation has become long and ends here.
    Untold,
}

impl Unmet {
    /// What it is and through which it counts.
    fn with_chain(&self) -> String {
        let all: Vec<&str> = [&self.what].into_iter().chain(&self.needed_for).map(String::as_str).collect();
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
        if self.wanted.as_slice() == [self.unmet.what.as_str()] {
            return write_options(formatter, &self.unmet, 1);
        }
        write!(formatter, "\n  {}:", self.unmet.with_chain())?;
        write_options(formatter, &self.unmet, 2)
    }
}

/// What is wrong with each option, a line each and further in what explains it.
fn write_options(formatter: &mut fmt::Formatter<'_>, unmet: &Unmet, depth: usize) -> fmt::Result {
    let indent = "  ".repeat(depth);
    if unmet.options.is_empty() {
        return write!(formatter, "\n{indent}no package has it");
    }
    for option in &unmet.options {
        write!(formatter, "\n{indent}{} ", option.package)?;
        match &option.why {
            Why::Conflict { with, needed_for } => {
                write!(
                    formatter,
                    "conflicts with {with}, which is needed for {}",
                    needed_for.join(", for ")
                )?;
            }
            Why::Needs(need) => {
                write!(formatter, "needs {}:", need.what)?;
                write_options(formatter, need, depth + 1)?;
            }
            Why::NeedsAsTold(what) => write!(formatter, "needs {what}, which cannot be met (see above)")?,
            Why::Leads(other) => {
                write!(formatter, "leaves no way to meet {}:", other.with_chain())?;
                write_options(formatter, other, depth + 1)?;
            }
            Why::Untold => write!(formatter, "cannot be taken either")?,
        }
    }
    Ok(())
}
