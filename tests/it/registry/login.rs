//! Log-ins: tokens, docker's configuration and the containers', credential helpers.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use serde_json::{Value, json};

use super::{answer_of, assert_fails, registry, resolve, run, world};
use crate::support::fixture::Fixture;
use crate::support::registry_server::{LOGIN, RegistryServer};

fn base(server: &RegistryServer) -> String {
    format!("{}/team/base:1", server.host())
}

/// Writes a file of log-ins below the home directory.
fn write_log_in(fixture: &Fixture, path: &str, content: &Value) {
    let path = fixture.host(&format!("/home/{path}"));
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, content.to_string()).expect("a file");
}

fn pull(fixture: &Fixture, server: &RegistryServer) -> Output {
    run(fixture, &base(server), &[])
}

#[test]
fn a_token_for_anyone() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    server.close(true);
    answer_of(&pull(&fixture, &server), &base(&server));
}

#[test]
fn a_log_in_out_of_each_file() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    server.close(false);
    let refused = pull(&fixture, &server);
    assert_fails(&refused, 3, &format!("cannot log in to {}: it is refused", server.host()));
    assert_fails(&refused, 3, &format!("hint: log in with `docker login {}`", server.host()));
    let own = format!("{}/team", server.host());
    for (file, key) in [(".docker/config.json", server.host()), (".config/containers/auth.json", &own)] {
        write_log_in(&fixture, file, &json!({"auths": {key: {"auth": LOGIN}}}));
        answer_of(&pull(&fixture, &server), &base(&server));
        fs::remove_file(fixture.host(&format!("/home/{file}"))).expect("is there");
    }
}

#[test]
fn a_log_in_out_of_the_environment_or_netrc() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    server.close(false);
    let pull_with = |variable: &str, value: &str| {
        let mut command = resolve(&fixture, &base(&server), &[]);
        command.env(variable, value).output().expect("the program runs")
    };
    assert_eq!(pull_with("UNUSED", "").status.code(), Some(3));
    let config = json!({"auths": {server.host(): {"auth": LOGIN}}}).to_string();
    answer_of(&pull_with("DOCKER_AUTH_CONFIG", &config), &base(&server));
    let host = server.host().split(':').next().unwrap_or_default();
    let netrc = fixture.host("/logins");
    fs::write(&netrc, format!("machine {host} login user password secret\n")).expect("written");
    answer_of(&pull_with("NETRC", netrc.to_str().expect("is text")), &base(&server));
}

#[test]
fn a_wrong_password() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    server.close(false);
    write_log_in(
        &fixture,
        ".docker/config.json",
        &json!({"auths": {server.host(): {"auth": "dXNlcjpub3Bl"}}}),
    );
    assert_fails(&pull(&fixture, &server), 3, "it is refused: {\\\"details\\\":\\\"wrong password\\\"}");
}

#[test]
fn a_credential_helper_is_asked() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    server.close(false);
    write_log_in(&fixture, ".docker/config.json", &json!({"credsStore": "test"}));
    let script = "#!/bin/sh\nread host\n[ \"$1 $host\" = \"get $WANTED\" ] || exit 1\n\
                  echo '{\"Username\": \"user\", \"Secret\": \"secret\"}'\n";
    fixture.file("/bin/docker-credential-test", script);
    let helper = fixture.host("/bin/docker-credential-test");
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).expect("is there");
    let path = format!("{}:/usr/bin:/bin", helper.parent().expect("a parent").display());
    let mut command = resolve(&fixture, &base(&server), &[]);
    let output = command.env("PATH", path).env("WANTED", server.host()).output().expect("runs");
    answer_of(&output, &base(&server));
}

#[test]
fn a_log_in_that_is_not_used_is_told_where_it_would_have_been_needed() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    server.close(true);
    server.give_token("nobody's");
    write_log_in(&fixture, ".docker/config.json", &json!({"credsStore": "absent"}));
    let output = pull(&fixture, &server);
    assert_fails(&output, 3, "denies access to manifest 1: cannot use the log-in in ");
    assert_fails(&output, 3, "/.docker/config.json: ");
}

#[test]
fn a_token_that_runs_out_is_renewed() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    server.close(true);
    server.let_tokens_last(1);
    answer_of(&pull(&fixture, &server), &base(&server));
}

#[test]
fn a_token_that_would_break_out_of_its_header() {
    let fixture = world();
    let (server, ..) = registry(&fixture);
    server.close(true);
    server.give_token("a\r\nb: c");
    let message =
        format!("cannot log in to {}: its token has characters that are not allowed", server.host());
    assert_fails(&pull(&fixture, &server), 3, &message);
}
