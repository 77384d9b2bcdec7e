//! Configuration of an image (OCI Image Format, "Image Configuration"): that of the base, with changes.

use serde_json::{Map, Value, json};

use super::composed::{ImageLayer, LayerOrigin};
use super::error::ImageError;
use super::settings::ImageSettings;
use crate::tree::inventory::ImagePlatform;

/// Makes the configuration of an image with these layers.
pub(super) fn image_config(
    base: Option<&[u8]>,
    settings: &ImageSettings,
    platform: &ImagePlatform,
    created: &str,
    layers: &[ImageLayer],
) -> Result<Value, ImageError> {
    let malformed = |cause: &str| ImageError::BaseConfig { cause: cause.to_owned() };
    let mut config = match base {
        None => new_config(platform),
        Some(text) => match serde_json::from_slice(text) {
            Ok(Value::Object(config)) => config,
            Ok(_) => return Err(malformed("it is not an object")),
            Err(error) => return Err(malformed(&error.to_string())),
        },
    };
    config.insert("created".to_owned(), created.into());
    let run = member_object(&mut config, "config").ok_or_else(|| malformed("\"config\" is not an object"))?;
    change_run(run, settings)
        .ok_or_else(|| malformed("\"Env\" is not a list, or \"Labels\" is not an object"))?;
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("sha256:{}", layer.diff_id)).collect();
    config.insert("rootfs".to_owned(), json!({"type": "layers", "diff_ids": diff_ids}));
    let history =
        member_list(&mut config, "history").ok_or_else(|| malformed("\"history\" is not a list"))?;
    extend_history(history, layers, created);
    Ok(Value::Object(config))
}

fn new_config(platform: &ImagePlatform) -> Map<String, Value> {
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

/// Member of a parent that is an object; it is made if there is none.
fn member_object<'value>(
    parent: &'value mut Map<String, Value>,
    name: &str,
) -> Option<&'value mut Map<String, Value>> {
    let value = parent.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = json!({});
    }
    value.as_object_mut()
}

/// Member of a parent that is a list; it is made if there is none.
fn member_list<'value>(parent: &'value mut Map<String, Value>, name: &str) -> Option<&'value mut Vec<Value>> {
    let value = parent.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = json!([]);
    }
    value.as_array_mut()
}

/// Changes the part of a configuration that says how the image is started.
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
        set_variables(member_list(run, "Env")?, &settings.environment);
    }
    if !settings.labels.is_empty() {
        let labels = member_object(run, "Labels")?;
        labels.extend(settings.labels.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
    }
    Some(())
}

/// Sets variables, each at the position of the base's variable with its name.
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

/// Adds history entries, so that there is one for each layer, as engines expect; that of a base may be incomplete.
fn extend_history(history: &mut Vec<Value>, layers: &[ImageLayer], created: &str) {
    let makes_layer = |entry: &&Value| entry.get("empty_layer").and_then(Value::as_bool) != Some(true);
    let existing = history.iter().filter(makes_layer).count();
    let of_base = layers.iter().filter(|layer| layer.origin == LayerOrigin::Base).count();
    for layer in layers.iter().skip(existing.min(of_base)) {
        let created_by = match &layer.origin {
            LayerOrigin::Base => "sodeb: layer of the base".to_owned(),
            LayerOrigin::Libraries => "sodeb: shared libraries from packages".to_owned(),
            LayerOrigin::App(at) => format!("sodeb: {at}"),
        };
        history.push(json!({"created": created, "created_by": created_by}));
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
        let layers = [LayerOrigin::Base, LayerOrigin::App(RootedPath::new("/app"))].map(layer);
        let platform = "linux/arm/v7".parse().expect("is a platform");
        let base = base.map(|base| base.to_string().into_bytes());
        image_config(base.as_deref(), settings, &platform, "1970-01-01T00:00:00Z", &layers)
    }

    #[test]
    fn members_that_are_not_set_keep_the_values_of_the_base() {
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
    fn settings_win_and_an_entrypoint_removes_the_arguments_of_the_base() {
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
    fn without_a_base_there_are_a_platform_and_a_history() {
        let config = composed(None, &ImageSettings::default()).expect("is composed");
        assert_eq!((&config["architecture"], &config["variant"]), (&json!("arm"), &json!("v7")));
        assert_eq!(config["history"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn a_malformed_base_is_an_error() {
        let settings =
            ImageSettings { environment: vec![("A".into(), "1".into())], ..ImageSettings::default() };
        for base in [json!([]), json!({"config": 1}), json!({"history": {}}), json!({"config": {"Env": {}}})]
        {
            assert!(composed(Some(&base), &settings).is_err(), "{base}");
        }
    }
}
