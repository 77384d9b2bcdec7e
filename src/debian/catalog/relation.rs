//! Relation fields: Depends, Conflicts, Provides and others (Debian Policy §7.1).

use debversion::Version;

use crate::vocabulary::{Architecture, PackageName};

/// Group of alternatives, of which one is enough: `a | b`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationGroup(pub Vec<Relation>);

/// Relation to one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Name, without a qualifier after a colon (`:any`).
    pub name: PackageName,
    /// Constraint on the version; none accepts every version.
    pub constraint: Option<(Operator, String)>,
}

/// Comparison of a version with the one in a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `<<`
    Earlier,
    /// `<=`, and the obsolete `<`
    EarlierOrEqual,
    /// `=`
    Equal,
    /// `>=`, and the obsolete `>`
    LaterOrEqual,
    /// `>>`
    Later,
}

/// Parses a relation field for an architecture. Malformed relations, and those for other architectures, are left out.
pub fn parse_relations(field: &str, architecture: Architecture) -> Vec<RelationGroup> {
    let alternatives = |group: &str| -> Vec<Relation> {
        group.split('|').filter_map(|text| Relation::parse(text, architecture)).collect()
    };
    let groups = field.split(',').map(alternatives).filter(|group| !group.is_empty());
    groups.map(RelationGroup).collect()
}

/// Returns the names in a relation field of a binary package, alternatives in their groups. Such a field has no
/// relations for other architectures (Debian Policy §7.1).
pub(super) fn relation_names(field: &str) -> impl Iterator<Item = impl Iterator<Item = &str>> {
    field.split(',').map(|group| group.split('|').filter_map(|text| name_of(text.trim_start())))
}

/// Name at the start of a relation.
fn name_of(text: &str) -> Option<&str> {
    let end = text.find(|letter: char| letter.is_ascii_whitespace() || ":([<".contains(letter));
    Some(&text[..end.unwrap_or(text.len())]).filter(|name| is_name(name))
}

impl Relation {
    /// Parses `name[:qualifier] [(operator version)] [[architectures]] [<profiles>]`.
    fn parse(text: &str, architecture: Architecture) -> Option<Self> {
        let text = text.trim();
        let end = text.find(|letter: char| letter.is_whitespace() || "([<".contains(letter));
        let (name, mut rest) = text.split_at(end.unwrap_or(text.len()));
        let name = name.split(':').next().filter(|name| is_name(name))?;
        let mut constraint = None;
        loop {
            rest = rest.trim_start();
            let (close, body): (char, &str) = match rest.chars().next() {
                None => break,
                Some('(') => (')', &rest[1..]),
                Some('[') => (']', &rest[1..]),
                Some('<') => ('>', &rest[1..]),
                Some(_) => return None,
            };
            let (body, behind) = body.split_once(close)?;
            match close {
                ')' => constraint = Some(parse_constraint(body)?),
                ']' if !is_for(body, architecture) => return None,
                // Binary packages have no build profiles.
                _ => {}
            }
            rest = behind;
        }
        Some(Self { name: PackageName::new(name), constraint })
    }

    /// Returns true if the constraint accepts a version. A malformed version is not accepted.
    pub fn accepts(&self, version: &str) -> bool {
        let Some((operator, wanted)) = &self.constraint else { return true };
        let (Ok(version), Ok(wanted)) = (version.parse::<Version>(), wanted.parse::<Version>()) else {
            return false;
        };
        match operator {
            Operator::Earlier => version < wanted,
            Operator::EarlierOrEqual => version <= wanted,
            Operator::Equal => version == wanted,
            Operator::LaterOrEqual => version >= wanted,
            Operator::Later => version > wanted,
        }
    }
}

/// Returns true for names of packages (Debian Policy §5.6.1), of a sensible length.
fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    !name.is_empty() && name.len() <= 256 && name.bytes().all(fits)
}

fn parse_constraint(body: &str) -> Option<(Operator, String)> {
    let body = body.trim();
    let end = body.find(|letter: char| !"<=>".contains(letter))?;
    let operator = match &body[..end] {
        "<<" => Operator::Earlier,
        "<=" | "<" => Operator::EarlierOrEqual,
        "=" => Operator::Equal,
        ">=" | ">" => Operator::LaterOrEqual,
        ">>" => Operator::Later,
        _ => return None,
    };
    Some((operator, body[end..].trim().to_owned()))
}

/// Matches an architecture with a list: `amd64 arm64`, or `!i386` for every other one; `any` and `linux-any` match all.
fn is_for(list: &str, architecture: Architecture) -> bool {
    let matches = |word: &str| {
        let cpu = word.strip_prefix("linux-").or_else(|| word.strip_prefix("any-")).unwrap_or(word);
        cpu == "any" || cpu == architecture.name()
    };
    let mut words = list.split_whitespace().peekable();
    if words.peek().is_some_and(|first| first.starts_with('!')) {
        !words.any(|word| word.strip_prefix('!').is_some_and(matches))
    } else {
        words.any(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(field: &str) -> Vec<String> {
        let groups = parse_relations(field, Architecture::Amd64);
        let relation = |relation: &Relation| match &relation.constraint {
            None => relation.name.to_string(),
            Some((operator, version)) => format!("{} {operator:?} {version}", relation.name),
        };
        groups.iter().map(|group| group.0.iter().map(relation).collect::<Vec<_>>().join(" | ")).collect()
    }

    #[test]
    fn groups_alternatives_versions_and_qualifiers_are_read() {
        assert_eq!(
            parsed("libc6 (>= 2.36), perl:any, libssl3t64 (<< 4~) |\n libssl3 ( = 3.0.2-1 ) , x (> 1)"),
            [
                "libc6 LaterOrEqual 2.36",
                "perl",
                "libssl3t64 Earlier 4~ | libssl3 Equal 3.0.2-1",
                "x LaterOrEqual 1"
            ]
        );
    }

    #[test]
    fn names_are_read_alone() {
        let field =
            "libc6 (>= 2.36), perl:any,libssl3t64(<< 4~) |\n libssl3 ( = 3.0.2-1 ) , x | ${g}, , (| y";
        let groups: Vec<Vec<&str>> = relation_names(field).map(Iterator::collect).collect();
        let expected: [&[&str]; 6] = [&["libc6"], &["perl"], &["libssl3t64", "libssl3"], &["x"], &[], &["y"]];
        assert_eq!(groups, expected);
    }

    #[test]
    fn relations_for_other_architectures_are_left_out() {
        assert_eq!(parsed("a [arm64], b [!i386 !armhf], c [linux-any] <!nocheck>, d [!amd64]"), ["b", "c"]);
    }

    #[test]
    fn malformed_relations_are_left_out() {
        assert_eq!(parsed("a (, b (1), (c), , |, d e, f (>= ), ${g}, h"), ["h"]);
        assert!(
            !Relation { name: PackageName::new("f"), constraint: Some((Operator::Later, String::new())) }
                .accepts("1")
        );
    }

    #[test]
    fn versions_are_compared_as_dpkg_does() {
        let relation = |text: &str| Relation::parse(text, Architecture::Amd64).expect("a relation");
        assert!(relation("a (>= 1:1.0~rc1)").accepts("1:1.0"));
        assert!(!relation("a (<< 1.0~rc1)").accepts("1.0"));
        assert!(relation("a (= 1.0-1+b1)").accepts("1.0-1+b1"));
        assert!(relation("a").accepts("not a version"));
    }
}
