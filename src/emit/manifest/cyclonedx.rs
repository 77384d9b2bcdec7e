//! CycloneDX bill of materials, version 1.6, as JSON (<https://cyclonedx.org/docs/1.6/json/>).
//!
//! Its subject is the layer. Components are the operating system, by which scanners choose the vulnerability database,
//! and the packages, each with the files that are used. The serial number is derived from the Plan and the time is that of
//! the index, so that equal Plans give equal documents.

use serde::Serialize;

use super::ManifestFault;
use super::encode::indented;
use super::identity::{TOOL, uuid};
use super::paths::path_text;
use super::purl;
use crate::debian::distributions::version_of;
use crate::solve::plan::{Plan, PlannedPackage, TakenFile, TakenKind};
use crate::vocabulary::Sha256Digest;

/// Reference of the layer.
const LAYER: &str = "shared-library-layer";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'plan> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata<'plan>,
    components: Vec<Component<'plan>>,
    dependencies: Vec<Dependency>,
}

#[derive(Serialize)]
struct Metadata<'plan> {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    tools: Tools<'plan>,
    component: Component<'plan>,
}

#[derive(Serialize)]
struct Tools<'plan> {
    components: [Component<'plan>; 1],
}

#[derive(Serialize)]
struct Component<'plan> {
    r#type: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    name: &'plan str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'plan str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(rename = "externalReferences", skip_serializing_if = "Vec::is_empty")]
    external_references: Vec<ExternalReference<'plan>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component<'plan>>,
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct ExternalReference<'plan> {
    r#type: &'static str,
    url: &'plan str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
}

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let (tool, version) = TOOL;
    let tool = Component { version: Some(version), ..component("application", tool) };
    let mut components = vec![system(plan)];
    for planned in &plan.packages {
        components.push(package(plan, planned)?);
    }
    indented(&Document {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: format!("urn:uuid:{}", uuid(plan)),
        version: 1,
        metadata: Metadata {
            timestamp: plan.provenance.date.map(|date| date.to_string()),
            tools: Tools { components: [tool] },
            component: Component { reference: Some(LAYER.to_owned()), ..component("container", LAYER) },
        },
        components,
        dependencies: dependencies(plan),
    })
}

/// Creates a component with nothing but its kind and name.
fn component<'plan>(kind: &'static str, name: &'plan str) -> Component<'plan> {
    Component {
        r#type: kind,
        reference: None,
        name,
        version: None,
        hashes: Vec::new(),
        purl: None,
        external_references: Vec::new(),
        components: Vec::new(),
    }
}

fn system(plan: &Plan) -> Component<'_> {
    let target = &plan.provenance.target;
    let number = version_of(target.distribution, &target.release);
    Component {
        reference: Some("operating-system".to_owned()),
        version: Some(number.unwrap_or(target.release.as_str())),
        ..component("operating-system", target.distribution.name())
    }
}

fn package<'plan>(plan: &Plan, planned: &'plan PlannedPackage) -> Result<Component<'plan>, ManifestFault> {
    let package = &planned.package;
    let files = planned.files.iter().filter_map(|file| file_component(file).transpose());
    let urls = planned.urls.iter().map(|url| ExternalReference { r#type: "distribution", url });
    Ok(Component {
        reference: Some(purl::of_package(plan, planned)),
        version: Some(&package.version),
        hashes: package.sha256.map(sha256).into_iter().collect(),
        purl: Some(purl::of_package(plan, planned)),
        external_references: urls.collect(),
        components: files.collect::<Result<_, _>>()?,
        ..component("library", package.name.as_str())
    })
}

/// Creates the component of a regular file; a link has none, since it has no content.
fn file_component(file: &TakenFile) -> Result<Option<Component<'_>>, ManifestFault> {
    match &file.kind {
        TakenKind::File { sha256: digest, .. } => {
            Ok(Some(Component { hashes: vec![sha256(*digest)], ..component("file", path_text(&file.path)?) }))
        }
        TakenKind::Link { .. } => Ok(None),
    }
}

fn sha256(digest: Sha256Digest) -> Hash {
    Hash { alg: "SHA-256", content: digest.to_string() }
}

/// Lists the dependencies of each package, and those of the layer: the packages that the apps need directly.
fn dependencies(plan: &Plan) -> Vec<Dependency> {
    let reference = |planned: &PlannedPackage| purl::of_package(plan, planned);
    let direct = plan.packages.iter().filter(|planned| planned.direct).map(reference).collect();
    let mut all = vec![Dependency { reference: LAYER.to_owned(), depends_on: direct }];
    all.extend(plan.packages.iter().map(|planned| Dependency {
        reference: reference(planned),
        depends_on: planned.needs.iter().filter_map(|name| plan.package(name)).map(reference).collect(),
    }));
    all
}
