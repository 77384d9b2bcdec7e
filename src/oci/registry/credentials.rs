//! Log-in to a registry, from docker's `config.json` or the containers' `auth.json` (containers-auth.json(5)): stored
//! in the file, or by the credential helper that the file names. `DOCKER_AUTH_CONFIG` has such a file as a text, and netrc(5) is
//! searched last.

use std::fs;
use std::path::Path;

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use oci_client::secrets::RegistryAuth;
use serde_json::Value;

use super::reference::ImageReference;
use super::settings::LoginSources;
use crate::support::netrc::{login_for_host, parse_netrc};

/// Names of Docker Hub in configurations; docker itself writes the first.
const DOCKER_HUB: [&str; 3] = ["https://index.docker.io/v1/", "index.docker.io", "docker.io"];

/// A log-in, or its absence.
pub(super) struct Login {
    pub(super) auth: RegistryAuth,
    /// Reason why a configured log-in is not used.
    pub(super) problem: Option<String>,
}

/// Finds the log-in for the image's registry: that of the first source that has one.
pub(super) fn login(image: &ImageReference, sources: &LoginSources) -> Login {
    let mut problem = None;
    let of_text = sources.docker_auth_config.as_ref();
    let of_text = of_text.map(|text| ("DOCKER_AUTH_CONFIG".to_owned(), text.clone().into_bytes()));
    let of_files = sources.files.iter();
    let of_files = of_files.filter_map(|file| Some((file.display().to_string(), fs::read(file).ok()?)));
    for (source, bytes) in of_text.into_iter().chain(of_files) {
        match credential(image, &bytes) {
            Ok(Some(DockerCredential::UsernamePassword(user, password))) => {
                return Login { auth: RegistryAuth::Basic(user, password), problem: None };
            }
            // It has to be exchanged for another token, by a service that not every registry has.
            Ok(Some(DockerCredential::IdentityToken(_))) => {
                problem = Some(format!("the log-in in {source} is an identity token"));
            }
            Ok(None) => {}
            Err(cause) => problem = Some(format!("cannot use the log-in in {source}: {cause}")),
        }
    }
    let auth = of_netrc(image, sources.netrc.as_deref()).unwrap_or(RegistryAuth::Anonymous);
    Login { auth, problem }
}

/// Log-in for the host of the registry in a file in the form of netrc(5).
fn of_netrc(image: &ImageReference, file: Option<&Path>) -> Option<RegistryAuth> {
    let entries = parse_netrc(&fs::read_to_string(file?).ok()?);
    let (host, port) = match image.host().rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (image.host(), None),
    };
    let login = login_for_host(&entries, host, port)?;
    Some(RegistryAuth::Basic(login.user.clone(), login.password.clone()))
}

fn credential(image: &ImageReference, bytes: &[u8]) -> Result<Option<DockerCredential>, String> {
    let config: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let keys = keys(image);
    let listed = |key: &&String| {
        ["auths", "credHelpers"].iter().any(|section| config[section].get(key.as_str()).is_some())
    };
    // A credential store knows the registry by docker's name for it.
    let Some(key) = keys.iter().find(listed).or(keys.last()) else { return Ok(None) };
    match get_credential_from_reader(bytes, key) {
        Ok(credential) => Ok(Some(credential)),
        Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(None),
        // Helpers report a missing log-in so (docker-credential-helpers, "credentials not found").
        Err(CredentialRetrievalError::HelperFailure { stdout, .. }) if stdout.contains("not found") => {
            Ok(None)
        }
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => Err(format!("{helper} failed")),
        Err(error) => Err(error.to_string()),
    }
}

/// Keys of log-ins that apply to the image, the most specific first; the last is docker's name of the registry.
fn keys(image: &ImageReference) -> Vec<String> {
    let registry = image.as_client().registry();
    let mut whole = format!("{registry}/{}", image.repository());
    let mut keys = Vec::new();
    while whole.len() > registry.len() {
        keys.push(whole.clone());
        whole.truncate(whole.rfind('/').unwrap_or_default());
    }
    if DOCKER_HUB.contains(&registry) {
        keys.extend(DOCKER_HUB.iter().rev().map(|name| (*name).to_owned()));
    } else {
        keys.push(format!("https://{registry}"));
        keys.push(registry.to_owned());
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Describes the log-in for an image in a file with this text.
    fn found(image: &str, text: &str) -> String {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("config.json");
        fs::write(&file, text).expect("a file");
        let image = ImageReference::parse(image).expect("is a reference");
        let Login { auth, problem } = login(
            &image,
            &LoginSources { files: vec![directory.path().join("absent"), file], ..LoginSources::default() },
        );
        let problem = problem.map(|problem| problem.replace(&directory.path().display().to_string(), "DIR"));
        match auth {
            RegistryAuth::Basic(user, password) => format!("{user} {password}"),
            _ => problem.unwrap_or_else(|| "nobody".to_owned()),
        }
    }

    /// "user:secret" and "team:secret" in base 64.
    const USER: &str = r#"{"auth": "dXNlcjpzZWNyZXQ="}"#;
    const TEAM: &str = r#"{"auth": "dGVhbTpzZWNyZXQ="}"#;

    #[test]
    fn docker_hub_is_found_by_each_of_its_names() {
        for key in DOCKER_HUB {
            let text = format!(r#"{{"auths": {{"{key}": {USER}}}}}"#);
            assert_eq!(found("docker://debian", &text), "user secret", "{key}");
            assert_eq!(found("quay.io/debian", &text), "nobody", "{key}");
        }
    }

    #[test]
    fn the_most_specific_name_wins() {
        let text = format!(r#"{{"auths": {{"quay.io": {USER}, "quay.io/team": {TEAM}}}}}"#);
        assert_eq!(found("quay.io/team/app", &text), "team secret");
        assert_eq!(found("quay.io/teams/app", &text), "user secret");
        let text = format!(r#"{{"auths": {{"https://quay.io": {USER}}}}}"#);
        assert_eq!(found("quay.io/team/app", &text), "user secret");
    }

    #[test]
    fn unusable_log_ins_are_reported() {
        let token = r#"{"auths": {"quay.io": {"identitytoken": "x"}}}"#;
        assert_eq!(found("quay.io/x", token), "the log-in in DIR/config.json is an identity token");
        let broken = found("quay.io/x", "{");
        assert!(broken.starts_with("cannot use the log-in in DIR/config.json: EOF"), "{broken}");
        let odd = found("quay.io/x", r#"{"auths": {"quay.io": {"auth": "%"}}}"#);
        assert_eq!(odd, "cannot use the log-in in DIR/config.json: Unable to decode credential");
        assert_eq!(found("quay.io/x", r#"{"auths": {"quay.io": {}}}"#), "nobody");
        assert_eq!(
            found("quay.io/x", "[]"),
            "cannot use the log-in in DIR/config.json: Unable to read config"
        );
    }
}
