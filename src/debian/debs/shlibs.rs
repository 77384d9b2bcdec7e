//! Dependencies that dpkg-shlibdeps(1) writes for a library, as its package states them in deb-symbols(5) and
//! deb-shlibs(5).

use bstr::{ByteSlice, ByteVec};

use super::DebFacts;
use crate::vocabulary::PackageName;

/// Member of control.tar with symbols and dependencies; the former are dropped.
pub const SYMBOLS: &str = "symbols";

/// Member of control.tar with a dependency for each library.
pub const SHLIBS: &str = "shlibs";

/// Returns the lines of a symbols file that state a library's main dependency.
pub fn symbols_heads(symbols: &[u8]) -> Vec<u8> {
    let mut heads = Vec::new();
    for line in symbols.lines().filter(|line| !line.starts_with(b" ")) {
        heads.push_str(line);
        heads.push(b'\n');
    }
    heads
}

/// Returns the alternatives of the first dependency that a package states for a library that it has; none if it states
/// none. As for dpkg-shlibdeps, the symbols file comes before shlibs.
pub fn stated_dependency(deb: &DebFacts, file_name: &[u8]) -> Vec<PackageName> {
    let text = |member| deb.scripts.get(member).and_then(|content| content.to_str().ok()).unwrap_or_default();
    let Ok(file_name) = file_name.to_str() else { return Vec::new() };
    let of_symbols = text(SYMBOLS).lines().find_map(|line| line.strip_prefix(file_name)?.strip_prefix(' '));
    let of_shlibs = || text(SHLIBS).lines().find_map(|line| shlibs_dependency(line, file_name));
    of_symbols.or_else(of_shlibs).map(first_group).unwrap_or_default()
}

/// Dependency in a line of shlibs (`[type:] library version dependencies`), if it is for this library.
fn shlibs_dependency<'line>(line: &'line str, file_name: &str) -> Option<&'line str> {
    let (library, version) = library_and_version(file_name)?;
    let mut words = line.trim_start().splitn(3, ' ');
    let is_it = words.next()? == library && words.next()? == version;
    words.next().filter(|_| is_it)
}

/// Splits a soname as dpkg-shlibdeps does: `libz.so.1` is version 1 of libz, `libdb-5.3.so` version 5.3 of libdb.
fn library_and_version(soname: &str) -> Option<(&str, &str)> {
    soname.split_once(".so.").or_else(|| {
        let stem = soname.strip_suffix(".so")?;
        let dash = stem.match_indices('-').map(|(dash, _)| dash);
        let mut versioned =
            dash.filter(|dash| stem[dash + 1..].starts_with(|digit: char| digit.is_ascii_digit()));
        let dash = versioned.next()?;
        Some((&stem[..dash], &stem[dash + 1..]))
    })
}

fn first_group(dependency: &str) -> Vec<PackageName> {
    let group = dependency.split(',').next().unwrap_or_default();
    let names = group.split('|').filter_map(|alternative| {
        let name = alternative.trim().split([' ', '(', ':']).next()?;
        (!name.is_empty() && !name.starts_with('#')).then(|| PackageName::new(name))
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symbols_file_comes_before_shlibs() {
        let mut deb = DebFacts::of_control(String::new());
        deb.scripts.insert(
            SHLIBS.to_owned(),
            b"# a comment\nlibjack 0 libjack-jackd2-0 (>= 1.9.10) | libjack-0.125\nudeb: libz 1 zlib1g-udeb\nlibdb 5.3 libdb5.3, x\n"
                .to_vec(),
        );
        let names = |deb: &DebFacts, soname: &str| -> Vec<String> {
            stated_dependency(deb, soname.as_bytes()).iter().map(ToString::to_string).collect()
        };
        assert_eq!(names(&deb, "libjack.so.0"), ["libjack-jackd2-0", "libjack-0.125"]);
        assert_eq!(names(&deb, "libdb-5.3.so"), ["libdb5.3"]);
        assert_eq!(names(&deb, "libz.so.1"), [""; 0]);
        let symbols = b"libjack.so.0 libjack0 #MINVER# | other:any\n| alias\n jack_x@Base 1\n";
        deb.scripts.insert(SYMBOLS.to_owned(), symbols_heads(symbols));
        assert_eq!(names(&deb, "libjack.so.0"), ["libjack0", "other"]);
        assert!(!deb.scripts[SYMBOLS].contains_str("jack_x"));
    }
}
