//! Helpers that several wings share: files, digests, compression, TLS, progress reporting, and numbers as people read them.

pub mod compress;
pub mod decompress;
pub mod digest;
pub mod files;
pub mod humanize;
pub mod netrc;
pub mod output;
pub mod progress;
pub mod streams;
pub mod tls;
pub mod url;
