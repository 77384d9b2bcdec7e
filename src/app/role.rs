//! Roles of objects: a program is started, an extension is opened by its interpreter, a library is loaded by objects
//! that need it.

use bstr::ByteSlice;

use crate::elf::{ElfFacts, ObjectKind};
use crate::vocabulary::named;

named! {
    /// Language whose interpreter opens extension modules with dlopen(3).
    Language("language") {
        /// CPython.
        Python = "python",
        /// CRuby.
        Ruby = "ruby",
        /// Node.js.
        Node = "node",
    }
}

impl Language {
    /// Name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Ruby => "Ruby",
            Self::Node => "Node.js",
        }
    }

    /// Names of its interpreter's program, the most exact first.
    pub(super) fn program_names(self, version: Option<&str>) -> Vec<String> {
        let name = match self {
            Self::Python => "python3",
            Self::Ruby => "ruby",
            Self::Node => "node",
        };
        match (self, version) {
            (Self::Python, Some(version)) => vec![format!("python{version}")],
            (Self::Ruby, Some(version)) => {
                vec![format!("ruby{}", version.trim_end_matches(".0")), name.to_owned()]
            }
            _ => vec![name.to_owned()],
        }
    }

    /// First part of the soname of the library that has the interpreter's code, where its program only calls that library:
    /// then the library calls dlopen(3).
    pub(super) fn library_stem(self) -> &'static str {
        match self {
            Self::Python => "libpython",
            Self::Ruby => "libruby",
            Self::Node => "libnode",
        }
    }
}

named! {
    /// Role of an object: how it gets into a process.
    Role("role") {
        /// The kernel starts it.
        Program = "program",
        /// CPython opens it.
        PythonExtension = "python-extension",
        /// CRuby opens it.
        RubyExtension = "ruby-extension",
        /// Node.js opens it.
        NodeAddon = "node-addon",
        /// Another object needs it, or code opens it by name.
        Library = "library",
    }
}

impl Role {
    /// Role of an object by its file name, its init symbol and its headers; none for a file that no linker loads, such as
    /// an object file.
    pub fn of(file_name: &[u8], facts: &ElfFacts) -> Option<Self> {
        if facts.kind == ObjectKind::NotLoadable {
            return None;
        }
        if facts.is_program() && !is_library(file_name, facts) {
            return Some(Self::Program);
        }
        if !facts.is_dynamic {
            return None;
        }
        let defines = |prefix: &str| facts.defines(prefix);
        Some(if file_name.ends_with(b".node") || defines("napi_") {
            Self::NodeAddon
        } else if defines("PyInit_") || has_python_suffix(file_name) {
            Self::PythonExtension
        } else if defines("Init_") {
            Self::RubyExtension
        } else {
            Self::Library
        })
    }

    /// True for a name of modules that an interpreter opens, on any system.
    pub(super) fn is_module_name(file_name: &[u8]) -> bool {
        let is_library = file_name.starts_with(b"lib");
        [&b".pyd"[..], b".node"].iter().any(|end| file_name.ends_with(end))
            || has_python_suffix(file_name)
            || [&b".so"[..], b".bundle"].iter().any(|end| file_name.ends_with(end)) && !is_library
    }

    /// Language whose interpreter opens the object.
    pub fn language(self) -> Option<Language> {
        match self {
            Self::PythonExtension => Some(Language::Python),
            Self::RubyExtension => Some(Language::Ruby),
            Self::NodeAddon => Some(Language::Node),
            Self::Program | Self::Library => None,
        }
    }
}

/// True for a library with a dynamic linker of its own, so that it can be run as a program, too: nothing that loads it looks at
/// that.
fn is_library(file_name: &[u8], facts: &ElfFacts) -> bool {
    let has_name = file_name.ends_with(b".so") || file_name.contains_str(".so.");
    facts.kind == ObjectKind::SharedObject && !facts.is_pie && has_name
}

/// True for the suffixes of PEP 3149 and of the stable ABI (`importlib.machinery.EXTENSION_SUFFIXES`).
fn has_python_suffix(file_name: &[u8]) -> bool {
    file_name.ends_with(b".abi3.so") || file_name.ends_with(b".so") && file_name.contains_str(".cpython-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_of_extension_modules() {
        assert!(has_python_suffix(b"gmpy2.cpython-311-x86_64-linux-gnu.so"));
        assert!(has_python_suffix(b"_rust.abi3.so"));
        assert!(!has_python_suffix(b"libgmp.so.10"));
        assert!(!has_python_suffix(b"x.cpython-311.pyc"));
    }

    #[test]
    fn names_of_an_interpreter_of_an_abi() {
        assert_eq!(Language::Python.program_names(Some("3.11")), ["python3.11"]);
        assert_eq!(Language::Ruby.program_names(Some("3.1.0")), ["ruby3.1", "ruby"]);
        assert_eq!(Language::Node.program_names(None), ["node"]);
    }
}
