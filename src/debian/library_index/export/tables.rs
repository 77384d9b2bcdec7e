//! Tables and their columns. Each table starts with the columns of the target and the package.

use std::borrow::Cow;

use crate::vocabulary::named;

named! {
    /// File format of the tables.
    ExportFormat("export format") {
        /// Apache Parquet, compressed with Zstandard; needs the crate feature `parquet`.
        Parquet = "parquet",
        /// A JSON object on each line.
        Jsonl = "jsonl",
    }
}

impl ExportFormat {
    /// True if this build can write the format.
    pub fn is_available(self) -> bool {
        self != Self::Parquet || cfg!(feature = "parquet")
    }
}

named! {
    /// Table, by the name of its file.
    Table("table") {
        /// Packages, as the catalog lists them.
        Packages = "packages",
        /// ELF files.
        Libraries = "libraries",
        /// Links to libraries.
        Links = "links",
        /// Entries of DT_NEEDED.
        Needed = "needed",
        /// Entries of DT_VERDEF.
        VersionDefinitions = "version_definitions",
        /// Entries of DT_VERNEED.
        VersionNeeds = "version_needs",
    }
}

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnType {
    Text,
    /// Signed number of 64 bits.
    Number,
    Flag,
}

/// Column of a table.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "JSON needs the names alone"))]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) column_type: ColumnType,
    /// True if a row may have no value.
    pub(super) is_optional: bool,
}

/// Value of a row in a column.
#[derive(Clone, Debug)]
pub(super) enum Cell<'row> {
    Text(Cow<'row, str>),
    Number(i64),
    Flag(bool),
    Empty,
}

impl<'row> Cell<'row> {
    /// Text without escapes.
    pub(super) fn word(word: &'row str) -> Self {
        Self::Text(Cow::Borrowed(word))
    }

    /// Count or size.
    pub(super) fn number(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

const fn column(name: &'static str, column_type: ColumnType) -> Column {
    Column { name, column_type, is_optional: false }
}

const fn text(name: &'static str) -> Column {
    column(name, ColumnType::Text)
}

const fn number(name: &'static str) -> Column {
    column(name, ColumnType::Number)
}

const fn optional(column: Column) -> Column {
    Column { is_optional: true, ..column }
}

/// First columns of every table.
const KEY: [Column; 4] = [text("distribution"), text("release"), text("architecture"), text("package")];

impl Table {
    /// Returns the columns in their order.
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
            // The mode is a number (people read it in octal); the machine is e_machine of the ELF header.
            Self::Libraries => &[
                text("path"),
                optional(text("soname")),
                optional(number("size")),
                optional(text("sha256")),
                optional(number("mode")),
                number("machine"),
                optional(text("interpreter")),
            ],
            // The target as the link has it, and the path of the library if the same package has it.
            Self::Links => &[text("path"), text("target"), optional(text("library"))],
            // Positions start at 0.
            Self::Needed => &[text("path"), text("soname"), number("position")],
            Self::VersionDefinitions => &[text("path"), text("version")],
            Self::VersionNeeds => {
                &[text("path"), text("soname"), text("version"), column("weak", ColumnType::Flag)]
            }
        };
        [&KEY, own].concat()
    }

    /// Returns the name of the file.
    pub(super) fn file_name(self, format: ExportFormat) -> String {
        format!("{self}.{format}")
    }
}
