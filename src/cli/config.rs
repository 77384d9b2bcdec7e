//! `sodeb.toml`: the settings of a project, found upward from the current folder. A flag or a `SODEB_*`
//! variable takes precedence over it.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Failure;

/// What `sodeb.toml` may hold. Paths in it are relative to its own folder.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Config {
    pub(super) base: Option<PathBuf>,
    pub(super) at: Option<String>,
    pub(super) ld_library_path: Option<String>,
    pub(super) jobs: Option<u16>,
    pub(super) release: Option<String>,
    pub(super) arch: Option<String>,
    pub(super) catalog: Option<String>,
    pub(super) offline: Option<bool>,
    #[serde(default)]
    pub(super) mirror: Vec<String>,
    pub(super) snapshot: Option<String>,
    #[serde(default)]
    pub(super) keyring: Vec<PathBuf>,
    #[serde(default)]
    pub(super) component: Vec<String>,
    pub(super) cache_dir: Option<PathBuf>,
    #[serde(skip)]
    folder: PathBuf,
}

impl Config {
    /// Reads the first `sodeb.toml` from the current folder upward; where there is none, everything is unset.
    pub(super) fn find() -> Result<Self, Failure> {
        let Ok(current) = std::env::current_dir() else { return Ok(Self::default()) };
        for folder in current.ancestors() {
            let path = folder.join("sodeb.toml");
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
        let mut config: Self = toml::from_str(text)
            .with_context(|| format!("cannot read {}", path.display()))
            .map_err(Failure::question)?;
        config.folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(config)
    }

    /// A path that the file gives, seen from the file's folder.
    pub(super) fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}
