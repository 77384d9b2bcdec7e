//! Constants of each machine for the dynamic linker: directory names, tokens and CPU levels.
//!
//! The default directories are those of Debian's and Ubuntu's glibc, which searches the multiarch directories even
//! without an ld.so.conf.

use super::libc::Libc;
use crate::elf::{ByteOrder, Class, Machine};
use crate::vocabulary::named;

named! {
    /// CPU level of x86-64 that an image runs on: libraries below `glibc-hwcaps/` for a higher one are not loaded.
    CpuLevel("CPU level") {
        /// Baseline: no sub-directory.
        V1 = "x86-64-v1",
        /// SSE4.2 and the like.
        V2 = "x86-64-v2",
        /// AVX2 and the like.
        V3 = "x86-64-v3",
        /// AVX-512.
        V4 = "x86-64-v4",
    }
}

/// Constants of one machine.
#[derive(Debug, PartialEq, Eq)]
pub struct Platform {
    machine: u16,
    class: Class,
    byte_order: ByteOrder,
    hard_float: bool,
    /// Multiarch triplet: the name of its library directory, and its identifier elsewhere.
    pub triplet: &'static str,
    /// PT_INTERP of its programs for glibc.
    pub interpreter: &'static str,
    /// `$PLATFORM`: the kernel's AT_PLATFORM, if it is the same on all such machines. glibc before 2.37 puts `haswell` or
    /// `xeon_phi` in its place on some of Intel's (sysdeps/x86/cpu-features.c); that is left out, since the libraries that
    /// an image needs must not depend on the machine that it happens to run on.
    pub platform_token: Option<&'static str>,
    /// Architecture in musl's `ld-musl-NAME.so.1`.
    pub musl_name: &'static str,
    /// Flags of its entries in ld.so.cache (sysdeps/generic/ldconfig.h and each port's dl-cache.h).
    pub cache_flags: u32,
}

const LITTLE_64: (Class, ByteOrder) = (Class::Bits64, ByteOrder::Little);
const LITTLE_32: (Class, ByteOrder) = (Class::Bits32, ByteOrder::Little);
const BIG_64: (Class, ByteOrder) = (Class::Bits64, ByteOrder::Big);

const fn platform(
    machine: u16,
    (class, byte_order): (Class, ByteOrder),
    triplet: &'static str,
    interpreter: &'static str,
    platform_token: Option<&'static str>,
    musl_name: &'static str,
    cache_flags: u32,
) -> Platform {
    Platform {
        machine,
        class,
        byte_order,
        hard_float: false,
        triplet,
        interpreter,
        platform_token,
        musl_name,
        cache_flags,
    }
}

/// Machines with a Debian port.
static PLATFORMS: &[Platform] = &[
    platform(
        62,
        LITTLE_64,
        "x86_64-linux-gnu",
        "/lib64/ld-linux-x86-64.so.2",
        Some("x86_64"),
        "x86_64",
        0x0303,
    ),
    platform(
        183,
        LITTLE_64,
        "aarch64-linux-gnu",
        "/lib/ld-linux-aarch64.so.1",
        Some("aarch64"),
        "aarch64",
        0x0a03,
    ),
    Platform {
        hard_float: true,
        ..platform(
            40,
            LITTLE_32,
            "arm-linux-gnueabihf",
            "/lib/ld-linux-armhf.so.3",
            Some("v7l"),
            "armhf",
            0x0903,
        )
    },
    platform(40, LITTLE_32, "arm-linux-gnueabi", "/lib/ld-linux.so.3", Some("v5l"), "arm", 0x0b03),
    platform(3, LITTLE_32, "i386-linux-gnu", "/lib/ld-linux.so.2", Some("i686"), "i386", 0x0003),
    platform(8, LITTLE_64, "mips64el-linux-gnuabi64", "/lib64/ld.so.1", Some("mips64"), "mips64el", 0x0703),
    platform(21, LITTLE_64, "powerpc64le-linux-gnu", "/lib64/ld64.so.2", None, "powerpc64le", 0x0503),
    platform(
        243,
        LITTLE_64,
        "riscv64-linux-gnu",
        "/lib/ld-linux-riscv64-lp64d.so.1",
        None,
        "riscv64",
        0x1003,
    ),
    platform(22, BIG_64, "s390x-linux-gnu", "/lib/ld64.so.1", None, "s390x", 0x0403),
    platform(
        258,
        LITTLE_64,
        "loongarch64-linux-gnu",
        "/lib64/ld-linux-loongarch-lp64d.so.1",
        None,
        "loongarch64",
        0x1303,
    ),
];

impl Platform {
    /// Constants of a machine; none if it has no Debian port.
    pub fn of(machine: Machine) -> Option<&'static Self> {
        PLATFORMS.iter().find(|platform| platform.machine() == machine)
    }

    /// Constants of the machine with a multiarch triplet.
    pub fn of_triplet(triplet: &str) -> Option<&'static Self> {
        PLATFORMS.iter().find(|platform| platform.triplet == triplet)
    }

    /// Constants of all machines with a Debian port.
    pub fn all() -> &'static [Self] {
        PLATFORMS
    }

    /// Path of a C library's dynamic linker.
    pub fn linker(&self, libc: Libc) -> String {
        match libc {
            Libc::Glibc => self.interpreter.to_owned(),
            Libc::Musl => format!("/lib/ld-musl-{}.so.1", self.musl_name),
        }
    }

    /// Machine, as ELF headers state it.
    pub fn machine(&self) -> Machine {
        Machine {
            class: self.class,
            byte_order: self.byte_order,
            number: self.machine,
            hard_float: self.hard_float,
        }
    }

    /// `$LIB` of Debian's glibc.
    pub fn lib_token(&self) -> String {
        format!("lib/{}", self.triplet)
    }

    /// Directories that are searched last, in order.
    pub fn default_directories(&self) -> [String; 4] {
        let triplet = self.triplet;
        [format!("/lib/{triplet}"), format!("/usr/lib/{triplet}"), "/lib".into(), "/usr/lib".into()]
    }

    /// Sub-directories that are searched before each directory, the best first.
    pub fn hwcaps(&self, level: CpuLevel) -> Vec<String> {
        if self.triplet != "x86_64-linux-gnu" {
            return Vec::new();
        }
        CpuLevel::ALL
            .iter()
            .rev()
            .filter(|candidate| **candidate <= level && **candidate != CpuLevel::V1)
            .map(|candidate| format!("glibc-hwcaps/{candidate}"))
            .collect()
    }
}
