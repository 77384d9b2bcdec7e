//! Images built in memory in the forms that docker and other tools write.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::EntryType;

pub(crate) const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Member of a tar: path, type, and content or link target.
pub(crate) type Member<'text> = (&'text str, EntryType, &'text str);

/// Parts of an image by their names.
pub(crate) type Parts = Vec<(String, Vec<u8>)>;

pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns a tar of a directory.
pub(crate) fn tar_of_directory(directory: &Path) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    builder.follow_symlinks(false);
    builder.mode(tar::HeaderMode::Deterministic);
    builder.append_dir_all(".", directory).expect("is read");
    builder.into_inner().expect("memory writes")
}

/// Returns a tar with these members; names are not normalized.
pub(crate) fn tar_of(members: &[Member]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, kind, text) in members {
        let content = if kind.is_file() { text.as_bytes() } else { b"" };
        let target = if kind.is_file() { b"" } else { text.as_bytes() };
        let mut header = tar::Header::new_gnu();
        let fields = header.as_gnu_mut().expect("is GNU's");
        fields.name[..path.len()].copy_from_slice(path.as_bytes());
        fields.linkname[..target.len()].copy_from_slice(target);
        header.set_entry_type(*kind);
        header.set_mode(0o755);
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, content).expect("memory writes");
    }
    builder.into_inner().expect("memory writes")
}

pub(crate) fn tar_of_parts(parts: &Parts) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in parts {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, bytes.as_slice()).expect("memory writes");
    }
    builder.into_inner().expect("memory writes")
}

pub(crate) fn write_parts(parts: &Parts, directory: &Path) {
    for (name, bytes) in parts {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, bytes).expect("a file");
    }
}

pub(crate) fn compressed(ending: &str, bytes: &[u8]) -> Vec<u8> {
    match ending {
        "" => bytes.to_vec(),
        ".gz" => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).expect("memory writes");
            encoder.finish().expect("memory writes")
        }
        ".bz2" => {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(bytes).expect("memory writes");
            encoder.finish().expect("memory writes")
        }
        ".zst" => zstd::encode_all(bytes, 1).expect("memory writes"),
        ".xz" => {
            let mut encoder = xz2::write::XzEncoder::new(Vec::new(), 1);
            encoder.write_all(bytes).expect("memory writes");
            encoder.finish().expect("memory writes")
        }
        _ => unreachable!("an ending of these tests"),
    }
}

/// Returns an image configuration; `run` is its `config` object.
pub(crate) fn config(architecture: &str, layers: &[Vec<u8>], run: &Value) -> Vec<u8> {
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("sha256:{}", hex(layer))).collect();
    let rootfs = json!({"type": "layers", "diff_ids": diff_ids});
    json!({"architecture": architecture, "os": "linux", "config": run, "rootfs": rootfs}).to_string().into()
}

/// Returns the parts of a `docker save` archive of before OCI layouts.
pub(crate) fn docker_parts(layers: &[Vec<u8>], run: &Value) -> Parts {
    let config = config("amd64", layers, run);
    let name = format!("{}.json", hex(&config));
    let names: Vec<String> = (0..layers.len())
        .map(|number| format!("{}/layer.tar", hex(&[u8::try_from(number).expect("few")])))
        .collect();
    let mut parts: Parts = names.iter().cloned().zip(layers.iter().cloned()).collect();
    let manifest = json!([{"Config": name, "RepoTags": ["base:latest"], "Layers": names}]);
    parts.push((name, config));
    parts.push(("manifest.json".to_owned(), manifest.to_string().into()));
    parts
}

/// OCI layout before it is written.
#[derive(Default)]
pub(crate) struct Layout {
    pub(crate) parts: Parts,
}

impl Layout {
    /// Adds a blob and returns its descriptor.
    pub(crate) fn blob(&mut self, media_type: &str, bytes: Vec<u8>) -> Value {
        let digest = hex(&bytes);
        let descriptor =
            json!({"mediaType": media_type, "digest": format!("sha256:{digest}"), "size": bytes.len()});
        self.parts.push((format!("blobs/sha256/{digest}"), bytes));
        descriptor
    }

    /// Adds an image whose layers are compressed by the file ending `compression`, and returns its descriptor.
    pub(crate) fn image(
        &mut self,
        architecture: &str,
        layers: &[Vec<u8>],
        ending: &str,
        run: &Value,
    ) -> Value {
        let config = config(architecture, layers, run);
        let config = self.blob("application/vnd.oci.image.config.v1+json", config);
        let media_type = match ending {
            ".gz" => format!("{OCI_LAYER}+gzip"),
            ".zst" => format!("{OCI_LAYER}+zstd"),
            _ => OCI_LAYER.to_owned(),
        };
        let layers: Vec<Value> =
            layers.iter().map(|layer| self.blob(&media_type, compressed(ending, layer))).collect();
        self.manifest(&config, &layers)
    }

    pub(crate) fn manifest(&mut self, config: &Value, layers: &[Value]) -> Value {
        let manifest =
            json!({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers});
        self.blob(OCI_MANIFEST, manifest.to_string().into())
    }

    /// Adds an image index and returns its descriptor.
    pub(crate) fn index(&mut self, manifests: &[Value]) -> Value {
        let index = json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests});
        self.blob(OCI_INDEX, index.to_string().into())
    }

    /// Returns the whole layout with these manifests in its index.
    pub(crate) fn listing(mut self, manifests: &[Value]) -> Parts {
        let index = json!({"schemaVersion": 2, "manifests": manifests});
        self.parts.push(("index.json".to_owned(), index.to_string().into()));
        self.parts.push(("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
        self.parts
    }
}

/// Returns an OCI layout of one image.
pub(crate) fn oci_parts(layers: &[Vec<u8>], ending: &str, run: &Value) -> Parts {
    let mut layout = Layout::default();
    let manifest = layout.image("amd64", layers, ending, run);
    layout.listing(&[manifest])
}

/// Adds a platform to a descriptor.
pub(crate) fn for_platform(mut descriptor: Value, architecture: &str, variant: Option<&str>) -> Value {
    descriptor["platform"] = json!({"os": "linux", "architecture": architecture, "variant": variant});
    descriptor
}
