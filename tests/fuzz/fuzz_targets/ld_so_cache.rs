//! An ld.so.cache: entries or a refusal.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = sodeb::loader::LdSoCache::parse(bytes);
});
