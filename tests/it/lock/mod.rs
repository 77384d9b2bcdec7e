//! The whole way from a tree that lacks libraries to the lock: packages are made for each test, an archive on this
//! machine serves them, and the program is asked from outside.

mod alternatives;
mod choice;
mod comparison;
mod described;
mod hostile;
mod included;
mod needs;
mod recorded;
mod secrets;
mod taken;

use std::process::Output;

use crate::support::world::World;
use toml::Value;

impl World {
    /// Locks the tree with the archive's index of now.
    #[track_caller]
    fn lock(&self, options: &[&str]) -> Lock {
        let output = self.run(&[&["lock", "app", "--at", "/app", "--refresh"], options].concat());
        Lock::of(&output)
    }
}

/// What came of a lock.
struct Lock {
    status: i32,
    value: Value,
    text: String,
    stderr: String,
}

impl Lock {
    #[track_caller]
    fn of(output: &Output) -> Self {
        let text = String::from_utf8(output.stdout.clone()).expect("a lock in UTF-8");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let value = toml::from_str(&text).unwrap_or_else(|cause| panic!("no lock ({cause}): {text}{stderr}"));
        Self { status: output.status.code().expect("ends by itself"), value, text, stderr }
    }

    fn rows(&self, table: &str) -> &[Value] {
        self.value.get(table).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    fn packages(&self) -> Vec<&str> {
        self.rows("package").iter().map(|row| text(row, "name")).collect()
    }

    fn package(&self, name: &str) -> &Value {
        self.rows("package").iter().find(|row| text(row, "name") == name).expect("is in the lock")
    }

    /// Why a package was chosen, and what would have been there without it.
    fn reason(&self, package: &str) -> (&str, Vec<&str>) {
        let row = self.package(package);
        let instead_of =
            row.get("instead-of").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        (text(row, "reason"), instead_of.iter().filter_map(Value::as_str).collect())
    }

    /// What is taken of all packages: a path, and behind an arrow where it leads if it is a link.
    fn files(&self) -> Vec<String> {
        let files = self.rows("package").iter().filter_map(|row| row.get("files")?.as_array()).flatten();
        let told = |file: &Value| match file.get("link").and_then(Value::as_str) {
            Some(target) => format!("{} -> {target}", text(file, "path")),
            None => text(file, "path").to_owned(),
        };
        let mut files: Vec<String> = files.map(told).collect();
        files.sort();
        files
    }

    /// Each problem: its kind, and what it says.
    fn problems(&self) -> Vec<(&str, &str)> {
        self.rows("problem").iter().map(|row| (text(row, "kind"), text(row, "detail"))).collect()
    }
}

fn text<'value>(row: &'value Value, key: &str) -> &'value str {
    row.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("no {key} in {row}"))
}
