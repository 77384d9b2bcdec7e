//! Reasons for the choice of a package as text.

use crate::vocabulary::ChoiceReason;

/// Describes why a package was chosen and not `others`, a list of names; none if there was no choice.
pub(super) fn choice_words(reason: ChoiceReason, others: &str) -> Option<String> {
    let words = match reason {
        ChoiceReason::Only | ChoiceReason::Included => return None,
        ChoiceReason::InBase if others.is_empty() => "listed by the base".to_owned(),
        _ if others.is_empty() => return None,
        ChoiceReason::InBase => format!("listed by the base, unlike {others}"),
        ChoiceReason::Preferred => format!("--prefer chooses it over {others}"),
        ChoiceReason::OnSearchPath => format!("on the search path, unlike {others}"),
        ChoiceReason::NamedForSoname => format!("named for its soname, unlike {others}"),
        ChoiceReason::Section => format!("in section libs, unlike {others}"),
        ChoiceReason::SmallestSet => format!("part of a smaller set than with {others}"),
        ChoiceReason::FewestPackages => format!("fewer packages than with {others}"),
        ChoiceReason::FewestBytes => format!("smaller than {others}"),
        ChoiceReason::DebiansPreference => format!("Debian prefers it to {others}"),
        ChoiceReason::Name => format!("first by name before {others} (--prefer chooses another)"),
    };
    Some(words)
}
