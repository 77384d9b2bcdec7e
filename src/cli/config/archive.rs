//! Access to the archive and to registries.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;

use crate::cli::arguments::{ArchiveArguments, ImageAccessArguments, ScopeArguments};
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::archive::{ArchiveSettings, CredentialFiles, Mirrors};
use crate::oci::registry::{LoginSources, RegistrySettings};

/// Directory of the sources of the host's apt.
const APT_DIRECTORY: &str = "/etc/apt";

/// Returns the access to the archive.
pub(crate) fn archive_settings(
    arguments: &ArchiveArguments,
    session: &Session,
) -> Result<ArchiveSettings, Failure> {
    Ok(ArchiveSettings {
        offline: arguments.offline || session.config.offline.unwrap_or_default(),
        allow_unverified_contents: arguments.allow_unverified_contents,
        ..cached_archive(&arguments.scope, session)?
    })
}

/// Returns the access to an archive whose indices are in the cache.
pub(crate) fn cached_archive(
    arguments: &ScopeArguments,
    session: &Session,
) -> Result<ArchiveSettings, Failure> {
    let either = |given: &[String], configured: &[String]| {
        if given.is_empty() { configured.to_vec() } else { given.to_vec() }
    };
    let mirrors = either(&arguments.mirror, &session.config.mirror);
    let configured_keyrings = session.config.keyring.iter().map(|keyring| session.config.path(keyring));
    Ok(ArchiveSettings {
        mirrors: if mirrors.is_empty() {
            Mirrors::Host(PathBuf::from(APT_DIRECTORY))
        } else {
            Mirrors::Given(mirrors)
        },
        snapshot: arguments.snapshot.clone().or_else(|| session.config.snapshot.clone()),
        keyrings: arguments.keyring.iter().cloned().chain(configured_keyrings).collect(),
        credentials: CredentialFiles { apt_directory: Some(PathBuf::from(APT_DIRECTORY)), netrc: netrc() },
        cache_dir: session.cache_dir()?,
        offline: true,
        components: either(&arguments.component, &session.config.component),
        backports: arguments.backports,
        allow_unverified_contents: false,
        now: session.now,
    })
}

/// Returns the file of netrc(5): that of the variable `NETRC`, else `~/.netrc`.
fn netrc() -> Option<PathBuf> {
    let value = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    value("NETRC").or_else(|| Some(value("HOME")?.join(".netrc")))
}

/// Returns the access to registries and to Docker's engine. `offline` is the value of the flag.
pub(crate) fn registry_settings(
    arguments: &ImageAccessArguments,
    offline: bool,
    session: &Session,
) -> Result<RegistrySettings, Failure> {
    let given = &arguments.insecure_registry;
    Ok(RegistrySettings {
        cache_dir: session.cache_dir()?,
        offline: offline || session.config.offline.unwrap_or_default(),
        insecure: if given.is_empty() { session.config.insecure_registry.clone() } else { given.clone() },
        logins: LoginSources {
            docker_auth_config: env::var("DOCKER_AUTH_CONFIG").ok().filter(|text| !text.is_empty()),
            files: credential_files(),
            netrc: netrc(),
        },
        docker_host: env::var_os("DOCKER_HOST").map(|host| host.to_string_lossy().into_owned()),
        now: session.now,
    })
}

/// Returns the files with log-ins of Docker and of the container tools (containers-auth.json(5)).
fn credential_files() -> Vec<PathBuf> {
    let directory =
        |variable: &str| env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = directory("HOME");
    let in_home = |path: &str| home.as_ref().map(|home| home.join(path));
    let docker = directory("DOCKER_CONFIG").or_else(|| in_home(".docker"));
    let containers = OsStr::new("containers/auth.json");
    let files = [
        docker.map(|docker| docker.join("config.json")),
        directory("REGISTRY_AUTH_FILE"),
        directory("XDG_RUNTIME_DIR").map(|directory| directory.join(containers)),
        in_home(".config").map(|directory| directory.join(containers)),
    ];
    files.into_iter().flatten().collect()
}
