//! BUILD file for rules_oci: `oci_image` with the packages' data from the repository of rules_distroless, of either
//! generation, as distroless images are built. It contains whole packages, and their entries in
//! `/var/lib/dpkg/status.d`, by which scanners find them.
//!
//! `@release//package/architecture:data` is one package; without `:data` it includes its dependencies, repeatedly. The
//! links of update-alternatives are in no package and are a tar of their own.

use super::ManifestFault;
use super::common::{alternatives, image_architecture, summary};
use super::rules_distroless_module::repository;
use crate::emit::quote::{mtree, starlark, starlark_list};
use crate::solve::plan::Plan;

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let links: Vec<String> = alternatives(plan)
        .map(|(link, target)| {
            let path = mtree(&[b".", link.path.as_bytes()].concat());
            format!("{path} type=link link={} mode=0777 uid=0 gid=0 time=0", mtree(target))
        })
        .collect();
    let mut text = format!("# {}. Whole packages; the layer that `sodeb layer` writes\n", summary(plan));
    text += "# contains only the needed files and can replace them in `tars`.\n";
    if !plan.packages.is_empty() {
        text += "load(\"@rules_distroless//apt:defs.bzl\", \"dpkg_statusd\")\n";
    }
    text += "load(\"@rules_oci//oci:defs.bzl\", \"oci_image\")\n";
    if !links.is_empty() {
        text += "load(\"@tar.bzl\", \"tar\")\n";
    }
    let mut tars = Vec::new();
    for planned in &plan.packages {
        let name = &planned.package.name;
        let directory = format!("@{}//{name}/{}", repository(plan), plan.provenance.target.architecture);
        tars.extend([format!("{directory}:data"), format!(":{name}_status")]);
        text += &format!(
            "\ndpkg_statusd(\n    name = {},\n    package_name = {},\n    control = {},\n)\n",
            starlark(&format!("{name}_status")),
            starlark(name.as_str()),
            starlark(&format!("{directory}:control"))
        );
    }
    if !links.is_empty() {
        tars.push(":alternatives".to_owned());
        text += &format!("\ntar(\n    name = \"alternatives\",\n{})\n", starlark_list("mtree", &links));
    }
    text +=
        &format!("\noci_image(\n    name = \"image\",\n{}{})\n", base(plan), starlark_list("tars", &tars));
    Ok(text)
}

/// Writes the base, or without one the attributes that the rules need instead.
fn base(plan: &Plan) -> String {
    if plan.base.is_some() {
        return "    # Label of the base.\n    base = \"@base\",\n".to_owned();
    }
    let (architecture, variant) = image_architecture(plan.provenance.target.architecture);
    let variant = variant.map(|variant| format!("    variant = {},\n", starlark(variant)));
    let os = "    os = \"linux\",\n";
    format!("    architecture = {},\n{os}{}", starlark(architecture), variant.unwrap_or_default())
}
