//! The configuration of an image (OCI Image Format, "Image Configuration"): the base's with what is changed of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{ImageError, ImageLayer, ImageTag, LayerOrigin};
use crate::tree::inventory::ImagePlatform;

/// What an image is called and how it is started; what is not set stays as the base has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageSettings {
    /// What is run. The base's arguments are meant for the base's own, and are gone with it.
    pub entrypoint: Option<Vec<String>>,
    /// Its arguments.
    pub cmd: Option<Vec<String>>,
    /// Variables of the environment, in their order; of two with one name the last counts.
    pub environment: Vec<(String, String)>,
    /// The directory that it starts in.
    pub workdir: Option<String>,
    /// Who runs it.
    pub user: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
    /// What it is called.
    pub tags: Vec<ImageTag>,
}

/// The configuration of an image with these layers.
pub(super) fn compose(
    base: Option<&[u8]>,
    settings: &ImageSettings,
    platform: &ImagePlatform,
    created: &str,
    layers: &[ImageLayer],
) -> Result<Value, ImageError> {
    let broken = |cause: &str| ImageError::BaseConfig { cause: cause.to_owned() };
    let mut config = match base {
        None => fresh(platform),
        Some(text) => match serde_json::from_slice(text) {
            Ok(Value::Object(config)) => config,
            Ok(_) => return Err(broken("it is no object")),
            Err(error) => return Err(broken(&error.to_string())),
        },
    };
    config.insert("created".to_owned(), created.into());
    let run = object(&mut config, "config").ok_or_else(|| broken("\"config\" is no object"))?;
    change_run(run, settings).ok_or_else(|| broken("\"Env\" or \"Labels\" has another form"))?;
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("sha256:{}", layer.diff_id)).collect();
    config.insert("rootfs".to_owned(), json!({"type": "layers", "diff_ids": diff_ids}));
    let history = list(&mut config, "history").ok_or_else(|| broken("\"history\" is no list"))?;
    go_on_with(history, layers, created);
    Ok(Value::Object(config))
}

fn fresh(platform: &ImagePlatform) -> Map<String, Value> {
    let ImagePlatform { os, architecture, variant } = platform;
    let mut config = Map::new();
    config.insert("created".to_owned(), Value::Null);
    config.insert("architecture".to_owned(), architecture.as_str().into());
    if let Some(variant) = variant {
        config.insert("variant".to_owned(), variant.as_str().into());
    }
    config.insert("os".to_owned(), os.as_str().into());
    config
}

/// The object of that name, made where there is none.
fn object<'value>(
    parent: &'value mut Map<String, Value>,
    name: &str,
) -> Option<&'value mut Map<String, Value>> {
    let value = parent.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = json!({});
    }
    value.as_object_mut()
}

/// The list of that name, made where there is none.
fn list<'value>(parent: &'value mut Map<String, Value>, name: &str) -> Option<&'value mut Vec<Value>> {
    let value = parent.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = json!([]);
    }
    value.as_array_mut()
}

/// Changes how the image is started.
fn change_run(run: &mut Map<String, Value>, settings: &ImageSettings) -> Option<()> {
    if let Some(entrypoint) = &settings.entrypoint {
        run.insert("Entrypoint".to_owned(), json!(entrypoint));
        run.remove("Cmd");
    }
    if let Some(cmd) = &settings.cmd {
        run.insert("Cmd".to_owned(), json!(cmd));
    }
    if let Some(workdir) = &settings.workdir {
        run.insert("WorkingDir".to_owned(), workdir.as_str().into());
    }
    if let Some(user) = &settings.user {
        run.insert("User".to_owned(), user.as_str().into());
    }
    if !settings.environment.is_empty() {
        set_variables(list(run, "Env")?, &settings.environment);
    }
    if !settings.labels.is_empty() {
        let labels = object(run, "Labels")?;
        labels.extend(settings.labels.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
    }
    Some(())
}

/// Sets variables, each in the place of the base's of its name.
fn set_variables(environment: &mut Vec<Value>, variables: &[(String, String)]) {
    for (name, value) in variables {
        let new = Value::from(format!("{name}={value}"));
        let is_of_name = |variable: &Value| {
            variable
                .as_str()
                .and_then(|variable| variable.split_once('='))
                .is_some_and(|(its, _)| its == name)
        };
        let first = environment.iter().position(is_of_name).unwrap_or(environment.len());
        environment.retain(|variable| !is_of_name(variable));
        environment.insert(first, new);
    }
}

/// Adds what was done to the base. Engines count: there must be one entry for each layer, and a base may have none.
fn go_on_with(history: &mut Vec<Value>, layers: &[ImageLayer], created: &str) {
    let makes_layer = |entry: &&Value| entry.get("empty_layer").and_then(Value::as_bool) != Some(true);
    let told = history.iter().filter(makes_layer).count();
    let of_base = layers.iter().filter(|layer| layer.origin == LayerOrigin::Base).count();
    for layer in layers.iter().skip(told.min(of_base)) {
        let words = match &layer.origin {
            LayerOrigin::Base => "sodeb: a layer of the base".to_owned(),
            LayerOrigin::Libraries => "sodeb: shared libraries out of packages".to_owned(),
            LayerOrigin::Tree(at) => format!("sodeb: {at}"),
        };
        history.push(json!({"created": created, "created_by": words}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{RootedPath, Sha256Digest};

    fn layer(origin: LayerOrigin) -> ImageLayer {
        let digest = Sha256Digest([0; 32]);
        ImageLayer { origin, media_type: String::new(), digest, size_bytes: 0, diff_id: digest }
    }

    fn composed(base: Option<&Value>, settings: &ImageSettings) -> Result<Value, ImageError> {
        let layers = [LayerOrigin::Base, LayerOrigin::Tree(RootedPath::new("/app"))].map(layer);
        let platform = "linux/arm/v7".parse().expect("is a platform");
        let base = base.map(|base| base.to_string().into_bytes());
        compose(base.as_deref(), settings, &platform, "1970-01-01T00:00:00Z", &layers)
    }

    #[test]
    fn what_is_not_set_stays_as_the_base_has_it_whatever_it_is() {
        let base = json!({
            "unknown": {"deep": [1, null, 1.5]},
            "os": "linux",
            "architecture": "amd64",
            "config": {"Cmd": ["x"], "Healthcheck": {"Test": ["NONE"]}, "Env": ["A=1", "odd", "B=2"]},
            "rootfs": {"type": "layers", "diff_ids": []},
            "history": [{"empty_layer": true}, {"created_by": "base"}],
        });
        let config = composed(Some(&base), &ImageSettings::default()).expect("is composed");
        for kept in ["unknown", "os", "architecture", "config"] {
            assert_eq!(config[kept], base[kept]);
        }
        assert_eq!(config["history"].as_array().map(Vec::len), Some(3));
        assert_eq!(config["history"][2]["created_by"], "sodeb: /app");
        assert_eq!(config["rootfs"]["diff_ids"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn settings_win_and_an_entrypoint_takes_the_bases_arguments_away() {
        let base = json!({"config": {
            "Entrypoint": ["old"], "Cmd": ["old"], "Env": ["A=1", "PATH=/bin", "A=2"], "Labels": {"a": "1"},
        }});
        let word = |word: &str| word.to_owned();
        let settings = ImageSettings {
            entrypoint: Some(vec![word("new")]),
            environment: vec![(word("A"), word("x=y")), (word("Z"), word(""))],
            workdir: Some(word("/app")),
            user: Some(word("65532")),
            labels: [(word("b"), word("2"))].into(),
            ..ImageSettings::default()
        };
        let config = composed(Some(&base), &settings).expect("is composed");
        assert_eq!(
            config["config"],
            json!({
                "Entrypoint": ["new"], "Env": ["A=x=y", "PATH=/bin", "Z="], "Labels": {"a": "1", "b": "2"},
                "WorkingDir": "/app", "User": "65532",
            })
        );
    }

    #[test]
    fn without_a_base_the_platform_is_said_and_each_layer_has_its_history() {
        let config = composed(None, &ImageSettings::default()).expect("is composed");
        assert_eq!((&config["architecture"], &config["variant"]), (&json!("arm"), &json!("v7")));
        assert_eq!(config["history"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn a_base_of_another_form_is_an_error() {
        let settings =
            ImageSettings { environment: vec![("A".into(), "1".into())], ..ImageSettings::default() };
        for base in [json!([]), json!({"config": 1}), json!({"history": {}}), json!({"config": {"Env": {}}})]
        {
            assert!(composed(Some(&base), &settings).is_err(), "{base}");
        }
    }
}
