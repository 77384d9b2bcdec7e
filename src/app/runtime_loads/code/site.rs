//! Calls that open libraries, as they were met in the evaluation of a package.

use std::collections::BTreeSet;
use std::ops::Range;

use super::value::{Item, Value};
use crate::app::runtime_loads::load::OpenCall;
use crate::vocabulary::{Grade, Soname};

/// Call that opens a library, with the names that it may have there.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// Number of the module with the call.
    pub(super) module: usize,
    /// Number of the module whose import runs the call, or of the function's that does.
    pub(super) entry: usize,
    /// Line of the call.
    pub(super) line: u32,
    /// Function that is called.
    pub(super) call: OpenCall,
    /// Names in order, for Linux.
    pub(super) names: Vec<Soname>,
    /// True if no name is of the call's own: all are of calls of find_library that have sites.
    pub(super) is_passed_on: bool,
    /// True if it runs when the module is imported.
    pub(super) is_at_import: bool,
    /// True if code goes on without the library.
    pub(super) is_optional: bool,
    /// True if other sites are tried instead.
    pub(super) has_alternatives: bool,
}

/// Way in which a binding turns the name that it is given into names that are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// The name as it is.
    Exact,
    /// The name as it is if it has a dot or slash, and else, or if that fails, what find_library finds (cffi).
    ExactOrFound,
    /// The file that find_library finds.
    Found,
    /// The name as it is, then with `lib` and `.so` (Ruby's FFI).
    Completed,
    /// With `.so`, unless it has it (ffi-napi).
    Suffixed,
}

/// Returns the names for Linux among the alternatives of a value, and true if all are of find_library.
pub(super) fn names(value: &Value<'_>, naming: Naming) -> (Vec<Soname>, bool) {
    let (mut names, mut has_own) = (Vec::new(), false);
    let mut add = |name: String| {
        let name = Soname::new(name.into_bytes());
        if !names.contains(&name) {
            names.push(name);
        }
    };
    for item in &value.items {
        match item {
            Item::Found(name) => add(pattern(name)),
            Item::Text(text) if is_name(text) => {
                has_own = true;
                match naming {
                    Naming::Exact if is_library(text) => add(text.to_string()),
                    Naming::Exact => {}
                    Naming::Found if can_be_found(text) => add(pattern(text)),
                    Naming::Found => {}
                    Naming::ExactOrFound if is_library(text) => add(text.to_string()),
                    Naming::ExactOrFound if can_be_found(text) => add(pattern(text)),
                    Naming::ExactOrFound => {}
                    Naming::Completed => completed(text).into_iter().for_each(&mut add),
                    Naming::Suffixed if text.contains(".so") => add(text.to_string()),
                    Naming::Suffixed => add(format!("{text}.so")),
                }
            }
            _ => {}
        }
    }
    let is_passed_on = !has_own && !names.is_empty();
    (names, is_passed_on)
}

/// Pattern of the file names that find_library finds by a name.
fn pattern(name: &str) -> String {
    format!("lib{name}.so.*")
}

/// Names that Ruby's FFI tries.
fn completed(name: &str) -> Vec<String> {
    let prefix = if name.starts_with("lib") || name.contains('/') { "" } else { "lib" };
    match is_library(name) {
        true => vec![format!("{prefix}{name}")],
        false if can_be_found(name) => vec![format!("{prefix}{name}.so")],
        false => Vec::new(),
    }
}

/// Endings of the libraries of other systems.
const FOREIGN: [&str; 7] = [".dll", ".dylib", ".pyd", ".framework", ".a", ".bundle", ".exe"];

/// Libraries of macOS and Windows, by the names that find_library and FFI take, in lower case.
const OTHER_SYSTEMS: &[&str] = &[
    "advapi32",
    "appkit",
    "applicationservices",
    "audiotoolbox",
    "audiounit",
    "avfoundation",
    "carbon",
    "cocoa",
    "comctl32",
    "comdlg32",
    "coreaudio",
    "corebluetooth",
    "corefoundation",
    "coregraphics",
    "coremidi",
    "coreservices",
    "coretext",
    "crypt32",
    "d3d11",
    "dwmapi",
    "dxgi",
    "foundation",
    "gdi32",
    "gdiplus",
    "hid.dll",
    "imageio",
    "imm32",
    "iokit",
    "iphlpapi",
    "kernel32",
    "libsystem",
    "metal",
    "msvcrt",
    "netapi32",
    "ntdll",
    "objc",
    "ole32",
    "oleaut32",
    "opengl32",
    "powrprof",
    "proc",
    "psapi",
    "quartz",
    "rpcrt4",
    "secur32",
    "security",
    "setupapi",
    "shell32",
    "shlwapi",
    "system",
    "systemconfiguration",
    "ucrtbase",
    "user32",
    "vcruntime140",
    "winmm",
    "winusb",
    "wlanapi",
    "wpcap",
    "ws2_32",
    "wtsapi32",
];

/// True for a text that can be a name on Linux.
fn is_name(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_foreign = FOREIGN.iter().any(|ending| lower.ends_with(ending)) || lower.contains(".framework/");
    let is_printable = text.bytes().all(|byte| byte > b' ' && byte != 0x7f && !b"\\{}%$\"'*".contains(&byte));
    // A path from the working directory is no package's.
    let is_relative = text.contains('/') && !text.starts_with('/');
    !text.is_empty()
        && text.len() <= 255
        && !is_relative
        && is_printable
        && !OTHER_SYSTEMS.contains(&lower.as_str())
        && !is_foreign
        && !lower.contains(".dylib")
}

/// True for the name of a library's file.
fn is_library(text: &str) -> bool {
    let file = text.rsplit('/').next().unwrap_or_default();
    file.len() > 3 && (file.ends_with(".so") || file.contains(".so."))
}

/// True for a name that find_library may find.
pub(super) fn can_be_found(text: &str) -> bool {
    !text.contains('/') && !text.contains(".so") && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

/// Makes the sites in some ranges alternatives of one another.
pub(super) fn join(sites: &mut [Site], ranges: &[Range<usize>]) {
    let mut names: Vec<Soname> = Vec::new();
    for site in ranges.iter().flat_map(|range| &sites[range.clone()]) {
        names.extend(site.names.iter().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>());
    }
    for site in ranges.iter().flat_map(|range| range.clone()) {
        let site = &mut sites[site];
        if !site.names.is_empty() {
            site.has_alternatives |= site.names.len() < names.len();
            site.names.clone_from(&names);
        }
    }
}

impl Site {
    /// Grade of the load, by where the call stands and what becomes of a failure.
    pub(super) fn grade(&self, is_distribution: bool, is_test: bool) -> Grade {
        // No run-time image has the link that a C compiler uses.
        let is_for_compilers = self.names.iter().all(|name| name.as_bytes() == b"libc.so");
        if is_test || self.is_optional || is_for_compilers {
            return Grade::Suggested;
        }
        let is_certain = self.is_at_import && is_distribution && self.names.len() == 1;
        if is_certain && !self.has_alternatives { Grade::Required } else { Grade::Recommended }
    }
}

/// Removes sites without names and those that another call stands for, and repeated ones.
pub(super) fn distinct(sites: Vec<Site>) -> Vec<Site> {
    let mut found: Vec<Site> = Vec::new();
    let mut seen = BTreeSet::new();
    for site in sites {
        if site.names.is_empty() || site.is_passed_on && site.call == OpenCall::Dlopen {
            continue;
        }
        let key = (site.module, site.line, site.call == OpenCall::Dlopen, site.names.clone());
        if seen.insert(key.clone()) {
            found.push(site);
            continue;
        }
        // The strongest of the ways in which it is reached counts.
        let same = found.iter_mut().find(|other| {
            (other.module, other.line, other.call == OpenCall::Dlopen, &other.names)
                == (key.0, key.1, key.2, &key.3)
        });
        if let Some(other) = same {
            other.is_optional &= site.is_optional;
            other.is_at_import |= site.is_at_import;
            other.has_alternatives &= site.has_alternatives;
        }
    }
    found
}
