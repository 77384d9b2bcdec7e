//! The environment in which the dynamic linker runs.

use std::ffi::OsString;

use clap::Args;

use crate::loader::CpuLevel;

/// What the image's environment will set.
#[derive(Debug, Args)]
pub(crate) struct LinkerArguments {
    /// LD_LIBRARY_PATH in the image [default: what a base that is an image sets]
    #[arg(long, value_name = "DIRECTORIES", env = "SODEB_LD_LIBRARY_PATH")]
    pub(crate) ld_library_path: Option<OsString>,
    /// The working directory in the image, which relative search paths start from [default: that of a base that is an
    /// image, else /]
    #[arg(long, value_name = "PATH")]
    pub(crate) workdir: Option<OsString>,
    /// The x86-64 level of the machine's processor, for glibc-hwcaps directories
    #[arg(long, value_name = "LEVEL", default_value_t = CpuLevel::V3)]
    pub(crate) hwcaps: CpuLevel,
}
