//! Configuration with which the containers of an image run, as far as rules look at it.

use crate::tree::inventory::ImageFacts;

/// Directories of PATH if an image does not set it, as container engines define them.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Configuration of the containers of an image: their command and its environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunConfig {
    /// Program with its arguments; empty if the image does not define it.
    pub command: Vec<String>,
    /// True if programs other than that of the command may be started.
    pub may_start_anything: bool,
    /// Value of PATH.
    pub path: String,
    /// Working directory.
    pub workdir: String,
    /// User, or user and group with a colon between them; empty for root.
    pub user: String,
    /// Value of LD_LIBRARY_PATH.
    pub ld_library_path: Option<String>,
    /// Value of LD_PRELOAD.
    pub ld_preload: Option<String>,
}

impl RunConfig {
    /// Configuration of an image; of a root file system, in which anything may be started, if there is none.
    pub fn of_image(facts: Option<&ImageFacts>) -> Self {
        let start = facts.and_then(|facts| facts.start.clone()).unwrap_or_default();
        let command: Vec<String> = start.entrypoint.into_iter().chain(start.cmd).collect();
        Self {
            may_start_anything: command.is_empty(),
            command,
            path: start.path.unwrap_or_else(|| DEFAULT_PATH.to_owned()),
            workdir: facts.and_then(|facts| facts.workdir.clone()).unwrap_or_else(|| "/".to_owned()),
            user: start.user,
            ld_library_path: facts.and_then(|facts| facts.ld_library_path.clone()),
            ld_preload: facts.and_then(|facts| facts.ld_preload.clone()),
        }
    }

    /// The same environment for trees whose command and user are not known yet: anything in them may be started.
    #[must_use]
    pub fn without_command(self) -> Self {
        Self { command: Vec::new(), may_start_anything: true, user: String::new(), ..self }
    }
}
