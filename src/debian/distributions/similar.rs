//! Suggestion for a misspelled codename.

use super::lookup::all;
use crate::vocabulary::Release;

/// Maximum number of edits by which a suggestion differs.
const MAX_EDITS: usize = 2;

/// Returns the known release whose codename is most similar to an unknown one; none if none is similar.
pub fn similar_release(release: &Release) -> Option<Release> {
    let codenames = all().flat_map(|profile| profile.releases).map(|known| known.codename);
    let by_edits =
        codenames.map(|codename| (edits(codename.as_bytes(), release.as_str().as_bytes()), codename));
    let (edits, codename) = by_edits.min()?;
    (1..=MAX_EDITS).contains(&edits).then(|| Release::new(codename))
}

/// Levenshtein distance.
fn edits(left: &[u8], right: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (position, byte) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = position + 1;
        for (column, other) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(byte != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_insertions_deletions_and_replacements() {
        for (left, right, expected) in
            [("", "abc", 3), ("bookworm", "bokworm", 1), ("trixie", "trxie", 1), ("sid", "sud", 1)]
        {
            assert_eq!(edits(left.as_bytes(), right.as_bytes()), expected, "{left} {right}");
            assert_eq!(edits(right.as_bytes(), left.as_bytes()), expected, "{right} {left}");
        }
    }

    #[test]
    fn a_misspelled_codename_has_a_suggestion() {
        let suggestion = |name: &str| similar_release(&Release::new(name)).map(|release| release.to_string());
        assert_eq!(suggestion("bokworm").as_deref(), Some("bookworm"));
        assert_eq!(suggestion("nobel").as_deref(), Some("noble"));
        assert_eq!(suggestion("bookworm"), None, "is known");
        assert_eq!(suggestion("warty"), None);
    }
}
