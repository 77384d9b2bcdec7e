//! Kinds of nodes and parts, which decide their colours.

use serde::Serialize;

/// Kind of a node of a graph or of a part of a size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::emit) enum PartKind {
    /// File of an app.
    App,
    /// File of the base.
    Base,
    /// Debian package, or a file of one.
    Package,
    /// Python distribution.
    Wheel,
    /// RubyGems package.
    Gem,
    /// npm package.
    Npm,
    /// File without a known owner.
    Unowned,
    /// Missing soname that a package provides.
    Missing,
    /// Soname that a driver of the host provides.
    Host,
    /// Soname that nothing provides, or that is outside the search path.
    Unresolved,
    /// Layer.
    Layer,
}

impl PartKind {
    /// Every kind with its label in legends.
    pub(super) const LABELS: [(Self, &'static str); 11] = [
        (Self::App, "app"),
        (Self::Base, "base"),
        (Self::Package, "Debian package"),
        (Self::Wheel, "Python wheel"),
        (Self::Gem, "Ruby gem"),
        (Self::Npm, "npm package"),
        (Self::Unowned, "no package"),
        (Self::Missing, "missing, provided by a package"),
        (Self::Host, "provided by the host"),
        (Self::Unresolved, "not found"),
        (Self::Layer, "layer"),
    ];
}
