//! Packages in a layer, as JSON rows and as lines of text.

use serde::Serialize;

use crate::emit::escape::printable;
use crate::emit::humanize::{counted, size};
use crate::emit::inclusions::included_lines;
use crate::emit::style::{DIM, GOOD, paint};
use crate::oci::layer::{Layer, ShippedPackage};
use crate::solve::plan::Plan;
use crate::vocabulary::PackageName;

#[derive(Serialize)]
pub(in crate::emit) struct PackageInLayerRow<'layer> {
    name: &'layer PackageName,
    version: &'layer str,
    /// Number of files and links.
    files: usize,
    /// Bytes.
    size: u64,
}

pub(in crate::emit) fn package_rows(layer: &Layer) -> Vec<PackageInLayerRow<'_>> {
    fn row(shipped: &ShippedPackage) -> PackageInLayerRow<'_> {
        let ShippedPackage { name, version, files, size_bytes } = shipped;
        PackageInLayerRow { name, version, files: *files, size: *size_bytes }
    }
    layer.packages.iter().map(row).collect()
}

/// Lists the packages and the included files of a layer.
pub(in crate::emit) fn package_lines(plan: &Plan, layer: &Layer) -> Vec<String> {
    if layer.packages.is_empty() {
        return vec![paint(GOOD, "no package is needed")];
    }
    let width = layer.packages.iter().map(|shipped| shipped.name.as_str().len()).max().unwrap_or_default();
    let line = |shipped: &ShippedPackage| {
        let name = paint(GOOD, format_args!("{:width$}", shipped.name.as_str()));
        let (files, size) = (counted(shipped.files, "file"), size(shipped.size_bytes));
        format!("{name}  {}  {files}, {size}", shipped.version)
    };
    let included = included_lines(&plan.included).into_iter().map(|line| paint(DIM, printable(line)));
    layer.packages.iter().map(line).chain(included).collect()
}
