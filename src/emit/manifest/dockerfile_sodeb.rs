//! A Dockerfile that runs sodeb in a stage of its own and copies the directory that it makes.
//!
//! The stage needs nothing but certificates, since sodeb needs neither apt nor the release that it works for.

use super::ManifestFault;
use super::dockerfile::{base, head};
use crate::debian::distributions::default_release;
use crate::solve::plan::Plan;

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text = head(plan, "sodeb makes the layer.");
    text += "# Beside this file: the program sodeb, and the lock.\n";
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
