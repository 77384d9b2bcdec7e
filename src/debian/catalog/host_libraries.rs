//! Libraries of the host's drivers, which a container runtime mounts into the container. They must not come from a
//! package, since they have to match the kernel module.

/// Family of such libraries.
struct HostLibrary {
    /// Prefix of the file names.
    prefix: &'static str,
    /// Origin of the libraries.
    provider: &'static str,
}

const NVIDIA: &str = "the NVIDIA driver, which the container runtime mounts";

/// Libraries that container toolkits mount. Prefixes end at a dot or a dash, so that the one of `libcuda.so.1` does
/// not match `libcudart.so.12`, which comes from a package.
const HOST_LIBRARIES: &[HostLibrary] = &[
    HostLibrary { prefix: "libcuda.so", provider: NVIDIA },
    HostLibrary { prefix: "libcudadebugger.so", provider: NVIDIA },
    HostLibrary { prefix: "libnvcuvid.so", provider: NVIDIA },
    HostLibrary { prefix: "libnvidia-", provider: NVIDIA },
    HostLibrary { prefix: "libnvoptix.so", provider: NVIDIA },
    HostLibrary { prefix: "libGLX_nvidia.so", provider: NVIDIA },
    HostLibrary { prefix: "libEGL_nvidia.so", provider: NVIDIA },
    HostLibrary { prefix: "libvdpau_nvidia.so", provider: NVIDIA },
    HostLibrary { prefix: "libhsa-amd-aqlprofile64.so", provider: "AMD's ROCm driver" },
];

/// Returns the origin of a library of the host's drivers; none for other libraries.
pub fn host_provider(soname: &[u8]) -> Option<&'static str> {
    HOST_LIBRARIES
        .iter()
        .find(|library| soname.starts_with(library.prefix.as_bytes()))
        .map(|library| library.provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drivers_library_is_not_the_toolkits() {
        assert!(host_provider(b"libcuda.so.1").is_some());
        assert!(host_provider(b"libnvidia-ml.so.1").is_some());
        assert!(host_provider(b"libcudart.so.12").is_none());
    }
}
