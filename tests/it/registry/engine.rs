//! Images out of docker's engine, by an engine that is a few lines at a socket.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

use super::{answer, answer_of, assert_fails, cached, resolve, root_layer, world};
use crate::support::fixture::Fixture;
use crate::support::images::{docker_parts, hex, tar_of_parts};

/// An engine that has one image, `team/base:1`.
struct Engine {
    socket: PathBuf,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Engine {
    /// Starts it. Of the archive only the first bytes come, if that is asked for.
    fn start(fixture: &Fixture, cut_after: Option<usize>) -> Self {
        let archive = tar_of_parts(&docker_parts(&[root_layer(fixture)], &json!({})));
        let id = format!("sha256:{}", hex(&archive));
        let socket = fixture.host("/run/docker.sock");
        let listener = UnixListener::bind(&socket).expect("a socket");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&requests);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut first = String::new();
                let mut reader = BufReader::new(&stream);
                reader.read_line(&mut first).expect("a request");
                let headers = reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty());
                assert!(headers.count() > 0, "a host is named");
                let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
                let (status, body) = match path.as_str() {
                    "/images/team/base:1/json" => (200, json!({"Id": id}).to_string().into_bytes()),
                    "/images/odd/json" => (200, json!({"Id": "../../../x"}).to_string().into_bytes()),
                    path if path == format!("/images/{id}/get") => (200, archive.clone()),
                    _ => (404, br#"{"message":"no such image"}"#.to_vec()),
                };
                shared.lock().expect("not poisoned").push(path);
                let end = cut_after.filter(|_| body.len() == archive.len()).unwrap_or(body.len());
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} Test\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                );
                stream.write_all(&[head.as_bytes(), &body[..end]].concat()).expect("is taken");
            }
        });
        Self { socket, requests }
    }

    fn resolve(&self, fixture: &Fixture, base: &str) -> Output {
        let mut command = resolve(fixture, base, &[]);
        command.env("DOCKER_HOST", format!("unix://{}", self.socket.display()));
        command.output().expect("the program runs")
    }
}

#[test]
fn the_answer_is_that_of_the_directory_and_the_same_image_is_fetched_once() {
    let fixture = world();
    let engine = Engine::start(&fixture, None);
    let base = "docker-daemon:team/base:1";
    let expected = answer(&fixture, "rootfs", &[]);
    for _ in 0..2 {
        assert_eq!(answer_of(&engine.resolve(&fixture, base), base), expected);
    }
    let requests = engine.requests.lock().expect("not poisoned").clone();
    assert_eq!(requests.len(), 3, "{requests:?}");
    assert!(requests[1].ends_with("/get") && requests[2].ends_with("/json"), "{requests:?}");
}

#[test]
fn an_image_that_is_not_there() {
    let fixture = world();
    let engine = Engine::start(&fixture, None);
    let output = engine.resolve(&fixture, "docker-daemon:absent");
    assert_fails(&output, 3, "cannot get docker-daemon:absent from the docker engine at ");
    assert_fails(&output, 3, "answered 404 Not Found for image absent");
    assert_fails(&engine.resolve(&fixture, "docker-daemon:odd"), 3, "it has no identifier");
}

#[test]
fn an_archive_that_breaks_off_is_not_kept() {
    let fixture = world();
    let engine = Engine::start(&fixture, Some(1000));
    let output = engine.resolve(&fixture, "docker-daemon:team/base:1");
    assert_fails(&output, 3, "cannot get docker-daemon:team/base:1 from the docker engine");
    assert_eq!(cached(&fixture, "engine"), [""; 0]);
}

#[test]
fn an_engine_that_can_not_be_asked() {
    let fixture = world();
    let ask = |host: &str| {
        let mut command = resolve(&fixture, "docker-daemon:x", &[]);
        command.env("DOCKER_HOST", host).output().expect("the program runs")
    };
    let absent = fixture.host("/run/absent.sock");
    let output = ask(&format!("unix://{}", absent.display()));
    assert_fails(&output, 3, "hint: start the engine, or name another socket with DOCKER_HOST=unix:///PATH");
    assert_fails(&ask("tcp://127.0.0.1:1"), 2, "cannot reach the docker engine at 'tcp://127.0.0.1:1'");
    fs::write(&absent, "").expect("a file");
}
