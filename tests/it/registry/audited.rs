//! Images of a registry that are audited: what they share is fetched once.

use std::process::Command;

use serde_json::{Value, json};
use tar::EntryType::Regular;

use super::{root_layer, stderr, world};
use crate::support::images::{Layout, tar_of};
use crate::support::registry_server::RegistryServer;

#[test]
fn a_layer_that_several_images_share_is_fetched_once() {
    let fixture = world();
    let server = RegistryServer::start();
    let shared = root_layer(&fixture);
    let mut layout = Layout::default();
    for (tag, interpreter) in [("1", "#!/bin/none\n"), ("2", "#!/bin/nothing\n")] {
        let own = tar_of(&[("run", Regular, interpreter)]);
        let layers = [shared.clone(), own];
        let manifest = layout.image("amd64", &layers, ".gz", &json!({"Entrypoint": ["/run"]}));
        server.publish("team/base", tag, &layout.parts, &manifest);
    }
    let images = ["1", "2"].map(|tag| format!("{}/team/base:{tag}", server.host()));
    let mut sodeb = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    sodeb.env_clear().env("HOME", fixture.host("/home")).current_dir(fixture.root());
    let output = sodeb.args(["audit", "--format", "json"]).args(&images).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for (place, interpreter) in ["/bin/none", "/bin/nothing"].into_iter().enumerate() {
        let image = &report["images"][place];
        assert_eq!(image["name"], images[place]);
        assert!(image["manifest"].as_str().is_some_and(|digest| digest.starts_with("sha256:")), "{image}");
        assert_eq!(image["findings"][0]["rule"], "command-fails");
        let message = image["findings"][0]["message"].as_str().expect("a message");
        assert!(message.contains(&format!("interpreter {interpreter} does not exist")), "{message}");
        assert_eq!(image["findings"][0]["layer"], 1);
    }
    let fetched = server.requests();
    let blobs: Vec<&String> =
        fetched.iter().filter(|line| line.starts_with("GET") && line.contains("/blobs/")).collect();
    // The shared layer, and of each image its own layer and its configuration.
    assert_eq!(blobs.len(), 5, "{blobs:#?}");
}
