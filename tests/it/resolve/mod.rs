//! `sodeb resolve`: for each question the whole answer, stdout, stderr and exit status together.

pub(crate) mod archive;
mod base;
mod dependencies;
mod input;
mod installed;
mod origin;
mod release;
mod standing;
mod unsuitable;
mod unverified;
mod venv;
