//! A .deb from anywhere is read or refused, and never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sodeb::tree::inventory::read_deb;

fuzz_target!(|bytes: &[u8]| {
    let _ = read_deb(bytes);
});
