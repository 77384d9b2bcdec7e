//! The user's log-in to a registry, out of docker's `config.json` or the containers' `auth.json`
//! (containers-auth.json(5)): written there, or by the credential helper that is named there.

use std::fs;
use std::path::{Path, PathBuf};

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};
use oci_client::secrets::RegistryAuth;
use serde_json::Value;

use super::ImageReference;

/// How docker calls Docker Hub in its configuration.
const DOCKER_HUB: [&str; 3] = ["https://index.docker.io/v1/", "index.docker.io", "docker.io"];

/// A log-in.
pub(super) struct Login {
    pub(super) auth: RegistryAuth,
    /// Why one that is configured is not used.
    pub(super) fault: Option<String>,
}

/// The log-in that the first of the files has for the image's registry; else none.
pub(super) fn login(image: &ImageReference, files: &[PathBuf]) -> Login {
    let mut fault = None;
    for file in files {
        match credential(image, file) {
            Ok(Some(DockerCredential::UsernamePassword(user, password))) => {
                return Login { auth: RegistryAuth::Basic(user, password), fault: None };
            }
            // It would have to be changed for another token by a service that not every registry has.
            Ok(Some(DockerCredential::IdentityToken(_))) => {
                fault = Some(format!("the log-in in {} is an identity token", file.display()));
            }
            Ok(None) => {}
            Err(cause) => fault = Some(format!("the log-in in {} can't be used: {cause}", file.display())),
        }
    }
    Login { auth: RegistryAuth::Anonymous, fault }
}

fn credential(image: &ImageReference, file: &Path) -> Result<Option<DockerCredential>, String> {
    let Ok(bytes) = fs::read(file) else { return Ok(None) };
    let config: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
    let keys = keys(image);
    let listed = |key: &&String| {
        ["auths", "credHelpers"].iter().any(|section| config[section].get(key.as_str()).is_some())
    };
    // A store of log-ins is asked for the registry as docker calls it.
    let Some(key) = keys.iter().find(listed).or(keys.last()) else { return Ok(None) };
    match get_credential_from_reader(bytes.as_slice(), key) {
        Ok(credential) => Ok(Some(credential)),
        Err(CredentialRetrievalError::NoCredentialConfigured) => Ok(None),
        // So say the helpers where there is none (docker-credential-helpers, "credentials not found").
        Err(CredentialRetrievalError::HelperFailure { stdout, .. }) if stdout.contains("not found") => {
            Ok(None)
        }
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => Err(format!("{helper} failed")),
        Err(error) => Err(error.to_string()),
    }
}

/// What a log-in for the image may be listed under, the narrowest first; the last is how docker calls the registry.
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

    /// The log-in for an image by a file with this text, in words.
    fn found(image: &str, text: &str) -> String {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("config.json");
        fs::write(&file, text).expect("a file");
        let image = ImageReference::parse(image).expect("is a reference");
        let Login { auth, fault } = login(&image, &[directory.path().join("absent"), file]);
        let fault = fault.map(|fault| fault.replace(&directory.path().display().to_string(), "DIR"));
        match auth {
            RegistryAuth::Basic(user, password) => format!("{user} {password}"),
            _ => fault.unwrap_or_else(|| "nobody".to_owned()),
        }
    }

    /// "user:secret" and "team:secret" in base 64.
    const USER: &str = r#"{"auth": "dXNlcjpzZWNyZXQ="}"#;
    const TEAM: &str = r#"{"auth": "dGVhbTpzZWNyZXQ="}"#;

    #[test]
    fn docker_hub_by_each_of_its_names() {
        for key in DOCKER_HUB {
            let text = format!(r#"{{"auths": {{"{key}": {USER}}}}}"#);
            assert_eq!(found("docker://debian", &text), "user secret", "{key}");
            assert_eq!(found("quay.io/debian", &text), "nobody", "{key}");
        }
    }

    #[test]
    fn the_narrowest_name_counts() {
        let text = format!(r#"{{"auths": {{"quay.io": {USER}, "quay.io/team": {TEAM}}}}}"#);
        assert_eq!(found("quay.io/team/app", &text), "team secret");
        assert_eq!(found("quay.io/teams/app", &text), "user secret");
        let text = format!(r#"{{"auths": {{"https://quay.io": {USER}}}}}"#);
        assert_eq!(found("quay.io/team/app", &text), "user secret");
    }

    #[test]
    fn what_can_not_be_used_says_why() {
        let token = r#"{"auths": {"quay.io": {"identitytoken": "x"}}}"#;
        assert_eq!(found("quay.io/x", token), "the log-in in DIR/config.json is an identity token");
        let broken = found("quay.io/x", "{");
        assert!(broken.starts_with("the log-in in DIR/config.json can't be used: EOF"), "{broken}");
        let odd = found("quay.io/x", r#"{"auths": {"quay.io": {"auth": "%"}}}"#);
        assert_eq!(odd, "the log-in in DIR/config.json can't be used: Unable to decode credential");
        assert_eq!(found("quay.io/x", r#"{"auths": {"quay.io": {}}}"#), "nobody");
        assert_eq!(
            found("quay.io/x", "[]"),
            "the log-in in DIR/config.json can't be used: Unable to read config"
        );
    }
}
