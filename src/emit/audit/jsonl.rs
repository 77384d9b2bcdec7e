//! `sodeb audit --format jsonl`, schema sodeb.audit-image/1: a line for each image, as soon as it is audited.

use serde::Serialize;

use super::json::{image_row, unread_row};
use crate::audit::{ReportedImage, UnreadImage};

const SCHEMA: &str = "sodeb.audit-image/1";

#[derive(Serialize)]
struct Line<Row> {
    schema: &'static str,
    version: &'static str,
    #[serde(flatten)]
    row: Row,
}

/// Writes the findings of one image as a line, with a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn audit_jsonl(image: &ReportedImage) -> serde_json::Result<String> {
    line(image_row(image))
}

/// Writes an image that could not be read as a line, with a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn unread_jsonl(unread: &UnreadImage) -> serde_json::Result<String> {
    line(unread_row(unread))
}

fn line<Row: Serialize>(row: Row) -> serde_json::Result<String> {
    let line = Line { schema: SCHEMA, version: env!("CARGO_PKG_VERSION"), row };
    Ok(serde_json::to_string(&line)? + "\n")
}
