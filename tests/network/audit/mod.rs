//! `sodeb audit` on images made of Debian's own packages and PyPI's wheels: one fault planted in each is found by its own
//! code, ld.so itself agrees about what is missing, and the formats' own readers accept what is written.

mod corpus;
mod formats;
mod linker;
mod world;
