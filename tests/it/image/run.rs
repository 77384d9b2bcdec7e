//! A command that is run in the image before it is kept.

use std::fs;
use std::process::{Command, Output};

use serde_json::json;
use tar::EntryType::{Directory, Regular, Symlink};

use super::{World, said, succeeded, world};
use crate::support::fixture::COMPILER;
use crate::support::images::{oci_parts, tar_of, write_parts};

/// A program without any library: it says its variable `A`, and fails where `/app/x.so` or the working directory's `here`
/// is missing, or `/gone` is there, or never ends if it has an argument.
const SOURCE: &str = r#"
static long call(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}
static long has(const char *path) { return call(21, (long)path, 0, 0) == 0; }
__attribute__((used)) static void start(long *stack) {
    long count = *stack;
    for (char **variable = (char **)(stack + count + 2); *variable; variable++) {
        long length = 0;
        while ((*variable)[length]) length++;
        if ((*variable)[0] == 'A') call(1, 2, (long)*variable, length);
    }
    if (count > 1) for (;;) call(34, 0, 0, 0);
    call(60, !has("/app/x.so") || !has("here") || has("/gone") ? 7 : 0, 0, 0);
}
__asm__(".globl _start\n_start: mov %rsp, %rdi\ncall start\n");
"#;

/// A world whose tree has the program, and a base whose upper layer takes `/gone` away.
fn running_world() -> World {
    let world = world();
    fs::write(world.fixture.host("/source.c"), SOURCE).expect("written");
    let mut compiler = Command::new(COMPILER);
    compiler.args(["-nostdlib", "-static", "-fno-stack-protector", "-O1", "-o", "app/run", "source.c"]);
    assert!(compiler.current_dir(world.fixture.root()).status().is_ok_and(|status| status.success()));
    let lower = tar_of(&[("work/", Directory, ""), ("gone", Regular, "x"), ("link", Symlink, "work")]);
    let upper = tar_of(&[(".wh.gone", Regular, ""), ("link/here", Regular, "x")]);
    let run = json!({"WorkingDir": "/work", "Env": ["A=of the base;"]});
    write_parts(&oci_parts(&[lower, upper], ".gz", &run), &world.fixture.host("/layout"));
    world
}

/// Whether this system lets the program enter an image.
fn is_entered(answer: &Output) -> bool {
    let is_refused = said(answer).contains("cannot run a command in the image");
    if is_refused {
        eprintln!("not run: a command in an image, since this system lets nobody enter one");
    }
    !is_refused
}

#[test]
fn a_command_sees_the_image_and_its_settings_and_nothing_else() {
    let world = running_world();
    let answer = world.image("layout", "out", &["--verify-run", "/app/run"]);
    if is_entered(&answer) {
        succeeded(&answer);
        assert!(world.fixture.host("/out/index.json").exists());
    }
}

#[test]
fn where_a_command_fails_no_image_is_written_and_what_it_said_is_told() {
    let world = running_world();
    let before = world.names();
    let options = ["--verify-run", "/app/run", "--workdir", "/app", "--env", "A=\u{1b}[31m new"];
    for output in ["out", "out.tar"] {
        let answer = world.image("layout", output, &options);
        if !is_entered(&answer) {
            return;
        }
        assert_eq!(answer.status.code(), Some(1), "{}", said(&answer));
        let expected =
            format!("cannot keep {output}: `/app/run` fails in it (exit status: 7):\nA=\\u{{1b}}[31m new\n");
        assert!(said(&answer).contains(&expected), "{}", said(&answer));
        assert_eq!(world.names(), before);
    }
}

#[test]
fn a_command_that_does_not_end_is_ended() {
    let world = running_world();
    let options = ["--verify-run", "/app/run for-ever", "--verify-timeout", "1"];
    let answer = world.image("layout", "out", &options);
    if is_entered(&answer) {
        assert_eq!(answer.status.code(), Some(1), "{}", said(&answer));
        assert!(said(&answer).contains("(it takes longer than 1 seconds)"), "{}", said(&answer));
        assert!(!world.fixture.host("/out").exists());
    }
}

#[test]
fn a_command_has_words() {
    let world = world();
    let answer = world.image("scratch", "out", &["--verify-run", " "]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(said(&answer).contains("it has no word"), "{}", said(&answer));
}
