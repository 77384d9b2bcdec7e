//! Answers of the system: constants of Linux, and texts as paths.

use super::value::{Item, Value};

/// Value of a name that states the system; `None` for any other name.
pub(super) fn constant<'code>(path: &str) -> Option<Value<'code>> {
    let text = |text: &str| Some(Value::text(text));
    match path {
        "sys.platform" | "process.platform" | "Deno.build.os" => text("linux"),
        "os.name" => text("posix"),
        "os.sep" | "os.path.sep" | "path.sep" | "File.SEPARATOR" => text("/"),
        "os.pathsep" => text(":"),
        "FFI.Platform.OS" => text("linux"),
        "FFI.Platform.LIBSUFFIX" | "FFI.Platform.LIBSUFFIX.to_s" => text("so"),
        "FFI.Platform.LIBPREFIX" => text("lib"),
        "FFI.Library.LIBC" | "FFI.Platform.LIBC" => text("libc.so.6"),
        "FFI.CURRENT_PROCESS" | "FFI.Library.CURRENT_PROCESS" => Some(Value::one(Item::Nothing)),
        "FFI.Platform.IS_LINUX" | "FFI.Platform.IS_GNU" => Some(Value::truth(true)),
        "FFI.Platform.IS_MAC" | "FFI.Platform.IS_WINDOWS" => Some(Value::truth(false)),
        "RUBY_PLATFORM" => text("x86_64-linux"),
        "RbConfig.CONFIG.host_os" | "RbConfig.CONFIG.target_os" => text("linux"),
        "RbConfig.CONFIG.DLEXT" | "RbConfig.CONFIG.SOEXT" | "bun:ffi.suffix" => text("so"),
        "ctypes.windll" | "ctypes.oledll" | "ctypes.WinDLL" | "ctypes.OleDLL" => Some(Value::external(path)),
        _ => None,
    }
}

/// Value of a function that states the system; `None` for any other function.
pub(super) fn function<'code>(path: &str) -> Option<Value<'code>> {
    match path {
        "platform.system" | "os.type" => Some(Value::text("Linux")),
        "os.platform" => Some(Value::text("linux")),
        "os.uname" | "platform.uname" => Some(Value::list(vec![Value::text("Linux")]).opened()),
        "FFI.Platform.windows?"
        | "FFI.Platform.mac?"
        | "FFI.Platform.bsd?"
        | "FFI.Platform.solaris?"
        | "Gem.win_platform?"
        | "OS.windows?"
        | "OS.mac?" => Some(Value::truth(false)),
        "FFI.Platform.unix?" | "OS.linux?" | "OS.posix?" => Some(Value::truth(true)),
        _ => None,
    }
}

/// Element of a table that states the system.
pub(super) fn element<'code>(path: &str, key: &str) -> Option<Value<'code>> {
    match path {
        "RbConfig.CONFIG" => constant(&format!("RbConfig.CONFIG.{key}")),
        "sysconfig.get_config_vars" => Some(Value::open()),
        _ => None,
    }
}

/// Member of a text, as far as it is a path (`pathlib`).
pub(super) fn member_of_text<'code>(text: &str, name: &str) -> Value<'code> {
    match name {
        "parent" => Value::text(dirname(text)),
        "name" => Value::text(basename(text)),
        "stem" => Value::text(basename(text).rsplit_once('.').map_or(basename(text), |(stem, _)| stem)),
        "href" | "pathname" => Value::text(text),
        _ => Value::open(),
    }
}

/// Directory of a path.
pub(super) fn dirname(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/",
        Some((directory, _)) => directory,
        None => "",
    }
}

/// Last component of a path.
pub(super) fn basename(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// True if a regular expression matches a text; `None` if that is more than a search for words.
pub(super) fn matches(regex: &str, text: &str) -> Option<bool> {
    let text = text.to_ascii_lowercase();
    let mut is_known = true;
    for alternative in regex.trim_matches(|bracket| matches!(bracket, '(' | ')')).split('|') {
        let begin = alternative.trim_start_matches("\\A").trim_start_matches('^');
        let word = begin.trim_end_matches("\\z").trim_end_matches('$').trim_end_matches(".*");
        if word.contains(|byte: char| "\\.*+?[](){}^$".contains(byte)) {
            is_known = false;
            continue;
        }
        let word = word.to_ascii_lowercase();
        let is_match =
            if begin.len() < alternative.len() { text.starts_with(&word) } else { text.contains(&word) };
        if is_match {
            return Some(true);
        }
    }
    is_known.then_some(false)
}
