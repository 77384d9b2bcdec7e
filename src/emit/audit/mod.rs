//! `sodeb audit`: findings by image and rule, one format a file.

mod html;
mod json;
mod jsonl;
mod junit;
mod rules;
mod sarif;
mod text;

pub use html::audit_html;
pub use json::audit_json;
pub use jsonl::{audit_jsonl, unread_jsonl};
pub use junit::audit_junit;
pub use rules::{rule_text, rules_json, rules_text};
pub use sarif::audit_sarif;
pub use text::audit_text;

use super::manifest::quote::shell;
use crate::audit::{Finding, Fix, ReportedImage};

/// What static reading can't see; it is said with every audit.
pub(super) const NOT_CHECKED: &[&str] = &[
    "libraries that are opened by names which are put together at run time",
    "programs that others start, beside what the image's own words start",
    "whether a symbol without a version is defined",
];

/// How a finding of an image is fixed, a line each.
pub(super) fn fixes(image: &ReportedImage, finding: &Finding) -> Vec<String> {
    let words = finding.fix.iter().flat_map(|fix| match fix {
        Fix::Packages(names) => {
            let names = names.join(" ");
            vec![
                format!("add {names}"),
                format!("apt-get install --no-install-recommends {names}"),
                format!("sodeb layer TREE --base {} -o deps.tar.gz", shell(&image.name)),
            ]
        }
        Fix::Instruction(words) => vec![words.clone()],
    });
    words.collect()
}

/// Where a finding is and how that is known, a line each.
fn evidence(image: &ReportedImage, finding: &Finding) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(finding.owner.as_ref().map(|owner| format!("brought by {owner}")));
    lines.extend(layer_words(image, finding).map(|layer| format!("in {layer}")));
    if finding.chain.len() > 1 {
        let chain: Vec<String> = finding.chain.iter().map(ToString::to_string).collect();
        lines.push(format!("loaded by {}", chain.join(" → ")));
    }
    lines.extend(finding.evidence.iter().cloned());
    lines
}

/// A layer as people and programs know it: its number from 1 and its diff id.
pub(super) fn layer_words(image: &ReportedImage, finding: &Finding) -> Option<String> {
    let number = usize::from(finding.layer?);
    let parts = image.image.as_ref()?.parts.as_ref()?;
    let layer = parts.layers.get(number)?;
    let mut digest = layer.diff_id.to_string();
    digest.truncate(12);
    Some(format!("layer {} of {} ({digest})", number + 1, parts.layers.len()))
}
