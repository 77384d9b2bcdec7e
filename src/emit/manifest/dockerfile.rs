//! What the Dockerfiles have in common (<https://docs.docker.com/reference/dockerfile/>).
//!
//! A Plan knows its base by a digest of its content and not by a name, so that the base is an argument without a
//! default. Whatever is copied lies in a directory that has each file where the Plan has it, which is where the base's own
//! links lead: no directory of it meets a link of the base that it would take the place of.

use crate::solve::plan::Plan;

/// What each Dockerfile begins with.
pub(super) fn head(plan: &Plan, what: &str) -> String {
    let mut text = format!("# {}: {what}\n", super::words::of_what(plan));
    if let Some(base) = &plan.base {
        text += &format!("# The base is that with the tree digest {}:\n", base.digest);
        text += "#   docker build --build-arg BASE=IMAGE .\nARG BASE\n";
    }
    text
}

/// The image that the last stage starts from.
pub(super) fn base(plan: &Plan) -> &'static str {
    if plan.base.is_some() { "${BASE}" } else { "scratch" }
}
