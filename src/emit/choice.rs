//! Reasons for the choice of a package as text.

use super::humanize::{counted, listed, size_of_kib};
use crate::solve::resolve::SmallerChoice;
use crate::vocabulary::{ChoiceReason, PackageName};

/// Describes why a package was chosen and not `others`, a list of names; none if there was no choice.
pub(super) fn choice_words(reason: ChoiceReason, others: &str) -> Option<String> {
    let words = match reason {
        ChoiceReason::Only | ChoiceReason::Included => return None,
        ChoiceReason::InBase if others.is_empty() => "listed by the base".to_owned(),
        _ if others.is_empty() => return None,
        ChoiceReason::InBase => format!("listed by the base, unlike {others}"),
        ChoiceReason::Preferred => format!("--prefer chooses it over {others}"),
        ChoiceReason::Symbols => format!("defines symbols that {others} does not"),
        ChoiceReason::OnSearchPath => format!("on the search path, unlike {others}"),
        ChoiceReason::NamedForSoname => format!("named for its soname, unlike {others}"),
        ChoiceReason::Section => format!("in section libs, unlike {others}"),
        ChoiceReason::SameSource => format!("of the same source as what loads it, unlike {others}"),
        ChoiceReason::SmallestSet => format!("part of a smaller set than with {others}"),
        ChoiceReason::FewestPackages => format!("fewer packages than with {others}"),
        ChoiceReason::FewestBytes => format!("smaller than {others}"),
        ChoiceReason::DebiansPreference => format!("Debian prefers it to {others}"),
        ChoiceReason::Name => format!("first by name before {others} (--prefer chooses another)"),
    };
    Some(words)
}

/// Describes the smaller choice that was not made, with the options that make it.
pub(super) fn smaller_words(smaller: &SmallerChoice) -> String {
    let SmallerChoice { prefer, instead_of, saved_packages, saved_kib } = smaller;
    let options: Vec<String> = prefer.iter().map(|package| format!("--prefer {package}")).collect();
    let size = size_of_kib(saved_kib.unsigned_abs());
    let mut saved = Vec::new();
    if *saved_packages > 0 {
        saved.push(format!("{} less", counted(*saved_packages, "package")));
    }
    match saved_kib {
        1.. => saved.push(format!("{size} less")),
        0 => {}
        _ => saved.push(format!("{size} more")),
    }
    let instead = match instead_of.as_slice() {
        [] => String::new(),
        others => format!(", instead of {}", listed(others.iter().map(PackageName::as_str))),
    };
    format!("smaller, but not what Debian prefers: {} ({}{instead})", options.join(" "), saved.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smaller_choice_names_the_options_and_what_they_save() {
        let names = |names: &[&str]| names.iter().map(|name| PackageName::new(*name)).collect();
        let mut smaller = SmallerChoice {
            prefer: names(&["libopenblas0-pthread"]),
            instead_of: names(&["libblas3", "liblapack3"]),
            saved_packages: 1,
            saved_kib: -2048,
        };
        assert_eq!(
            smaller_words(&smaller),
            "smaller, but not what Debian prefers: --prefer libopenblas0-pthread (1 package less, 2.0 MiB more, \
             instead of libblas3, liblapack3)"
        );
        (smaller.saved_packages, smaller.saved_kib) = (0, 512);
        assert!(
            smaller_words(&smaller).contains("(512.0 KiB less, instead of"),
            "{}",
            smaller_words(&smaller)
        );
    }
}
