//! Counts and sizes as people read them, the same in every text.

use std::fmt::Display;

/// Writes a count with its noun in the singular or plural: `1 object`, `1,242 libraries`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = match (count, noun.strip_suffix('y')) {
        (1, _) => return format!("1 {noun}"),
        (_, Some(stem)) => format!("{stem}ies"),
        (_, None) => format!("{noun}s"),
    };
    format!("{} {plural}", thousands(count))
}

/// Writes a number with commas between its thousands.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut separated = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            separated.push(',');
        }
        separated.push(digit);
    }
    separated
}

/// Writes a size in B, KiB or MiB, the latter two with one decimal: `512 B`, `1.5 KiB`, `1,024.0 MiB`.
pub fn size(bytes: u64) -> String {
    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;
    let (unit, name) = match bytes {
        0..KIB => return format!("{} B", thousands(usize::try_from(bytes).unwrap_or_default())),
        KIB..MIB => (KIB, "KiB"),
        _ => (MIB, "MiB"),
    };
    let tenths = (u128::from(bytes) * 10 + u128::from(unit / 2)) / u128::from(unit);
    let whole = usize::try_from(tenths / 10).unwrap_or(usize::MAX);
    format!("{}.{} {name}", thousands(whole), tenths % 10)
}

/// Writes a size that is known in KiB, such as Installed-Size.
pub fn size_of_kib(kib: u64) -> String {
    size(kib.saturating_mul(1024))
}

/// Joins names by commas.
pub fn listed(names: impl IntoIterator<Item = impl Display>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators_and_units() {
        assert_eq!(thousands(29_312), "29,312");
        assert_eq!(counted(1, "object"), "1 object");
        assert_eq!(counted(1_242, "such library"), "1,242 such libraries");
        assert_eq!(size(1_023), "1,023 B");
        assert_eq!(size(1_536), "1.5 KiB");
        assert_eq!(size((1 << 20) - 1), "1,024.0 KiB");
        assert_eq!(size(3 << 30), "3,072.0 MiB");
        assert_eq!(size(u64::MAX), "17,592,186,044,416.0 MiB");
        assert_eq!(size_of_kib(1_536), "1.5 MiB");
        assert_eq!(listed(["a", "b"]), "a, b");
    }
}
