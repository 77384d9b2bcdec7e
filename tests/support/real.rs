//! Runs of the real dynamic linker in the root of a fixture.
//!
//! bubblewrap enters the root without privileges. glibc reports files with LD_TRACE_LOADED_OBJECTS and rules with
//! LD_DEBUG=libs (ld.so(8)); musl reports files with `--list`.

use std::path::Path;
use std::process::{Command, Output};

use super::fixture::{Fixture, INTERPRETER};

/// Path of musl's dynamic linker on x86-64.
pub(crate) const MUSL: &str = "/lib/ld-musl-x86_64.so.1";

/// Environment in which a program is started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'text> {
    /// LD_LIBRARY_PATH.
    pub(crate) ld_library_path: Option<&'text str>,
    /// Current directory.
    pub(crate) workdir: &'text str,
    /// Assumed CPU level; fixtures with hwcaps directories have them for a level that every machine of these tests has.
    pub(crate) hwcaps: &'text str,
}

impl Default for Surroundings<'_> {
    fn default() -> Self {
        Self { ld_library_path: None, workdir: "/", hwcaps: "x86-64-v2" }
    }
}

/// Result of the real linker.
#[derive(Debug, Default)]
pub(crate) struct Real {
    /// Searched names with the paths that were loaded, in the order of loading.
    pub(crate) loaded: Vec<(String, Option<String>)>,
    /// Searched names, each with the last rule that was tried.
    pub(crate) searches: Vec<(String, Option<&'static str>)>,
    /// Message with which the linker stopped.
    pub(crate) fatal: Option<String>,
}

/// True if the host can enter a root and its dynamic linker is glibc's for x86-64.
pub(crate) fn can_run(fixture: &Fixture) -> bool {
    Path::new(INTERPRETER).exists()
        && enter(fixture, Surroundings::default(), &[])
            .args([INTERPRETER, "--version"])
            .output()
            .is_ok_and(|output| output.status.success())
}

/// Returns a command that enters the root; the caller adds the program and its arguments.
fn enter(fixture: &Fixture, surroundings: Surroundings<'_>, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new("bwrap");
    command.args(["--unshare-all", "--clearenv", "--ro-bind"]).arg(fixture.root()).arg("/");
    for (name, value) in variables {
        command.args(["--setenv", name, value]);
    }
    if let Some(list) = surroundings.ld_library_path {
        command.args(["--setenv", "LD_LIBRARY_PATH", list]);
    }
    // glibc reads the path of the program that the kernel started from /proc/self/exe.
    command.args(["--proc", "/proc", "--chdir", surroundings.workdir]);
    command
}

/// Runs a program of the root; none if the host cannot.
pub(crate) fn execute(fixture: &Fixture, program: &str, surroundings: Surroundings<'_>) -> Option<Output> {
    can_run(fixture).then(|| enter(fixture, surroundings, &[]).arg(program).output().expect("bwrap runs"))
}

/// Returns the value of `$PLATFORM` in the real ld.so on this machine.
pub(crate) fn platform() -> Option<String> {
    let output = Command::new(INTERPRETER).arg("--list-diagnostics").output().ok()?;
    let listed = text(&output.stdout);
    let line = listed.lines().find_map(|line| line.strip_prefix("dl_platform=\""))?;
    line.strip_suffix('"').map(str::to_owned)
}

/// Returns the loads of an object of the root by glibc; none if the host cannot run it. A program is started by the kernel; a
/// library is given to ld.so as a program.
pub(crate) fn glibc(
    fixture: &Fixture,
    object: &str,
    is_program: bool,
    surroundings: Surroundings<'_>,
) -> Option<Real> {
    if !can_run(fixture) {
        return None;
    }
    let variables = [("LD_DEBUG", "libs"), ("LD_TRACE_LOADED_OBJECTS", "1")];
    let mut command = enter(fixture, surroundings, &variables);
    if !is_program || surroundings.hwcaps != Surroundings::default().hwcaps {
        command.args([INTERPRETER, "--glibc-hwcaps-mask", surroundings.hwcaps]);
    }
    let output = command.arg(object).output().expect("bwrap runs");
    let (listing, trace) = (text(&output.stdout), text(&output.stderr));
    Some(Real { loaded: listed(&listing), searches: searched(&trace), fatal: fatal(&trace) })
}

/// Returns the loads of a program of the root by musl.
pub(crate) fn musl(fixture: &Fixture, object: &str, surroundings: Surroundings<'_>) -> Option<Real> {
    if !Path::new(MUSL).exists() || !can_run(fixture) {
        return None;
    }
    let output =
        enter(fixture, surroundings, &[]).args([MUSL, "--list", object]).output().expect("bwrap runs");
    let mut loaded = listed(&text(&output.stdout));
    let trace = text(&output.stderr);
    loaded.extend(trace.lines().filter_map(|line| {
        let name = line.strip_prefix("Error loading shared library ")?.split(": ").next()?;
        Some((name.to_owned(), None))
    }));
    Some(Real { loaded, ..Real::default() })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Parses the output of ldd: `name => path (address)`, `name => not found`, `path (address)`. The interpreter and the vDSO are
/// left out.
pub(crate) fn listed(listing: &str) -> Vec<(String, Option<String>)> {
    listing
        .lines()
        .filter_map(|line| {
            let line = line.trim();
            let line = line.rsplit_once(" (0x").map_or(line, |(before, _)| before);
            let (name, path) = line.split_once(" => ").unwrap_or((line, line));
            let path = (path != "not found").then(|| path.to_owned());
            let is_asked_for = !is_own(name) && !path.as_deref().is_some_and(is_own);
            is_asked_for.then(|| (name.to_owned(), path))
        })
        .collect()
}

/// True for the vDSO and the interpreter, which no object needs by name.
fn is_own(name: &str) -> bool {
    name.starts_with("linux-vdso") || name == INTERPRETER || name == MUSL || name == "statically linked"
}

/// Parses the searches in the output of LD_DEBUG=libs, each with the rule by which the last file was tried.
fn searched(trace: &str) -> Vec<(String, Option<&'static str>)> {
    let mut searches: Vec<(String, Option<&'static str>)> = Vec::new();
    let mut rule = None;
    for line in trace.lines() {
        let line = line.split_once(':').map_or(line, |(_, rest)| rest).trim();
        if let Some(rest) = line.strip_prefix("find library=") {
            let name = rest.rsplit_once(" [").map_or(rest, |(name, _)| name);
            searches.push((name.to_owned(), None));
        } else if line.starts_with("search path=") || line.starts_with("search cache=") {
            rule = Some(rule_of(line));
        } else if line.starts_with("trying file=")
            && let Some(last) = searches.last_mut()
        {
            last.1 = rule;
        }
    }
    searches
}

fn rule_of(line: &str) -> &'static str {
    let known = [
        ("(RPATH from", "rpath"),
        ("(RUNPATH from", "runpath"),
        ("(LD_LIBRARY_PATH)", "ld-library-path"),
        ("(system search path)", "default"),
        ("search cache=", "cache"),
    ];
    let found = known.iter().find(|(mark, _)| line.contains(mark));
    found.unwrap_or_else(|| panic!("a rule of ld.so that this test does not know: {line}")).1
}

fn fatal(trace: &str) -> Option<String> {
    trace
        .lines()
        .find_map(|line| line.split_once("error while loading shared libraries: "))
        .map(|(_, message)| message.to_owned())
}
