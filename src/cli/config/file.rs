//! `sodeb.toml`: the settings of a project, found upward from the current directory. A flag or a `SODEB_*`
//! variable takes precedence over it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::cli::arguments::{CommandLine, DataLevel, DlopenLevel};
use crate::cli::config::audit::AuditConfig;
use crate::cli::failure::Failure;
use crate::debian::catalog::CatalogChoice;
use crate::debian::inclusions::{Inclusion, Runtime};
use crate::vocabulary::Architecture;

const FILE_NAME: &str = "sodeb.toml";

/// What `sodeb.toml` may hold. Paths in it are relative to its own directory.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    pub(crate) base: Option<PathBuf>,
    pub(crate) at: Option<String>,
    pub(crate) ld_library_path: Option<String>,
    pub(crate) jobs: Option<NonZeroU16>,
    pub(crate) release: Option<String>,
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

/// How images are started and what they are called.
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
    /// Reads the first `sodeb.toml` from the current directory upward; where there is none, everything is unset.
    pub(crate) fn find() -> Result<Self, Failure> {
        let Ok(current) = std::env::current_dir() else { return Ok(Self::default()) };
        for directory in current.ancestors() {
            let path = directory.join(FILE_NAME);
            match std::fs::read_to_string(&path) {
                Ok(text) => return Self::parse(&text, &path),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    let error = anyhow::Error::new(error).context(format!("cannot read {}", path.display()));
                    return Err(Failure::question(error));
                }
            }
        }
        Ok(Self::default())
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Failure> {
        let mut config: Self = toml::from_str(text).map_err(|error| {
            // Its message shows the line, and ends with a line feed.
            let cause = error.to_string();
            Failure::question(anyhow::anyhow!("cannot read {}: {}", path.display(), cause.trim_end()))
        })?;
        config.directory = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(config)
    }

    /// The catalog that the file names.
    pub(crate) fn catalog(&self) -> Result<Option<CatalogChoice>, Failure> {
        self.word(self.catalog.as_deref(), "catalog")
    }

    /// The architecture that the file names.
    pub(crate) fn arch(&self) -> Result<Option<Architecture>, Failure> {
        self.word(self.arch.as_deref(), "arch")
    }

    /// The architecture that was asked for, else the one that the file names.
    pub(crate) fn arch_unless(&self, asked: Option<Architecture>) -> Result<Option<Architecture>, Failure> {
        asked.map_or_else(|| self.arch(), |asked| Ok(Some(asked)))
    }

    /// Which of the libraries count that objects open by themselves, as the file names it.
    pub(crate) fn dlopen(&self) -> Result<Option<DlopenLevel>, Failure> {
        self.word(self.dlopen.as_deref(), "dlopen")
    }

    /// The files of packages that the file includes.
    pub(crate) fn include(&self) -> Result<Vec<Inclusion>, Failure> {
        self.words(&self.include, "include")
    }

    /// The interpreters that the file names.
    pub(crate) fn with(&self) -> Result<Vec<&'static Runtime>, Failure> {
        self.words(&self.with, "with")
    }

    /// Which of the known data of libraries is taken, as the file names it.
    pub(crate) fn data(&self) -> Result<Option<DataLevel>, Failure> {
        self.word(self.data.as_deref(), "data")
    }

    fn words<Value: FromStr<Err: Display>>(
        &self,
        words: &[String],
        key: &str,
    ) -> Result<Vec<Value>, Failure> {
        let each = words.iter().map(|word| self.word(Some(word), key));
        Ok(each.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    fn word<Value: FromStr<Err: Display>>(
        &self,
        word: Option<&str>,
        key: &str,
    ) -> Result<Option<Value>, Failure> {
        word.map(str::parse).transpose().map_err(|error: Value::Err| {
            let file = self.file();
            Failure::question(anyhow::anyhow!("cannot use {key} in {}: {error}", file.display()))
        })
    }

    /// The file itself.
    pub(crate) fn file(&self) -> PathBuf {
        self.directory.join(FILE_NAME)
    }

    /// A path that the file gives, seen from the file's directory.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }
}
