//! Identity of a document, derived from the Plan: equal Plans give equal documents.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::solve::plan::{Plan, write_lock};

/// Name and version of this program, which documents name as their tool.
pub(super) const TOOL: (&str, &str) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

/// Derives a UUID from the digest of the Plan's lock: version 8 of RFC 9562 §5.8, which allows custom bits.
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
        // Writing to a String cannot fail.
        let _ = write!(uuid, "{byte:02x}");
    }
    uuid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;

    #[test]
    fn equal_plans_have_equal_uuids_and_others_do_not() {
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
