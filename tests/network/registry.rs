//! The real registry (Debian's docker-registry) and the real docker engine on this machine: what skopeo pushes is
//! pulled, what is pushed skopeo finds, and what docker has loaded is read.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::machine::server::{DockerEngine, Server, start};
use crate::support::fixture::{Fixture, INTERPRETER, library, program};
use crate::support::images::{Layout, for_platform, tar_of, tar_of_directory, write_parts};
use jiff::Timestamp;
use serde_json::{Value, json};
use sodeb::oci::registry::{ImageReference, LoginSources, RegistrySettings, pull, push};
use sodeb::support::progress::Silent;

/// This machine by an address that is not known for one of its own, and leads there all the same.
const ELSEWHERE: &str = "0.0.0.0";

/// A program, a base, and a registry that has nothing yet.
struct World {
    fixture: Fixture,
    host: String,
    _registry: Server,
}

impl World {
    fn new() -> Self {
        Self::with(|_| String::new())
    }

    /// With what comes after the address in the registry's configuration.
    fn with(configured: impl Fn(&Fixture) -> String) -> Self {
        let fixture = Fixture::empty();
        fixture.build(program("/app/prog").needs("libc.so.6").needs("libgmp.so.10"));
        fixture.build(library(&format!("/rootfs{INTERPRETER}")));
        fixture.build(library("/rootfs/lib/x86_64-linux-gnu/libc.so.6"));
        fixture.file("/rootfs/usr/lib/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = free.local_addr().expect("an address").to_string();
        drop(free);
        let storage = fixture.host("/registry").display().to_string();
        let config = format!(
            "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {storage}}}}}\nhttp:\n  addr: \"{host}\"\n{}",
            configured(&fixture)
        );
        fixture.file("/registry.yml", &config);
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(fixture.host("/registry.yml"));
        let registry = start(&mut command, || std::net::TcpStream::connect(&host).is_ok());
        Self { fixture, host, _registry: registry.expect("docker-registry is installed and comes up") }
    }

    /// The layout of the base in `layout`, which skopeo calls `oci:layout:base`.
    fn lay_out(&self) {
        let mut layout = Layout::default();
        let root = tar_of_directory(&self.fixture.host("/rootfs"));
        let mut manifest = layout.image("amd64", &[root], ".gz", &json!({}));
        manifest["annotations"] = json!({"org.opencontainers.image.ref.name": "base"});
        write_parts(&layout.listing(&[manifest]), &self.fixture.host("/layout"));
    }

    #[track_caller]
    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        command.current_dir(self.fixture.root()).env("HOME", self.fixture.host("/home")).args(arguments);
        let output = command.output().expect("is installed");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn resolve(&self, base: &str, environment: Option<(&str, &str)>) -> Output {
        let mut sodeb = Command::new(env!("CARGO_BIN_EXE_sodeb"));
        sodeb.env_clear().env("HOME", self.fixture.host("/home")).current_dir(self.fixture.root());
        sodeb.args(["resolve", "app", "--at", "/app", "--format", "json", "--base", base]).envs(environment);
        sodeb.output().expect("sodeb runs")
    }

    /// The answer on a base, without its name.
    #[track_caller]
    fn answer(&self, base: &str, environment: Option<(&str, &str)>) -> Value {
        let output = self.resolve(base, environment);
        let text = String::from_utf8_lossy(&output.stdout).replace(base, "BASE");
        serde_json::from_str(&text).unwrap_or_else(|cause| {
            panic!("{base}: {cause}: {}", String::from_utf8_lossy(&output.stderr));
        })
    }

    fn settings(&self) -> RegistrySettings {
        RegistrySettings {
            cache_dir: self.fixture.host("/cache"),
            offline: false,
            insecure: Vec::new(),
            logins: LoginSources { files: vec![self.docker_config()], ..LoginSources::default() },
            docker_host: None,
            now: Timestamp::now(),
        }
    }

    fn docker_config(&self) -> PathBuf {
        self.fixture.host("/home/.docker/config.json")
    }

    fn reference(&self, name: &str) -> ImageReference {
        ImageReference::parse(&format!("{}/{name}", self.host)).expect("is a reference")
    }

    /// The digest that skopeo finds, with credentials if they are given.
    fn digest(&self, name: &str, options: &[&str]) -> String {
        let image = format!("docker://{}/{name}", self.host);
        let arguments = ["inspect", "--tls-verify=false", "--format", "{{.Digest}}", &image];
        self.run("skopeo", &[&arguments[..], options].concat())
    }
}

#[test]
fn what_skopeo_pushes_is_pulled_and_what_is_pushed_skopeo_finds() {
    let world = World::new();
    world.lay_out();
    let expected = world.answer("rootfs", None);
    for format in ["oci", "v2s2"] {
        let image = format!("docker://{}/team/base:{format}", world.host);
        let copy =
            ["copy", "--quiet", "--dest-tls-verify=false", "--format", format, "oci:layout:base", &image];
        world.run("skopeo", &copy);
        assert_eq!(world.answer(&image, None), expected, "{format}");

        let base = world.reference(&format!("team/base:{format}"));
        let pulled = pull(&world.settings(), &base, None, &Silent).expect("is pulled");
        let own = format!("team/own-{format}:1");
        let from = Some(&base);
        let pushed = push(&world.settings(), &pulled.layout, &world.reference(&own), from, &Silent);
        let pushed = pushed.expect("is pushed");
        assert_eq!((pushed.sent, pushed.present), (0, 2), "what the base has is mounted");
        assert_eq!(world.digest(&own, &[]), format!("sha256:{}", pushed.digest));
        let elsewhere = format!("elsewhere/own-{format}:1");
        let sent = push(&world.settings(), &pulled.layout, &world.reference(&elsewhere), None, &Silent);
        assert_eq!(sent.expect("is pushed").sent, 2);
        assert_eq!(world.digest(&elsewhere, &[]), format!("sha256:{}", pulled.digest));
        world.run("skopeo", &["copy", "--quiet", "--src-tls-verify=false", &image, &format!("dir:{format}")]);
    }
}

#[test]
fn a_list_is_pushed_with_all_that_it_names() {
    let world = World::new();
    let mut layout = Layout::default();
    let root = tar_of_directory(&world.fixture.host("/rootfs"));
    let amd64 = layout.image("amd64", &[root], ".gz", &json!({}));
    let arm64 = layout.image("arm64", &[tar_of(&[])], ".gz", &json!({}));
    let list = layout.index(&[for_platform(amd64, "amd64", None), for_platform(arm64, "arm64", Some("v8"))]);
    let digest = list["digest"].as_str().expect("a digest").to_owned();
    write_parts(&layout.listing(&[list]), &world.fixture.host("/list"));
    let reference = world.reference("team/list:1");
    let directory = world.fixture.host("/list");
    let pushed = push(&world.settings(), &directory, &reference, None, &Silent).expect("is pushed");
    assert_eq!(format!("sha256:{}", pushed.digest), digest);
    let image = format!("docker://{}/team/list:1", world.host);
    world.run("skopeo", &["copy", "--quiet", "--all", "--src-tls-verify=false", &image, "oci:copy:all"]);
    assert_eq!(world.answer(&image, None), world.answer("rootfs", None));
    assert_eq!(world.answer("copy", None), world.answer("rootfs", None));
}

#[test]
fn a_log_in_of_skopeo_is_used() {
    // What crypt(5) makes of "secret" by bcrypt, with a salt that hides nothing.
    let world = World::with(|fixture| {
        fixture.file("/users", "user:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n");
        format!("auth: {{htpasswd: {{realm: test, path: {}}}}}\n", fixture.host("/users").display())
    });
    world.lay_out();
    let config = world.docker_config();
    fs::create_dir_all(config.parent().expect("a parent")).expect("a directory");
    let config = config.display().to_string();
    let login = ["login", "--tls-verify=false", "--compat-auth-file", &config, "--username", "user"];
    let has_compat = Command::new("skopeo").args(["login", "--help"]).output().expect("is installed");
    let has_compat = String::from_utf8_lossy(&has_compat.stdout).contains("compat-auth-file");
    let login =
        login.map(|word| if word == "--compat-auth-file" && !has_compat { "--authfile" } else { word });
    world.run("skopeo", &[&login[..], &["--password", "secret", &world.host]].concat());
    let reference = world.reference("team/base:1");
    let layout = world.fixture.host("/layout");
    let pushed = push(&world.settings(), &layout, &reference, None, &Silent).expect("is pushed");
    assert_eq!(world.digest("team/base:1", &["--creds", "user:secret"]), format!("sha256:{}", pushed.digest));
    let image = format!("{}/team/base:1", world.host);
    assert_eq!(world.answer(&image, None), world.answer("rootfs", None));
    fs::remove_file(world.docker_config()).expect("is there");
    let other = RegistrySettings { cache_dir: world.fixture.host("/other"), ..world.settings() };
    let refused = pull(&other, &reference, None, &Silent).expect_err("wants a log-in");
    assert_eq!(
        refused.hint(),
        Some(format!("log in with `docker login {}`, or check that the image exists", world.host))
    );
}

#[test]
fn the_systems_authorities_vouch_for_a_registry() {
    let world = World::with(|fixture| {
        let (key, certificate) = (fixture.host("/tls/key.pem"), fixture.host("/tls/certificate.pem"));
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]);
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE", "-subj", "/CN=test"]);
        openssl.args(["-addext", &format!("subjectAltName=IP:{ELSEWHERE}")]);
        openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate).stderr(Stdio::null());
        assert!(openssl.status().is_ok_and(|status| status.success()), "openssl");
        format!("  tls: {{certificate: {}, key: {}}}\n", certificate.display(), key.display())
    });
    world.lay_out();
    let host = world.host.replace("127.0.0.1", ELSEWHERE);
    let image = format!("docker://{host}/team/base:1");
    world.run("skopeo", &["copy", "--quiet", "--dest-tls-verify=false", "oci:layout:base", &image]);
    let refused = world.resolve(&image, None);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(3) && said.contains("invalid peer certificate"), "{said}");
    let certificate = world.fixture.host("/tls/certificate.pem").display().to_string();
    let trusting = Some(("SSL_CERT_FILE", certificate.as_str()));
    assert_eq!(world.answer(&image, trusting), world.answer("rootfs", None));
}

#[test]
fn a_registry_elsewhere_is_spoken_to_by_http_only_if_it_is_named() {
    let world = World::new();
    world.lay_out();
    let host = world.host.replace("127.0.0.1", ELSEWHERE);
    let image = format!("docker://{host}/team/base:1");
    world.run("skopeo", &["copy", "--quiet", "--dest-tls-verify=false", "oci:layout:base", &image]);
    let refused = world.resolve(&image, None);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(3) && said.contains("--insecure-registry"), "{said}");
    let insecure = Some(("SODEB_INSECURE_REGISTRY", host.as_str()));
    assert_eq!(world.answer(&image, insecure), world.answer("rootfs", None));
}

#[test]
fn what_docker_has_loaded_is_read() {
    let world = World::new();
    world.lay_out();
    let Some(engine) = DockerEngine::start("vfs") else {
        eprintln!("not asked: docker, whose engine does not come up here");
        return;
    };
    let socket = engine.socket();
    world.run("skopeo", &["copy", "--quiet", "oci:layout:base", "docker-archive:base.tar:team/base:1"]);
    world.run("docker", &["--host", socket, "load", "--quiet", "--input", "base.tar"]);
    let identifier = world.run("docker", &["--host", socket, "images", "--quiet", "--no-trunc", "team/base"]);
    let expected = world.answer("rootfs", None);
    for name in ["team/base:1", &identifier, &identifier[7..19]] {
        let image = format!("docker-daemon:{name}");
        assert_eq!(world.answer(&image, Some(("DOCKER_HOST", socket))), expected, "{name}");
    }
}
