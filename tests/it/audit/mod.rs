//! `sodeb audit` from outside: a clean image, and the same with one fault planted for each rule; what a project makes of
//! findings; the formats; and images that mean harm.

mod formats;
mod hostile;
mod policy;
mod rules;
mod sample;
