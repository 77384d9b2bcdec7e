//! What the linker's tests share: fixtures compiled on the spot, the program under test, and the real ld.so.

pub mod fixture;
pub mod real;
pub mod sodeb;
