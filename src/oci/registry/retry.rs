//! Trying again what may succeed the next time: broken connections, 408, 429, 5xx.

use std::time::Duration;

use super::TransferError;

/// How often one thing is asked for.
const MAX_ATTEMPTS: u32 = 4;
/// The wait before the second attempt; it doubles with each further one.
const BACK_OFF: Duration = Duration::from_millis(500);
/// The longest wait that a registry may ask for with Retry-After.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// Does something until it succeeds, can't, or was tried often enough.
pub(super) async fn with_retries<T>(
    mut attempt: impl AsyncFnMut() -> Result<T, TransferError>,
) -> Result<T, TransferError> {
    for failures in 0..MAX_ATTEMPTS - 1 {
        match attempt().await {
            Err(error) => match wait(&error, failures) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(error),
            },
            done => return done,
        }
    }
    attempt().await
}

/// The wait before another attempt, where that has a chance.
fn wait(error: &TransferError, failures: u32) -> Option<Duration> {
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
