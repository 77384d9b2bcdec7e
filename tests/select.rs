//! The smallest set of packages: by named cases, and by brute force on random small ones.

#[path = "select/brute_force.rs"]
mod brute_force;
#[path = "select/build.rs"]
mod build;
#[path = "select/properties.rs"]
mod properties;
#[path = "select/rules.rs"]
mod rules;
#[path = "select/unsolvable.rs"]
mod unsolvable;
#[path = "select/violations.rs"]
mod violations;
