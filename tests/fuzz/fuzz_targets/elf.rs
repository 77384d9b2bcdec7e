//! An ELF file, with its symbols: facts or a refusal, whatever it claims.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let wanted = ["PyInit_module".to_owned(), "napi_register_module_v1".to_owned()];
    let _ = sodeb::elf::read(bytes, &wanted);
    let _ = sodeb::elf::undefined_symbols(bytes);
});
