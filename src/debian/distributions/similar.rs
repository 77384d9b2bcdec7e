//! Similarity of words.

/// Returns the number of insertions, deletions, replacements and swaps of neighbours between two words (optimal string
/// alignment).
pub fn edits(left: &[u8], right: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (position, byte) in left.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(position + 1);
        for (column, other) in right.iter().enumerate() {
            let replaced = row[column] + usize::from(byte != other);
            let mut least = replaced.min(row[column + 1] + 1).min(next[column] + 1);
            let is_swapped =
                position > 0 && column > 0 && left[position - 1] == *other && right[column - 1] == *byte;
            if is_swapped {
                least = least.min(before[column - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_insertions_deletions_and_replacements() {
        for (left, right, expected) in [
            ("", "abc", 3),
            ("bookworm", "bokworm", 1),
            ("noble", "nobel", 1),
            ("abcd", "badc", 2),
            ("trixie", "trxie", 1),
            ("sid", "sud", 1),
        ] {
            assert_eq!(edits(left.as_bytes(), right.as_bytes()), expected, "{left} {right}");
            assert_eq!(edits(right.as_bytes(), left.as_bytes()), expected, "{right} {left}");
        }
    }
}
