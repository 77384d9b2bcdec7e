//! Tar archives, read member by member as streams.

mod members;
mod pax;
mod source;

pub(super) use members::{Dialect, Member, Members, each_member};
pub(super) use source::{SkipByReading, SkipBySeeking, SkippableRead};
