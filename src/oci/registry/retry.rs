//! Retries after failures that may be temporary: broken connections, and the statuses 408, 429 and 5xx.

use std::time::Duration;

use super::error::TransferError;

/// Number of attempts at one request.
const MAX_ATTEMPTS: u32 = 4;
/// Delay before the second attempt; it doubles with each further one.
const BACK_OFF: Duration = Duration::from_millis(500);
/// Limit on the delay that a registry requests with Retry-After.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// Calls `attempt` until it succeeds, fails for good, or was called [`MAX_ATTEMPTS`] times.
pub(super) async fn with_retries<T>(
    mut attempt: impl AsyncFnMut() -> Result<T, TransferError>,
) -> Result<T, TransferError> {
    for failures in 0..MAX_ATTEMPTS - 1 {
        match attempt().await {
            Err(error) => match delay(&error, failures) {
                Some(delay) => tokio::time::sleep(delay).await,
                None => return Err(error),
            },
            result => return result,
        }
    }
    attempt().await
}

/// Delay before another attempt; none if a retry cannot help.
fn delay(error: &TransferError, failures: u32) -> Option<Duration> {
    let back_off = BACK_OFF * 2_u32.saturating_pow(failures);
    match error {
        TransferError::Request { source, .. } if source.is_builder() || source.is_redirect() => None,
        TransferError::Request { .. } | TransferError::Interrupted { .. } => Some(back_off),
        TransferError::Status { status, retry_after, .. } => {
            let transient = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
            transient.then(|| retry_after.unwrap_or(back_off).min(MAX_RETRY_AFTER))
        }
        _ => None,
    }
}
