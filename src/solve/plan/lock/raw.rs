//! The fields of a lock as TOML has them, before anything in them is checked.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A text with its position.
pub(super) type Text = Spanned<String>;

#[derive(Deserialize)]
pub(super) struct Head {
    pub(super) version: Spanned<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPlan {
    #[serde(rename = "version")]
    pub(super) _version: i64,
    pub(super) target: RawTarget,
    pub(super) index: RawIndex,
    #[serde(default)]
    pub(super) options: BTreeMap<Text, Vec<Text>>,
    pub(super) base: Option<RawBase>,
    #[serde(default)]
    pub(super) app: Vec<RawApp>,
    #[serde(default)]
    pub(super) library: Vec<RawLibrary>,
    #[serde(default)]
    pub(super) package: Vec<RawPackage>,
    #[serde(default)]
    pub(super) included: Vec<RawInclusion>,
    #[serde(default)]
    pub(super) problem: Vec<RawProblem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTarget {
    pub(super) distribution: Text,
    pub(super) release: Text,
    pub(super) architecture: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIndex {
    pub(super) kind: Text,
    pub(super) origin: Option<String>,
    pub(super) label: Option<String>,
    pub(super) mirror: Option<String>,
    #[serde(default)]
    pub(super) keys: Vec<String>,
    pub(super) date: Option<Text>,
    pub(super) verified: bool,
    pub(super) snapshot: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBase {
    pub(super) name: Text,
    pub(super) release: Option<Text>,
    pub(super) digest: Text,
    pub(super) objects: Vec<RawBaseObject>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBaseObject {
    pub(super) path: Text,
    pub(super) sha256: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawApp {
    pub(super) path: Option<Text>,
    pub(super) at: Text,
    pub(super) kind: Text,
    pub(super) objects: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawLibrary {
    pub(super) soname: Text,
    pub(super) need: Text,
    pub(super) package: Text,
    pub(super) path: Text,
    pub(super) direct: bool,
    pub(super) needed_by: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawPackage {
    pub(super) name: Text,
    pub(super) version: Text,
    pub(super) architecture: Text,
    pub(super) suite: Text,
    pub(super) section: Text,
    pub(super) source: Text,
    pub(super) filename: Text,
    pub(super) size: u64,
    pub(super) installed_size_kib: u64,
    pub(super) sha256: Text,
    pub(super) urls: Vec<Text>,
    pub(super) direct: bool,
    pub(super) reason: Text,
    pub(super) instead_of: Vec<Text>,
    pub(super) needs: Vec<Text>,
    pub(super) provides_sonames: Vec<Text>,
    pub(super) files: Vec<RawFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) path: Text,
    pub(super) sha256: Option<Text>,
    pub(super) size: Option<u64>,
    pub(super) mode: Option<Text>,
    pub(super) link: Option<Text>,
    pub(super) origin: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawInclusion {
    pub(super) package: Text,
    pub(super) files: Option<Vec<Text>>,
    pub(super) all_except: Option<Vec<Text>>,
    pub(super) reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProblem {
    pub(super) kind: Text,
    pub(super) object: Text,
    pub(super) detail: String,
    pub(super) grade: Text,
    pub(super) fix: Vec<String>,
}
