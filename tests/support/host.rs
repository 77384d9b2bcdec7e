//! Comparison with the real ld.so on this machine's own files.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::fixture::INTERPRETER;
use super::judge::loads;
use super::real::listed;
use super::sodeb::Tree;

/// Result of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Number of compared objects.
    pub(crate) objects: usize,
    /// Number of objects that ld.so itself refuses, so that there is nothing to compare.
    pub(crate) refused: usize,
    /// Number of loaded or missing libraries of all objects.
    pub(crate) loads: usize,
    /// Objects whose loads differ.
    pub(crate) differences: Vec<Difference>,
}

/// Object that sodeb links in another way than ld.so.
#[derive(Debug)]
pub(crate) struct Difference {
    /// Path of the object.
    pub(crate) path: String,
    /// Loads that only sodeb reports, or reports in another position.
    pub(crate) ours: Vec<(String, Option<String>)>,
    /// Loads that only ld.so reports, or reports in another position.
    pub(crate) real: Vec<(String, Option<String>)>,
}

/// Returns the CPU level of this machine by `ld.so --help`.
pub(crate) fn cpu_level() -> String {
    let output = Command::new(INTERPRETER).arg("--help").output().expect("ld.so runs");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let best = help.lines().find(|line| line.contains("x86-64-v") && line.contains("searched"));
    best.and_then(|line| line.split_whitespace().next()).unwrap_or("x86-64-v1").to_owned()
}

/// Compares each start object with ld.so, on all cores.
///
/// # Panics
/// If ld.so cannot load a library of an object, which does not happen on a working machine.
pub(crate) fn compare_with_real(tree: &Tree) -> Verdict {
    let paths: Vec<String> = tree.starts().into_iter().map(str::to_owned).collect();
    let next = AtomicUsize::new(0);
    let verdict = Mutex::new(Verdict::default());
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    compare(tree, path, &verdict);
                }
            });
        }
    });
    verdict.into_inner().expect("no thread failed")
}

fn compare(tree: &Tree, path: &str, verdict: &Mutex<Verdict>) {
    let edges = tree.edges(path);
    let ours = loads(&edges);
    let real = real_loads(path);
    let mut verdict = verdict.lock().expect("no thread failed");
    let Some(real) = real else {
        verdict.refused += 1;
        return;
    };
    verdict.objects += 1;
    verdict.loads += real.len();
    if ours != real {
        let same = ours.iter().zip(&real).take_while(|(left, right)| left == right).count();
        verdict.differences.push(Difference {
            path: path.to_owned(),
            ours: ours[same..].to_vec(),
            real: real[same..].to_vec(),
        });
    }
}

/// Returns the loads of an object by ld.so, run as ldd does; none if it refuses the object itself, because it has no dynamic
/// segment (detached debug symbols, static programs) or is of another class.
fn real_loads(path: &str) -> Option<Vec<(String, Option<String>)>> {
    let mut command = Command::new(INTERPRETER);
    let output =
        command.env_clear().env("LD_TRACE_LOADED_OBJECTS", "1").arg(path).output().expect("ld.so runs");
    if output.status.success() {
        return Some(listed(&String::from_utf8_lossy(&output.stdout)));
    }
    let message = String::from_utf8_lossy(&output.stderr);
    let end = message.split_once("error while loading shared libraries: ").map(|(_, end)| end);
    let refused = end.is_none_or(|end| end.starts_with(&format!("{path}: ")));
    assert!(refused, "ld.so cannot load a library of {path}: {message}");
    None
}
