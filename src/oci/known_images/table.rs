//! Packages of the known images.
//!
//! Distroless: the packages listed by its build files in August 2026 (`*/config.bzl` of
//! <https://github.com/GoogleContainerTools/distroless>; python3-debian12 as of its last build). Debian's slim images
//! are made by debootstrap's variant minbase: the packages that are essential or of priority required, apt, and the
//! packages that apt would install with them, in the releases of 2026.

use super::known_image::KnownImage;

/// Links of a merged /usr, as debootstrap makes it.
const MERGED: &[(&str, &str)] =
    &[("bin", "usr/bin"), ("lib", "usr/lib"), ("lib64", "usr/lib64"), ("sbin", "usr/sbin")];

/// All known images.
pub(super) const TABLE: &[KnownImage] = &[
    KnownImage {
        names: &["distroless/static-debian12"],
        release: "bookworm",
        packages: &[STATIC_12],
        links: &[],
    },
    KnownImage {
        names: &["distroless/base-debian12"],
        release: "bookworm",
        packages: &[STATIC_12, BASE_12],
        links: &[],
    },
    KnownImage {
        names: &["distroless/cc-debian12"],
        release: "bookworm",
        packages: &[STATIC_12, BASE_12, CC_12],
        links: &[],
    },
    KnownImage {
        names: &["distroless/python3-debian12"],
        release: "bookworm",
        packages: &[STATIC_12, BASE_12, CC_12, PYTHON_12],
        links: &[("usr/bin/python3", "python3.11"), ("usr/bin/python", "python3.11")],
    },
    KnownImage {
        names: &["debian:bookworm-slim", "debian:12-slim", "debian:bookworm", "debian:12"],
        release: "bookworm",
        packages: &[SLIM_BOOKWORM],
        links: MERGED,
    },
    KnownImage {
        names: &["distroless/static-debian13"],
        release: "trixie",
        packages: &[STATIC_13],
        links: &[],
    },
    KnownImage {
        names: &["distroless/base-debian13"],
        release: "trixie",
        packages: &[STATIC_13, BASE_13],
        links: &[],
    },
    KnownImage {
        names: &["distroless/cc-debian13"],
        release: "trixie",
        packages: &[STATIC_13, BASE_13, CC_13],
        links: &[],
    },
    KnownImage {
        names: &["distroless/python3-debian13"],
        release: "trixie",
        packages: &[STATIC_13, BASE_13, CC_13, PYTHON_13],
        links: &[("usr/bin/python3", "python3.13"), ("usr/bin/python", "python3.13")],
    },
    KnownImage {
        names: &["debian:trixie-slim", "debian:13-slim", "debian:trixie", "debian:13"],
        release: "trixie",
        packages: &[SLIM_TRIXIE],
        links: MERGED,
    },
];

#[rustfmt::skip]
const STATIC_12: &[&str] = &[
    "base-files", "netbase", "tzdata", "media-types",
];

#[rustfmt::skip]
const BASE_12: &[&str] = &[
    "libc6", "libssl3",
];

#[rustfmt::skip]
const CC_12: &[&str] = &[
    "libgomp1", "libstdc++6", "libgcc-s1", "gcc-12-base",
];

#[rustfmt::skip]
const PYTHON_12: &[&str] = &[
    "libbz2-1.0", "libdb5.3", "libexpat1", "liblzma5", "libsqlite3-0", "libuuid1", "libncursesw6", "libtinfo6",
    "python3-distutils", "zlib1g", "libcom-err2", "libcrypt1", "libgssapi-krb5-2", "libk5crypto3", "libkeyutils1",
    "libkrb5-3", "libkrb5support0", "libnsl2", "libreadline8", "libtirpc3", "libffi8", "libpython3.11-minimal",
    "libpython3.11-stdlib", "python3.11-minimal",
];

#[rustfmt::skip]
const STATIC_13: &[&str] = &[
    "base-files", "netbase", "tzdata", "tzdata-legacy", "media-types",
];

#[rustfmt::skip]
const BASE_13: &[&str] = &[
    "libc6", "libssl3t64", "libzstd1", "zlib1g",
];

#[rustfmt::skip]
const CC_13: &[&str] = &[
    "libgomp1", "libstdc++6", "libgcc-s1", "gcc-14-base",
];

#[rustfmt::skip]
const PYTHON_13: &[&str] = &[
    "libbz2-1.0", "libdb5.3t64", "libexpat1", "liblzma5", "libsqlite3-0", "libuuid1", "libncursesw6", "libtinfo6",
    "libcom-err2", "libcrypt1", "libc-bin", "libgssapi-krb5-2", "libk5crypto3", "libkeyutils1", "libkrb5-3",
    "libkrb5support0", "libnsl2", "libreadline8t64", "libtirpc3t64", "libffi8", "libpython3.13-minimal",
    "libpython3.13-stdlib", "python3.13-minimal", "python3.13-venv",
];

#[rustfmt::skip]
const SLIM_BOOKWORM: &[&str] = &[
    "adduser", "apt", "base-files", "base-passwd", "bash", "bsdutils", "coreutils", "dash", "debconf",
    "debian-archive-keyring", "debianutils", "diffutils", "dpkg", "e2fsprogs", "findutils", "gcc-12-base", "gpgv",
    "grep", "gzip", "hostname", "init-system-helpers", "libacl1", "libapt-pkg6.0", "libattr1", "libaudit-common",
    "libaudit1", "libblkid1", "libbz2-1.0", "libc-bin", "libc6", "libcap-ng0", "libcap2", "libcom-err2",
    "libcrypt1", "libdb5.3", "libdebconfclient0", "libext2fs2", "libffi8", "libgcc-s1", "libgcrypt20", "libgmp10",
    "libgnutls30", "libgpg-error0", "libhogweed6", "libidn2-0", "liblz4-1", "liblzma5", "libmd0", "libmount1",
    "libnettle8", "libp11-kit0", "libpam-modules", "libpam-modules-bin", "libpam-runtime", "libpam0g",
    "libpcre2-8-0", "libseccomp2", "libselinux1", "libsemanage-common", "libsemanage2", "libsepol2",
    "libsmartcols1", "libss2", "libstdc++6", "libsystemd0", "libtasn1-6", "libtinfo6", "libudev1", "libunistring2",
    "libuuid1", "libxxhash0", "libzstd1", "login", "logsave", "mawk", "mount", "ncurses-base", "ncurses-bin",
    "passwd", "perl-base", "sed", "sysvinit-utils", "tar", "tzdata", "usr-is-merged", "util-linux",
    "util-linux-extra", "zlib1g",
];

#[rustfmt::skip]
const SLIM_TRIXIE: &[&str] = &[
    "apt", "base-files", "base-passwd", "bash", "bsdutils", "coreutils", "dash", "debconf",
    "debian-archive-keyring", "debianutils", "diffutils", "dpkg", "findutils", "gcc-14-base", "grep", "gzip",
    "hostname", "init-system-helpers", "libacl1", "libapt-pkg7.0", "libattr1", "libaudit-common", "libaudit1",
    "libblkid1", "libbsd0", "libbz2-1.0", "libc-bin", "libc6", "libcap-ng0", "libcap2", "libcrypt1", "libdb5.3t64",
    "libdebconfclient0", "libgcc-s1", "libgmp10", "libhogweed6t64", "liblastlog2-2", "liblz4-1", "liblzma5",
    "libmd0", "libmount1", "libnettle8t64", "libpam-modules", "libpam-modules-bin", "libpam-runtime", "libpam0g",
    "libpcre2-8-0", "libseccomp2", "libselinux1", "libsemanage-common", "libsemanage2", "libsepol2",
    "libsmartcols1", "libsqlite3-0", "libssl3t64", "libstdc++6", "libsystemd0", "libtinfo6", "libudev1",
    "libuuid1", "libxxhash0", "libzstd1", "login", "login.defs", "mawk", "mount", "ncurses-base", "ncurses-bin",
    "openssl-provider-legacy", "passwd", "perl-base", "sed", "sqv", "sysvinit-utils", "tar", "tzdata",
    "usr-is-merged", "util-linux", "zlib1g",
];
