//! Edges that several wings share: files, compression, TLS and the progress of long work.

pub mod compress;
pub mod decompress;
pub mod progress;
pub mod storage;
pub mod tls;
