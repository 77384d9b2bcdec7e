//! `sodeb audit` on images made of Debian's own packages and PyPI's wheels: one fault planted in each is found by its own
//! code, ld.so itself agrees about what is missing, and the formats' own readers accept what is written.

#![allow(clippy::print_stderr, reason = "what was counted belongs into the log")]

mod network_audits {
    mod corpus;
    mod formats;
    mod linker;
    pub(super) mod world;
}
mod support;
