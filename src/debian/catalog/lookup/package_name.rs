//! Names of library packages (Debian Policy §8.1).

use bstr::ByteSlice;

use crate::vocabulary::{PackageName, Soname};

/// Returns true if a package has the name that Debian Policy §8.1 gives to the package of a soname: `libfoo.so.6` →
/// `libfoo6`, `libfoo2.so.6` → `libfoo2-6`, `libfoo-1.so` → `libfoo-1`, in lower case and with dashes in place of
/// underscores. The suffix `t64` marks the change of time_t in 2024.
pub fn is_named_for(package: &PackageName, soname: &Soname) -> bool {
    let Ok(soname) = soname.as_bytes().to_str() else { return false };
    let soname = soname.to_lowercase().replace('_', "-");
    let named = match soname.split_once(".so.") {
        Some((stem, version)) if stem.ends_with(|last: char| last.is_ascii_digit()) => {
            format!("{stem}-{version}")
        }
        Some((stem, version)) => format!("{stem}{version}"),
        None => soname.trim_end_matches(".so").to_owned(),
    };
    package.as_str().strip_prefix(named.as_str()).is_some_and(|rest| rest.is_empty() || rest == "t64")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_debian_policy() {
        for (soname, package) in [
            ("libgmp.so.10", "libgmp10"),
            ("libX11.so.6", "libx11-6"),
            ("libgcc_s.so.1", "libgcc-s1"),
            ("libpng16.so.16", "libpng16-16"),
            ("libdb-5.3.so", "libdb-5.3"),
            ("libssl.so.3", "libssl3t64"),
        ] {
            assert!(is_named_for(&PackageName::new(package), &Soname::new(soname)), "{soname} {package}");
        }
        assert!(!is_named_for(&PackageName::new("libgmp10-doc"), &Soname::new("libgmp.so.10")));
    }
}
