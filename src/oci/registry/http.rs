//! HTTP responses of registries and of docker's engine: errors, and bodies of a limited size.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};

use super::error::TransferError;

/// Name of this program in requests.
pub(super) const USER_AGENT: &str = concat!("sodeb/", env!("CARGO_PKG_VERSION"));

/// Limit on the body of a refusal.
const MAX_REFUSAL_BYTES: usize = 16 << 10;

/// Returns a successful response; any other becomes an error with the message in its body.
pub(super) async fn successful(
    sent: Result<Response, reqwest::Error>,
    host: &str,
    item: &str,
) -> Result<Response, TransferError> {
    let response = sent.map_err(|error| request_failed(host, error))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let message = match read_within(response, MAX_REFUSAL_BYTES, host).await {
        Ok(Some(body)) if status != StatusCode::NOT_FOUND => message_of(&body),
        _ => String::new(),
    };
    Err(TransferError::of_status(host, item, status, &message, seconds.map(Duration::from_secs)))
}

/// Reads a body; none if it is larger than the limit.
pub(super) async fn read_within(
    mut response: Response,
    limit: usize,
    host: &str,
) -> Result<Option<Vec<u8>>, TransferError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| request_failed(host, error))? {
        if body.len() + chunk.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

pub(super) fn request_failed(host: &str, error: reqwest::Error) -> TransferError {
    TransferError::Request { host: host.to_owned(), source: error.without_url() }
}

/// Message of a refusal, in OCI's form or docker's.
fn message_of(body: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let message = value["errors"][0]["message"].as_str().or_else(|| value["message"].as_str());
    message.unwrap_or_default().to_owned()
}
