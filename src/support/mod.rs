//! Helpers at the edges of several wings: files, digests, compression, TLS and progress reporting.

pub mod compress;
pub mod decompress;
pub mod digest;
pub mod files;
pub mod output;
pub mod progress;
pub mod streams;
pub mod tls;
