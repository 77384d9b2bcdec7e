//! What tells one document from another: made from the Plan, since the same Plan is the same document.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::solve::plan::{Plan, write_lock};

/// The program and its version, as documents name their maker.
pub(super) const TOOL: (&str, &str) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// A UUID out of the digest of the Plan's lock: version 8 of RFC 9562 §5.8, which leaves the bits to its maker.
pub(super) fn uuid(plan: &Plan) -> String {
    let digest: [u8; 32] = Sha256::digest(write_lock(plan)).into();
    let mut uuid = String::with_capacity(36);
    for (index, byte) in digest.iter().take(16).enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            uuid.push('-');
        }
        let byte = match index {
            6 => byte & 0x0f | 0x80,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        // Writing to a String can't fail.
        let _ = write!(uuid, "{byte:02x}");
    }
    uuid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;

    #[test]
    fn a_plan_has_one_uuid_and_another_plan_another() {
        let one = uuid(&plan());
        assert_eq!(one, uuid(&plan()));
        let parts: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!((parts, &one[14..15]), (vec![8, 4, 4, 4, 12], "8"));
        assert!(one[19..20].contains(['8', '9', 'a', 'b']), "{one}");
        let mut other = plan();
        other.packages.remove(0);
        assert_ne!(one, uuid(&other));
    }
}
