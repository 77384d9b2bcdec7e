//! Words for platforms in paths: `prebuilds/linux-x64/node.napi.musl.node`, `@img/sharp-linuxmusl-arm64`,
//! `node-v115-linux-x64`. Variants of one file differ in them alone.

use bstr::ByteSlice;

use crate::vocabulary::RootedPath;

/// Words for operating systems, machines, C libraries and ABIs as npm, node-gyp, Rust, Go and Python write them.
const WORDS: &[&str] = &[
    "linux",
    "linuxmusl",
    "linuxglibc",
    "alpine",
    "darwin",
    "macos",
    "macosx",
    "osx",
    "apple",
    "win32",
    "win64", //
    "windows",
    "msvc",
    "freebsd",
    "openbsd",
    "netbsd",
    "android",
    "androideabi",
    "sunos",
    "aix",
    "unknown",
    "pc", //
    "x64",
    "amd64",
    "ia32",
    "x86",
    "i386",
    "i586",
    "i686",
    "arm64",
    "aarch64",
    "arm",
    "armv6",
    "armv7",
    "armv7l", //
    "armv6l",
    "armv8",
    "armhf",
    "arm32",
    "arm32hf",
    "ppc64",
    "ppc64le",
    "ppc64el",
    "s390x",
    "riscv64", //
    "riscv64gc",
    "riscv64hf64",
    "riscv64d",
    "loong64",
    "loongarch64",
    "loong64hf64",
    "mips64el",
    "universal", //
    "universal2",
    "gnu",
    "glibc",
    "musl",
    "gnueabihf",
    "gnueabi",
    "musleabihf",
    "musleabi",
    "napi",
    "electron",
];

/// Path without the words for platforms, and what they said.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PlatformWords {
    /// Path without them: equal for the variants of one file.
    pub(super) rest: Vec<u8>,
    /// True if the path has any.
    pub(super) is_named: bool,
    /// True if one of them means musl.
    pub(super) is_musl: bool,
    /// NODE_MODULE_VERSION in the path.
    pub(super) node_abi: Option<u32>,
}

impl PlatformWords {
    /// Reads the words of a path.
    pub(super) fn of(path: &RootedPath) -> Self {
        let mut words = Self::default();
        for component in path.components() {
            words.rest.push(b'/');
            words.add(component);
        }
        words
    }

    fn add(&mut self, component: &[u8]) {
        let component = component.to_ascii_lowercase().replace("x86_64", "x64").replace("x86-64", "x64");
        let is_separator = |byte: u8| matches!(byte, b'-' | b'_' | b'.' | b'+');
        let mut before: &[u8] = b"";
        for word in component.split(|byte| is_separator(*byte)).filter(|word| !word.is_empty()) {
            let abi =
                number_after(word, b"abi").or_else(|| number_after(word, b"v").filter(|_| before == b"node"));
            self.is_musl |= word.contains_str("musl") || word == b"alpine";
            let is_word = WORDS.iter().any(|known| known.as_bytes() == word);
            let is_napi_version = before == b"napi" && number_after(word, b"v").is_some();
            before = word;
            if abi.is_some() {
                self.node_abi = self.node_abi.or(abi);
                self.is_named = true;
            } else if is_word || is_napi_version {
                self.is_named = true;
            } else {
                self.rest.extend(word);
                self.rest.push(b'.');
            }
        }
    }
}

/// Parses the number that is the rest of a word.
fn number_after(word: &[u8], start: &[u8]) -> Option<u32> {
    word.strip_prefix(start)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(path: &str) -> PlatformWords {
        PlatformWords::of(&RootedPath::new(path))
    }

    #[test]
    fn variants_of_one_file_have_the_same_rest() {
        let groups: &[&[&str]] = &[
            &["/n/koffi/build/koffi/linux_x64/koffi.node", "/n/koffi/build/koffi/freebsd_arm64/koffi.node"],
            &["/n/o/oracledb-26.0.0-linux-x64.node", "/n/o/oracledb-26.0.0-win32-x64.node"],
            &[
                "/n/@img/sharp-linux-x64/lib/sharp-linux-x64.node",
                "/n/@img/sharp-linuxmusl-arm64/lib/sharp-linuxmusl-arm64.node",
            ],
            &[
                "/n/p/prebuilds/linux-x64/node.napi.glibc.node",
                "/n/p/prebuilds/linux-arm64/node.napi.armv8.node",
            ],
            &[
                "/n/q/lib/binding/node-v115-linux-x64-glibc/q.node",
                "/n/q/lib/binding/node-v108-darwin-arm64/q.node",
            ],
            &[
                "/n/@swc/core-linux-x64-gnu/swc.linux-x64-gnu.node",
                "/n/@swc/core-linux-x64-musl/swc.linux-x64-musl.node",
            ],
            &["/x/bin/tool-x86_64-unknown-linux-gnu", "/x/bin/tool-aarch64-apple-darwin"],
        ];
        for group in groups {
            let rests: Vec<_> = group.iter().map(|path| words(path).rest).collect();
            assert!(rests.windows(2).all(|pair| pair[0] == pair[1]), "{group:?}: {rests:?}");
            assert!(group.iter().all(|path| words(path).is_named));
        }
        assert_ne!(words("/n/a/one.node").rest, words("/n/a/two.node").rest);
    }

    #[test]
    fn the_words_say_what_headers_may_not() {
        assert!(words("/n/p/prebuilds/linux-x64/node.napi.musl.node").is_musl);
        assert_eq!(words("/n/p/prebuilds/linux-x64/node.abi108.node").node_abi, Some(108));
        assert_eq!(words("/n/q/node-v115-linux-x64/q.node").node_abi, Some(115));
        assert_eq!(
            words("/n/q/v8/q.node"),
            PlatformWords { rest: b"/n./q./v8./q.node.".to_vec(), ..PlatformWords::default() }
        );
    }
}
