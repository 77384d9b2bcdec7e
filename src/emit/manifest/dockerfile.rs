//! Common parts of the Dockerfiles (<https://docs.docker.com/reference/dockerfile/>).
//!
//! A base may be a directory of the machine that the Plan was made on, so that the base is an argument without a
//! default. Files are copied from a directory in which each has the path in the Plan, with the links of the base resolved:
//! so no directory replaces a link of the base.

use crate::solve::plan::Plan;

/// Writes the beginning of a Dockerfile, with its purpose.
pub(super) fn head(plan: &Plan, purpose: &str) -> String {
    let mut text = format!("# {}: {purpose}\n", super::common::summary(plan));
    if let Some(base) = &plan.base {
        text += &format!("# The base has the digest {}:\n", base.digest);
        text += "#   docker build --build-arg BASE=IMAGE .\nARG BASE\n";
    }
    text
}

/// Returns the image that the last stage is based on.
pub(super) fn base(plan: &Plan) -> &'static str {
    if plan.base.is_some() { "${BASE}" } else { "scratch" }
}
