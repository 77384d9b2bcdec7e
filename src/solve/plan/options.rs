//! Options that a lock records.

use std::collections::BTreeMap;

use bstr::BString;

use crate::vocabulary::named;

named! {
    /// Option that decides about a Plan, by the name of its flag.
    OptionName("option") {
        /// Architecture.
        Arch = "arch",
        /// Packages never to use.
        Avoid = "avoid",
        /// True for packages of the release's backports.
        Backports = "backports",
        /// Kind of catalog.
        Catalog = "catalog",
        /// Components of the archive.
        Component = "component",
        /// Data files and plugins to add.
        Data = "data",
        /// Least priority of libraries in notes.
        Dlopen = "dlopen",
        /// Level of the CPU.
        Hwcaps = "hwcaps",
        /// Files of packages to add.
        Include = "include",
        /// Files of OpenPGP keys, relative to the lock's directory.
        Keyring = "keyring",
        /// LD_LIBRARY_PATH in the image.
        LdLibraryPath = "ld-library-path",
        /// Mirrors of the archive, without credentials.
        Mirror = "mirror",
        /// Platform of the base.
        Platform = "platform",
        /// Packages to use wherever they provide a library.
        Prefer = "prefer",
        /// True to link a venv's Python to that of the base.
        RelinkPython = "relink-python",
        /// Release.
        Release = "release",
        /// Runtimes to add.
        With = "with",
        /// Working directory in the image.
        Workdir = "workdir",
    }
}

/// Values of the options that were given.
pub type LockOptions = BTreeMap<OptionName, Vec<BString>>;
