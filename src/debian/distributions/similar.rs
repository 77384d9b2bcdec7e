//! Similarity of words.

/// Returns the number of insertions, deletions and replacements between two words (Levenshtein distance).
pub fn edits(left: &[u8], right: &[u8]) -> usize {
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
}
