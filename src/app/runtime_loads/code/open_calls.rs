//! Functions of the languages' bindings that open libraries.

use super::site::Naming;
use crate::app::runtime_loads::load::OpenCall;
use crate::code::CodeLanguage;

/// Function that opens a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpenFunction {
    pub(super) call: OpenCall,
    pub(super) naming: Naming,
    /// Place of the argument with the name.
    pub(super) argument: usize,
}

impl OpenFunction {
    fn new(naming: Naming) -> Self {
        let call = if naming == Naming::Found { OpenCall::FindLibrary } else { OpenCall::Dlopen };
        Self { call, naming, argument: 0 }
    }
}

/// Returns the function with a dotted name, if it opens libraries on Linux.
pub(super) fn open_function(language: CodeLanguage, path: &str) -> Option<OpenFunction> {
    let (owner, name) = path.rsplit_once('.').unwrap_or(("", path));
    match language {
        CodeLanguage::Python => python(owner, name),
        CodeLanguage::Ruby => ruby(owner, name),
        CodeLanguage::JavaScript => javascript(owner, name),
    }
}

fn python(owner: &str, name: &str) -> Option<OpenFunction> {
    let is_windows = ["windll", "oledll", "WinDLL", "OleDLL"].iter().any(|loader| owner.ends_with(loader));
    let naming = match name {
        _ if is_windows => return None,
        "CDLL" | "PyDLL" | "LoadLibrary" => Naming::Exact,
        // The class that a loader opens with.
        "_dlltype" if owner.ends_with("cdll") || owner.ends_with("pydll") => Naming::Exact,
        // `cdll["name"]` and `cdll.name`, as the reader has them.
        "__getitem__" if owner.ends_with("cdll") || owner.ends_with("pydll") => Naming::Exact,
        "find_library" => Naming::Found,
        "dlopen" if owner.ends_with("ctypes") => Naming::Exact,
        "dlopen" => Naming::ExactOrFound,
        _ => return None,
    };
    Some(OpenFunction::new(naming))
}

fn ruby(owner: &str, name: &str) -> Option<OpenFunction> {
    let naming = match (owner, name) {
        (_, "ffi_lib") => Naming::Completed,
        (_, "dlload") | ("Fiddle" | "DL" | "", "dlopen") => Naming::Exact,
        ("Fiddle.Handle" | "FFI.DynamicLibrary", "new" | "open") => Naming::Exact,
        _ => return None,
    };
    Some(OpenFunction::new(naming))
}

fn javascript(owner: &str, name: &str) -> Option<OpenFunction> {
    let is_ffi = owner.contains("ffi");
    match name {
        "dlopen" if owner == "process" => {
            Some(OpenFunction { argument: 1, ..OpenFunction::new(Naming::Exact) })
        }
        "dlopen" => Some(OpenFunction::new(Naming::Exact)),
        "load" if owner == "koffi" => Some(OpenFunction::new(Naming::Exact)),
        "Library" if is_ffi => Some(OpenFunction::new(Naming::Suffixed)),
        "DynamicLibrary" if is_ffi => Some(OpenFunction::new(Naming::Exact)),
        _ => None,
    }
}
