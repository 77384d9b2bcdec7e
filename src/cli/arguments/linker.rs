//! Environment of the dynamic linker.

use std::ffi::OsString;

use clap::Args;

use crate::loader::CpuLevel;

#[derive(Debug, Args)]
#[command(next_help_heading = "Dynamic linker")]
pub(crate) struct LinkerArguments {
    /// LD_LIBRARY_PATH in the image [default: that of the base image]
    #[arg(long, value_name = "DIRS", env = "SODEB_LD_LIBRARY_PATH")]
    pub(crate) ld_library_path: Option<OsString>,
    /// Working directory in the image [default: that of the base image, or /]
    ///
    /// Relative search paths start from it.
    #[arg(long, value_name = "DIR")]
    pub(crate) workdir: Option<OsString>,
    /// x86-64 level of the CPU, for glibc-hwcaps directories
    #[arg(long, value_name = "LEVEL", default_value_t = CpuLevel::V3)]
    pub(crate) hwcaps: CpuLevel,
}
