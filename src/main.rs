//! The command `sodeb`.

use std::process::ExitCode;

fn main() -> ExitCode {
    sodeb::cli::main(std::env::args_os())
}
