//! A lock from anywhere is read or refused; what is read is written back as the same Plan.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sodeb::solve::plan::{read_lock, write_lock};

fuzz_target!(|text: &str| {
    if let Ok(plan) = read_lock(text) {
        assert_eq!(read_lock(&write_lock(&plan)), Ok(plan));
    }
});
