//! Hostile inputs, given to the readers of the library directly.

mod debs;
mod elf;
