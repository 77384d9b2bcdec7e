//! `sodeb layer` into an OCI layout: the base with the libraries alone.

use std::fs;

use serde_json::json;
use tar::EntryType::Regular;

use super::{Layout, said, succeeded, world};
use crate::support::images::{oci_parts, tar_of, write_parts};

#[test]
fn a_layer_is_put_on_the_base_whose_configuration_stays() {
    let world = world();
    let run = json!({"Cmd": ["sh"], "Env": ["PATH=/bin"]});
    let layers = [tar_of(&[("etc/os-release", Regular, "ID=debian\n")])];
    write_parts(&oci_parts(&layers, ".gz", &run), &world.fixture.host("/layout"));
    let question = ["layer", "app", "--at", "/app", "--refresh", "--base", "layout"];
    succeeded(&world.run(&[&question[..], &["-o", "oci:out"]].concat()));
    let image = Layout::read(&world.fixture.host("/out"));
    assert_eq!(image.layers().len(), 2);
    assert_eq!(image.config["config"], run);
    // It is the layer that is written without a base around it.
    succeeded(&world.run(&[&question[..], &["-o", "layer.tar"]].concat()));
    assert_eq!(image.tar(1), fs::read(world.fixture.host("/layer.tar")).expect("is written"));
    // And a lock makes the same.
    let lock = ["lock", "app", "--at", "/app", "--refresh", "--base", "layout", "-o", "x.lock"];
    succeeded(&world.run(&lock));
    succeeded(&world.run(&["layer", "x.lock", "--base", "layout", "-o", "oci:of-lock"]));
    let of_lock = Layout::read(&world.fixture.host("/of-lock"));
    assert_eq!(of_lock.index, image.index);
}

#[test]
fn without_a_base_there_is_no_layout() {
    let world = world();
    let before = world.names();
    let answer = world.run(&["layer", "app", "--at", "/app", "-o", "oci:out"]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(said(&answer).contains("no base is given"), "{}", said(&answer));
    assert_eq!(world.names(), before);
    let question = ["layer", "app", "--at", "/app", "--refresh", "--base", "scratch", "-o", "oci:out"];
    succeeded(&world.run(&question));
    assert_eq!(Layout::read(&world.fixture.host("/out")).layers().len(), 1);
}
