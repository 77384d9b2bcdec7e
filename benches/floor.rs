//! Program of [`support::scan`] for `benches/peers.sh`, which gives the time of sodeb as a ratio to it.
//!
//! ```text
//! cargo bench --bench floor -- DIR [THREADS]
//! ```

#![allow(clippy::print_stdout, reason = "a program of its own; printing is its result")]

use std::path::PathBuf;

mod support;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Cargo adds `--bench` before our arguments.
    let mut arguments = std::env::args_os().skip(1).filter(|argument| argument != "--bench");
    let Some(directory) = arguments.next().map(PathBuf::from) else {
        println!("floor: no directory given, nothing measured");
        return Ok(());
    };
    let threads = match arguments.next() {
        Some(count) => count.to_string_lossy().parse()?,
        None => 1,
    };
    let counts = support::scan(directory, threads)?;
    println!(
        "{} files, {} objects, {} bytes of dynamic segments",
        counts.files.into_inner(),
        counts.objects.into_inner(),
        counts.dynamic_bytes.into_inner()
    );
    Ok(())
}
