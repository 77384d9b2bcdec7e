//! The command `sodeb`.

fn main() {}
