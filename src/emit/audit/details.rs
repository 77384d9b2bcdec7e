//! Details of findings that several formats write.

use crate::audit::{Finding, Fix, ReportedImage};
use crate::emit::quote::shell;

/// Limitations of static analysis, which every audit reports.
pub(super) const NOT_CHECKED: &[&str] = &[
    "libraries opened by names that are composed at run time",
    "programs that other programs start, except those in the image's own command",
    "definitions of symbols without a version",
    "needs of tests and of plugins that their host opens on demand (--strict checks them)",
];

/// Lists the ways to fix a finding of an image.
pub(super) fn fixes(image: &ReportedImage, finding: &Finding) -> Vec<String> {
    let words = finding.fix.iter().flat_map(|fix| match fix {
        Fix::Packages(names) => {
            let names = names.join(" ");
            vec![
                fix.to_string(),
                format!("apt-get install --no-install-recommends {names}"),
                format!("sodeb layer PATH --base {} -o deps.tar.gz", shell(&image.name)),
            ]
        }
        Fix::Instruction(words) => vec![words.clone()],
    });
    words.collect()
}

/// Lists the evidence for a finding: the file's owner and layer, the chain that loads it, and the rule's own evidence.
pub(super) fn evidence(image: &ReportedImage, finding: &Finding) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(finding.owner.as_ref().map(|owner| format!("owned by {owner}")));
    lines.extend(layer_words(image, finding).map(|layer| format!("in {layer}")));
    if finding.chain.len() > 1 {
        let chain: Vec<String> = finding.chain.iter().map(ToString::to_string).collect();
        lines.push(format!("loaded by {}", chain.join(" → ")));
    }
    lines.extend(finding.evidence.iter().cloned());
    lines
}

/// Describes a finding's layer: its number, counted from 1, and the start of its diff id.
pub(super) fn layer_words(image: &ReportedImage, finding: &Finding) -> Option<String> {
    let number = usize::from(finding.layer?);
    let parts = image.image.as_ref()?.parts.as_ref()?;
    let layer = parts.layers.get(number)?;
    let mut digest = layer.diff_id.to_string();
    digest.truncate(12);
    Some(format!("layer {} of {} ({digest})", number + 1, parts.layers.len()))
}

/// Returns the command that an image starts, its words separated by blanks; empty if there is none.
pub(super) fn command(image: &ReportedImage) -> String {
    let start = image.image.iter().filter_map(|image| image.start.as_ref());
    let words: Vec<&str> =
        start.flat_map(|start| start.entrypoint.iter().chain(&start.cmd)).map(String::as_str).collect();
    words.join(" ")
}
