//! Dockerfile that runs sodeb in a stage of its own and copies the directory that it writes.
//!
//! The stage needs certificates only: sodeb needs neither apt nor the release that it is used for.

use super::ManifestFault;
use super::dockerfile::{base, head};
use crate::debian::distributions::default_release;
use crate::solve::plan::Plan;

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text = head(plan, "sodeb writes the layer.");
    text += "# The build context needs the program sodeb and sodeb.lock.\n";
    let has_base = plan.base.is_some();
    if has_base {
        text += &format!("FROM {} AS base\n\n", base(plan));
    }
    text += &format!("FROM buildpack-deps:{}-curl AS layer\n", default_release().1);
    text += "COPY sodeb /usr/local/bin/\nCOPY sodeb.lock /\n";
    if has_base {
        text += "COPY --from=base / /base/\n";
    }
    let on_base = if has_base { "\"--base\", \"/base\", " } else { "" };
    text += &format!("RUN [\"sodeb\", \"layer\", \"/sodeb.lock\", {on_base}\"-o\", \"/layer\"]\n\n");
    text += &format!("FROM {}\n", if has_base { "base" } else { base(plan) });
    text += "COPY --from=layer /layer/ /\n";
    Ok(text)
}
