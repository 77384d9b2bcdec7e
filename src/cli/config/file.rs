//! `sodeb.toml`: settings of a project, found in the current directory or above it. Flags and `SODEB_*` variables take
//! precedence.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::cli::arguments::{CommandLine, DataLevel, DlopenLevel, parse_architecture};
use crate::cli::config::audit::AuditConfig;
use crate::cli::failure::Failure;
use crate::debian::catalog::CatalogChoice;
use crate::debian::distributions::release_named;
use crate::debian::inclusions::{Inclusion, Runtime};
use crate::vocabulary::{Architecture, Release};

/// Name of the file.
const FILE_NAME: &str = "sodeb.toml";

/// Contents of `sodeb.toml`. Paths are relative to its directory.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    pub(crate) base: Option<PathBuf>,
    pub(crate) at: Option<String>,
    pub(crate) ld_library_path: Option<String>,
    pub(crate) jobs: Option<NonZeroU16>,
    release: Option<String>,
    arch: Option<String>,
    catalog: Option<String>,
    pub(crate) offline: Option<bool>,
    #[serde(default)]
    pub(crate) insecure_registry: Vec<String>,
    #[serde(default)]
    pub(crate) mirror: Vec<String>,
    pub(crate) snapshot: Option<String>,
    #[serde(default)]
    pub(crate) keyring: Vec<PathBuf>,
    #[serde(default)]
    pub(crate) component: Vec<String>,
    pub(crate) cache_dir: Option<PathBuf>,
    #[serde(default)]
    pub(crate) prefer: Vec<String>,
    #[serde(default)]
    pub(crate) avoid: Vec<String>,
    dlopen: Option<String>,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    data: Option<String>,
    #[serde(default)]
    pub(crate) image: ImageConfig,
    #[serde(default)]
    pub(crate) audit: AuditConfig,
    #[serde(skip)]
    directory: PathBuf,
}

/// Contents of `[image]`: configuration and names of images.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ImageConfig {
    pub(crate) entrypoint: Option<CommandLine>,
    pub(crate) cmd: Option<CommandLine>,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) user: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) tag: Vec<String>,
}

impl Config {
    /// Reads the first `sodeb.toml` from the current directory upward. Without one everything is unset.
    pub(crate) fn find() -> Result<Self, Failure> {
        let Ok(current) = std::env::current_dir() else { return Ok(Self::default()) };
        for directory in current.ancestors() {
            let path = directory.join(FILE_NAME);
            match std::fs::read_to_string(&path) {
                Ok(text) => return Self::parse(&text, &path),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    let error = anyhow::Error::new(error).context(format!("cannot read {}", path.display()));
                    return Err(Failure::input(error));
                }
            }
        }
        Ok(Self::default())
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Failure> {
        let mut config: Self = toml::from_str(text).map_err(|error| {
            // The message shows the line and ends with a line feed.
            let cause = error.to_string();
            Failure::input(anyhow::anyhow!("cannot read {}: {}", path.display(), cause.trim_end()))
        })?;
        config.directory = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(config)
    }

    /// Parses `catalog`.
    pub(crate) fn catalog(&self) -> Result<Option<CatalogChoice>, Failure> {
        self.parse_value(self.catalog.as_deref(), "catalog")
    }

    /// Parses `arch`.
    pub(crate) fn arch(&self) -> Result<Option<Architecture>, Failure> {
        self.parse_with(self.arch.as_deref(), "arch", parse_architecture)
    }

    /// Parses `release`.
    pub(crate) fn release(&self) -> Result<Option<Release>, Failure> {
        self.parse_with(self.release.as_deref(), "release", release_named)
    }

    /// True if `arch` is set.
    pub(crate) fn has_arch(&self) -> bool {
        self.arch.is_some()
    }

    /// True if `catalog` is set.
    pub(crate) fn has_catalog(&self) -> bool {
        self.catalog.is_some()
    }

    /// True if `data` is set.
    pub(crate) fn has_data(&self) -> bool {
        self.data.is_some()
    }

    /// True if `dlopen` is set.
    pub(crate) fn has_dlopen(&self) -> bool {
        self.dlopen.is_some()
    }

    /// True if `release` is set.
    pub(crate) fn has_release(&self) -> bool {
        self.release.is_some()
    }

    /// True if `with` is set.
    pub(crate) fn has_with(&self) -> bool {
        !self.with.is_empty()
    }

    /// Returns the given architecture, else `arch`.
    pub(crate) fn arch_unless(&self, given: Option<Architecture>) -> Result<Option<Architecture>, Failure> {
        given.map_or_else(|| self.arch(), |given| Ok(Some(given)))
    }

    /// Parses `dlopen`.
    pub(crate) fn dlopen(&self) -> Result<Option<DlopenLevel>, Failure> {
        self.parse_value(self.dlopen.as_deref(), "dlopen")
    }

    /// Parses `include`.
    pub(crate) fn include(&self) -> Result<Vec<Inclusion>, Failure> {
        self.parse_all(&self.include, "include")
    }

    /// Parses `with`.
    pub(crate) fn with(&self) -> Result<Vec<&'static Runtime>, Failure> {
        self.parse_all(&self.with, "with")
    }

    /// Parses `data`.
    pub(crate) fn data(&self) -> Result<Option<DataLevel>, Failure> {
        self.parse_value(self.data.as_deref(), "data")
    }

    /// Parses the values of a key.
    fn parse_all<Value: FromStr<Err: Display>>(
        &self,
        values: &[String],
        key: &str,
    ) -> Result<Vec<Value>, Failure> {
        let each = values.iter().map(|value| self.parse_value(Some(value), key));
        Ok(each.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Parses the value of a key.
    fn parse_value<Value: FromStr<Err: Display>>(
        &self,
        value: Option<&str>,
        key: &str,
    ) -> Result<Option<Value>, Failure> {
        self.parse_with(value, key, str::parse)
    }

    /// Parses the value of a key by a function.
    fn parse_with<Value, Cause: Display>(
        &self,
        value: Option<&str>,
        key: &str,
        parse: impl Fn(&str) -> Result<Value, Cause>,
    ) -> Result<Option<Value>, Failure> {
        value.map(parse).transpose().map_err(|error| {
            let file = self.file();
            Failure::input(anyhow::anyhow!("cannot use {key} in {}: {error}", file.display()))
        })
    }

    /// Returns the path of the file.
    pub(crate) fn file(&self) -> PathBuf {
        self.directory.join(FILE_NAME)
    }

    /// Resolves a path in the file.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }
}
