//! Effects of a package's maintainer scripts on the files of an image: links that update-alternatives(1) creates, and
//! files of other packages that dpkg-divert(1) moves. Scripts are read and never run.
//!
//! Scripts are shell code, of which only literal commands are understood: words, quotes, and variables that were set
//! to a literal value before. That covers the scripts of Debian's library packages (Debian Policy §3.9 and appendices
//! F and G); other calls are listed in [`Actions::not_understood`]. Conditions are ignored: a call in any branch
//! counts.

mod actions;
mod shell;

pub use actions::{ALTERNATIVES_DIRECTORY, Actions, Alternative, AlternativeLink, Diversion};
