//! Rows of JSON documents that one and several releases share.

use serde::Serialize;

use crate::solve::resolve::Resolution;
use crate::vocabulary::{PackageName, RootedPath};

#[derive(Serialize)]
pub(super) struct AppRow<'answer> {
    path: String,
    at: &'answer RootedPath,
    kind: &'static str,
    abi: Option<String>,
    files: usize,
    /// Files that were not opened, since their names' extensions exclude objects.
    skipped: usize,
    objects: usize,
    /// Self-extracting programs, whose files are not looked into.
    self_extracting: Vec<SelfExtractingRow<'answer>>,
}

/// Self-extracting program.
#[derive(Serialize)]
pub(super) struct SelfExtractingRow<'answer> {
    path: &'answer RootedPath,
    maker: &'static str,
}

/// Package whose dependencies are unknown.
#[derive(Serialize)]
pub(super) struct UnreadRow<'answer> {
    package: &'answer PackageName,
    cause: &'answer str,
}

pub(super) fn app_rows(resolution: &Resolution) -> Vec<AppRow<'_>> {
    let apps = resolution.apps.iter();
    apps.map(|app| AppRow {
        path: app.host_path.display().to_string(),
        at: &app.at,
        kind: app.kind.name(),
        abi: app.abi.as_ref().map(ToString::to_string),
        files: app.files,
        skipped: app.unopened,
        objects: app.objects,
        self_extracting: app
            .self_extracting
            .iter()
            .map(|(path, maker)| SelfExtractingRow { path, maker })
            .collect(),
    })
    .collect()
}

pub(super) fn unread_rows(resolution: &Resolution) -> Vec<UnreadRow<'_>> {
    let unread = resolution.unread.iter().flatten();
    unread.map(|unread| UnreadRow { package: &unread.package, cause: &unread.cause }).collect()
}
