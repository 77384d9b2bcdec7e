//! A source file of each language that is read: statements, whatever it holds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sodeb::code::{CodeLanguage, read};

fuzz_target!(|text: &[u8]| {
    let text = [text, b"dlopen"].concat();
    for language in [CodeLanguage::Python, CodeLanguage::Ruby, CodeLanguage::JavaScript] {
        assert!(read(language, &text).is_some());
    }
});
