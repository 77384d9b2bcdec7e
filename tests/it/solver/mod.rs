//! The smallest set of packages: by named cases, and by brute force on random small ones.

mod brute_force;
mod build;
mod properties;
mod rules;
mod unsolvable;
mod violations;
