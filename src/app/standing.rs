//! Standing of start objects: those that have to load, and those that an app does without.
//!
//! An app has to load what starts (its programs), what its interpreter imports (extensions), what code opens by a path that is
//! not known (libraries that no other object needs), and everything that those reach. Variants for other platforms, tests, and
//! files that a host opens on demand are optional: what they need is named, and nothing is added for it. In an app without any
//! other object they count, since the user points at them.

use std::collections::{BTreeSet, HashMap};

use super::hosts::Host;
use super::role::Language;
use crate::tree::root::NodeId;
use crate::vocabulary::RootedPath;

/// Reason why an app does without an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionalReason {
    /// It is a variant for another platform.
    OtherPlatform,
    /// It is a test.
    Test,
    /// The host opens it on demand.
    OnDemand(&'static Host),
    /// The host that would open it is not there.
    HostAbsent(&'static Host),
    /// Only optional objects need it.
    OfOptional,
}

impl std::fmt::Display for OptionalReason {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OtherPlatform => formatter.write_str("for another platform"),
            Self::Test => formatter.write_str("test"),
            Self::OnDemand(host) => write!(formatter, "plugin that {} opens on demand", host.name),
            Self::HostAbsent(host) => write!(formatter, "module of {}, which is not there", host.name),
            Self::OfOptional => formatter.write_str("needed by optional objects only"),
        }
    }
}

/// Standing of each start object for a target.
#[derive(Debug, Default)]
pub struct Standings {
    pub(super) optional: HashMap<NodeId, OptionalReason>,
    pub(super) unfit: Vec<UnfitModule>,
}

/// Module or program of which no file is for the target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnfitModule {
    /// Path of the first of its files.
    pub path: RootedPath,
    /// The platforms that its files are for.
    pub made_for: BTreeSet<String>,
    /// True if the files differ from the target in the C library alone.
    pub differs_in_libc: bool,
    /// Language of the interpreter that opens one of them.
    pub language: Option<Language>,
    /// Its files.
    pub nodes: Vec<NodeId>,
}

impl Standings {
    /// Requires every object, whatever opens it.
    #[must_use]
    pub(super) fn with_all_required(self) -> Self {
        Self { optional: HashMap::new(), ..self }
    }

    /// Reason why the app does without a start object; none if it is required.
    pub fn optional(&self, node: NodeId) -> Option<OptionalReason> {
        self.optional.get(&node).copied()
    }

    /// Modules and programs of which no file is for the target, sorted by path.
    pub fn unfit(&self) -> &[UnfitModule] {
        &self.unfit
    }
}
