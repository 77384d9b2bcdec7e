//! SPDX document, version 2.3, as JSON (<https://spdx.github.io/spdx-spec/v2.3/>).
//!
//! It describes one package, the layer, which contains the binary packages. Each depends on those whose libraries it
//! loads, and is generated from its source package. Files are not described: §8.4 requires the SHA-1 of each, and a Plan
//! contains the SHA-256 only; so `filesAnalyzed` is false. Licences are in the packages' copyright files, which a Plan does
//! not contain: NOASSERTION.
//!
//! `created` is the date of the index and the namespace is derived from the Plan, so that equal Plans give equal
//! documents.

use std::collections::BTreeSet;

use serde::Serialize;

use super::ManifestFault;
use super::encode::indented;
use super::identity::{TOOL, uuid};
use super::paths::path_text;
use super::purl;
use super::sources::digest;
use crate::debian::distributions::{full_name, version_of};
use crate::emit::escape::bytes_escaped;
use crate::solve::plan::{Plan, PlannedPackage};

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const LAYER: &str = "SPDXRef-Layer";
const SYSTEM: &str = "SPDXRef-OperatingSystem";
const NO_ASSERTION: &str = "NOASSERTION";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'plan> {
    spdx_version: &'static str,
    data_license: &'static str,
    #[serde(rename = "SPDXID")]
    id: &'static str,
    name: String,
    document_namespace: String,
    creation_info: CreationInfo,
    packages: Vec<PackageRow<'plan>>,
    relationships: Vec<Relationship>,
}

#[derive(Serialize)]
struct CreationInfo {
    created: String,
    creators: [String; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PackageRow<'plan> {
    name: &'plan str,
    #[serde(rename = "SPDXID")]
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<&'plan str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package_file_name: Option<&'plan str>,
    download_location: &'plan str,
    files_analyzed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checksums: Vec<Checksum>,
    license_concluded: &'static str,
    license_declared: &'static str,
    copyright_text: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<ExternalRef>,
    primary_package_purpose: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checksum {
    algorithm: &'static str,
    checksum_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: String,
    relationship_type: &'static str,
    related_spdx_element: String,
}

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let target = &plan.provenance.target;
    // The specification allows no fractions of seconds.
    let created = plan.provenance.date.ok_or(ManifestFault::NoDate)?;
    let created = created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let sources: BTreeSet<&str> = plan.packages.iter().map(|planned| planned.source.as_str()).collect();
    let mut packages = vec![layer(), system(plan)];
    for planned in &plan.packages {
        packages.push(binary(plan, planned)?);
    }
    packages.extend(sources.into_iter().map(|name| source(plan, name)));
    let (tool, version) = TOOL;
    indented(&Document {
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        id: DOCUMENT,
        name: format!(
            "shared libraries of {} {}",
            full_name(target.distribution, &target.release),
            target.architecture
        ),
        document_namespace: format!("https://spdx.org/spdxdocs/{tool}-{}", uuid(plan)),
        creation_info: CreationInfo { created, creators: [format!("Tool: {tool}-{version}")] },
        packages,
        relationships: relationships(plan),
    })
}

/// Creates a package with nothing but its name, identifier and purpose.
fn unknown<'plan>(name: &'plan str, id: String, purpose: &'static str) -> PackageRow<'plan> {
    PackageRow {
        name,
        id,
        version_info: None,
        package_file_name: None,
        download_location: NO_ASSERTION,
        files_analyzed: false,
        checksums: Vec::new(),
        license_concluded: NO_ASSERTION,
        license_declared: NO_ASSERTION,
        copyright_text: NO_ASSERTION,
        comment: None,
        external_refs: Vec::new(),
        primary_package_purpose: purpose,
    }
}

fn layer() -> PackageRow<'static> {
    unknown("shared-library-layer", LAYER.to_owned(), "CONTAINER")
}

/// Creates the package of the distribution, by which scanners choose the vulnerability database.
fn system(plan: &Plan) -> PackageRow<'_> {
    let target = &plan.provenance.target;
    let release = target.release.as_str();
    PackageRow {
        version_info: Some(version_of(target.distribution, &target.release).unwrap_or(release)),
        ..unknown(target.distribution.name(), SYSTEM.to_owned(), "OPERATING-SYSTEM")
    }
}

fn binary<'plan>(plan: &Plan, planned: &'plan PlannedPackage) -> Result<PackageRow<'plan>, ManifestFault> {
    let package = &planned.package;
    let file_name = package.filename.rsplit('/').next().filter(|name| !name.is_empty());
    let url = planned.urls.iter().find(|url| url.starts_with("http"));
    let paths: Vec<&str> =
        planned.files.iter().map(|file| path_text(&file.path)).collect::<Result<_, _>>()?;
    let sha256 = Checksum { algorithm: "SHA256", checksum_value: digest(plan, planned)?.to_string() };
    Ok(PackageRow {
        version_info: Some(&package.version),
        package_file_name: file_name,
        download_location: url.map_or(NO_ASSERTION, String::as_str),
        checksums: vec![sha256],
        comment: Some(format!("Files used: {}", paths.join(" "))),
        external_refs: vec![purl_ref(purl::of_package(plan, planned))],
        ..unknown(package.name.as_str(), binary_id(package.name.as_str()), "LIBRARY")
    })
}

fn source<'plan>(plan: &Plan, name: &'plan str) -> PackageRow<'plan> {
    PackageRow {
        external_refs: vec![purl_ref(purl::of_source(plan, name))],
        ..unknown(name, source_id(name), "SOURCE")
    }
}

fn purl_ref(purl: String) -> ExternalRef {
    ExternalRef { reference_category: "PACKAGE-MANAGER", reference_type: "purl", reference_locator: purl }
}

fn relationships(plan: &Plan) -> Vec<Relationship> {
    let related = |one: &str, kind, other: &str| Relationship {
        spdx_element_id: one.to_owned(),
        relationship_type: kind,
        related_spdx_element: other.to_owned(),
    };
    let mut all = vec![related(DOCUMENT, "DESCRIBES", LAYER), related(LAYER, "DEPENDS_ON", SYSTEM)];
    for planned in &plan.packages {
        let id = binary_id(planned.package.name.as_str());
        all.push(related(LAYER, "CONTAINS", &id));
        all.extend(planned.needs.iter().map(|name| related(&id, "DEPENDS_ON", &binary_id(name.as_str()))));
        all.push(related(&id, "GENERATED_FROM", &source_id(&planned.source)));
    }
    all
}

fn binary_id(name: &str) -> String {
    format!("SPDXRef-Package-{}", id_of(name))
}

fn source_id(name: &str) -> String {
    format!("SPDXRef-Source-{}", id_of(name))
}

/// Converts a name to the characters of an identifier: letters, digits and `-` stay, any other byte becomes `.` and two
/// hexadecimal digits, so that different names have different identifiers.
fn id_of(name: &str) -> String {
    bytes_escaped(name.as_bytes(), b"-", |byte| format!(".{byte:02X}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;

    #[test]
    fn identifiers_contain_valid_characters() {
        assert_eq!(binary_id("libstdc++6"), "SPDXRef-Package-libstdc.2B.2B6");
        assert_ne!(id_of("a.2B"), id_of("a+"));
    }

    #[test]
    fn a_plan_without_a_date_is_rejected() {
        let mut plan = plan();
        plan.provenance.date = None;
        assert_eq!(emit(&plan), Err(ManifestFault::NoDate));
    }
}
