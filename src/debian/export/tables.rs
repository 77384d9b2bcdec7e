//! The tables and their columns. Each begins with the columns of the target and the package.

use std::borrow::Cow;

use super::ExportFormat;
use crate::vocabulary::named;

named! {
    /// A table, by the name of its file.
    Table("table") {
        /// The packages: what the catalog says of them.
        Packages = "packages",
        /// Their ELF files.
        Libraries = "libraries",
        /// Their links to libraries.
        Links = "links",
        /// What the ELF files have in DT_NEEDED.
        Needed = "needed",
        /// What they have in DT_VERDEF.
        VersionDefinitions = "version_definitions",
        /// What they have in DT_VERNEED.
        VersionNeeds = "version_needs",
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A signed number of 64 bits.
    Number,
    Flag,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether a row may have nothing there.
    pub(super) is_optional: bool,
}

/// What a row has in a column.
#[derive(Clone, Debug)]
pub(super) enum Cell<'row> {
    Text(Cow<'row, str>),
    Number(i64),
    Flag(bool),
    Nothing,
}

impl<'row> Cell<'row> {
    /// A word.
    pub(super) fn word(word: &'row str) -> Self {
        Self::Text(Cow::Borrowed(word))
    }

    /// A count or a size.
    pub(super) fn number(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_optional: false }
}

const fn text(name: &'static str) -> Column {
    column(name, Kind::Text)
}

const fn number(name: &'static str) -> Column {
    column(name, Kind::Number)
}

const fn optional(column: Column) -> Column {
    Column { is_optional: true, ..column }
}

/// What every table begins with.
const KEY: [Column; 4] = [text("distribution"), text("release"), text("architecture"), text("package")];

impl Table {
    /// The columns in their order.
    pub(super) fn columns(self) -> Vec<Column> {
        let own: &[Column] = match self {
            // Sizes are in bytes.
            Self::Packages => &[
                text("version"),
                text("section"),
                number("installed_size"),
                number("size"),
                text("sha256"),
                text("filename"),
                text("suite"),
            ],
            // The mode is a number, of which octal digits tell more; the machine is the ELF header's.
            Self::Libraries => &[
                text("path"),
                optional(text("soname")),
                optional(number("size")),
                optional(text("sha256")),
                optional(number("mode")),
                number("machine"),
                optional(text("interpreter")),
            ],
            // The target as it stands, and the path of the library that it leads to, where the package has that itself.
            Self::Links => &[text("path"), text("target"), optional(text("library"))],
            // The first one's position is 0.
            Self::Needed => &[text("path"), text("soname"), number("position")],
            Self::VersionDefinitions => &[text("path"), text("version")],
            Self::VersionNeeds => {
                &[text("path"), text("soname"), text("version"), column("weak", Kind::Flag)]
            }
        };
        [&KEY, own].concat()
    }

    /// The name of its file.
    pub(super) fn file_name(self, format: ExportFormat) -> String {
        format!("{self}.{format}")
    }
}
