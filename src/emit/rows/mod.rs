//! Rows of JSON documents that several commands share.

mod plan;
mod problem;
mod target;

pub(super) use plan::PlanRow;
pub(super) use problem::{ProblemRow, problem_rows};
pub(super) use target::TargetRow;
