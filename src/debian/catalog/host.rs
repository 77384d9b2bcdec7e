//! Libraries that the machine's driver brings and a container runtime mounts into the image: they must not
//! come from a package, since they have to match the kernel's module.

/// A family of such libraries.
struct HostLibrary {
    /// How its names begin.
    prefix: &'static str,
    /// What brings it.
    provider: &'static str,
}

const NVIDIA: &str = "the NVIDIA driver, which the container runtime mounts";

/// What container toolkits mount. Names end at a dot or a dash, so that `libcuda.so.1` does not stand for
/// `libcudart.so.12`, which is a library like any other.
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

/// What brings the library of this name, if a driver does.
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
