//! Rows of JSON documents that several commands share.

mod package;
mod plan;
mod problem;
mod target;

pub(super) use package::PackageRow;
pub(super) use plan::PlanRow;
pub(super) use problem::{ProblemRow, problem_rows};
pub(super) use target::TargetRow;
