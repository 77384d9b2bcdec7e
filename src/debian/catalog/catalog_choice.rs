//! Kind of catalog, as users name it.

use std::path::PathBuf;
use std::str::FromStr;

/// Kind of catalog that packages are looked up in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogChoice {
    /// The one that is compiled in.
    Embedded,
    /// The archive's, from the cache if it was fetched before.
    Archive,
    /// The dpkg database of a root file system on the host.
    Installed(PathBuf),
}

impl FromStr for CatalogChoice {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word.split_once(':') {
            None if word == "embedded" => Ok(Self::Embedded),
            None if word == "archive" => Ok(Self::Archive),
            None if word == "installed" => Ok(Self::Installed(PathBuf::from("/"))),
            Some(("installed", root)) if !root.is_empty() => Ok(Self::Installed(PathBuf::from(root))),
            _ => Err("expected embedded, archive or installed[:DIR]".to_owned()),
        }
    }
}
