//! sodeb finds the shared libraries that are missing for an app on a base, and the Debian packages that provide them.
//!
//! ```text
//!  apps ─┐ read   ┌───────────┐ overlay ┌──────┐  link   ┌─────────┐ missing ┌─────────┐ choose ┌──────┐
//!        ├──────► │ Inventory │ ──────► │ Root │ ──────► │ LinkMap │ ──────► │ Catalog │ ─────► │ Plan │ ─► emit
//!  base ─┘        └───────────┘         └──────┘         └─────────┘ sonames └─────────┘        └──────┘
//! ```
//!
//! The modules are the wings of the program, in the order in which data flows. A wing names only wings before it.
//!
//! - [`vocabulary`]: types that all stages share.
//! - [`support`]: files, digests, compression, TLS and progress reporting.
//! - [`elf`]: ELF files as the dynamic linker sees them.
//! - [`tree`]: the inventory of a directory, .deb or image, and the root that overlaid inventories form.
//! - [`loader`]: the dynamic linkers of glibc and musl, emulated on a root.
//! - [`app`]: the kind of each app, its objects that something starts or opens, and what code opens by name.
//! - [`debian`]: the archive client, catalogs of libraries, .debs, and library indices of whole releases.
//! - [`solve`]: from missing sonames to the smallest set of packages, the graph, the plan and its lock.
//! - [`oci`]: registries, base images, the layer with the missing libraries, and whole images.
//! - [`audit`]: rules that an image should keep, and the findings.
//! - [`emit`]: answers as text, JSON, HTML and manifests.
//! - [`pipeline`]: the stages of one whole answer.
//! - [`cli`]: the command line, which alone prints and reads the environment.
//!
//! ARCHITECTURE.md describes the rooms of each wing and the rules that hold everywhere.
//!
//! # Example
//!
//! Find the package that provides a missing library, with the embedded catalog:
//!
//! ```
//! use sodeb::app::InputTrees;
//! use sodeb::debian::catalog::{Catalog, FileCatalog, embedded_catalogs};
//! use sodeb::tree::inventory::ReadDepth;
//! use sodeb::loader::LinkerSettings;
//! use sodeb::pipeline::{Catalogs, Inputs, LinkedTrees};
//! use sodeb::vocabulary::RootedPath;
//!
//! # // The smallest object that needs a library: a header, PT_LOAD, PT_DYNAMIC and four dynamic entries.
//! # fn object_that_needs(soname: &str) -> Vec<u8> {
//! #     let strings = [b"\0", soname.as_bytes(), b"\0"].concat();
//! #     let size = 240 + strings.len() as u64;
//! #     let header = [0x0001_0102_464c_457f, 0, 0x1_003e_0003, 0, 64, 0, 0x0038_0040_0000_0000, 2];
//! #     let load = [0x4_0000_0001, 0, 0, 0, size, size, 4096];
//! #     let dynamic = [0x4_0000_0002, 176, 176, 176, 64, 64, 8];
//! #     let entries = [1, 1, 5, 240, 10, strings.len() as u64, 0, 0];
//! #     let words = [&header[..], &load, &dynamic, &entries].concat();
//! #     words.iter().flat_map(|word: &u64| word.to_le_bytes()).chain(strings).collect()
//! # }
//! # let directory = tempfile::tempdir()?;
//! # let tree = directory.path();
//! # std::fs::write(tree.join("_native.so"), object_that_needs("libgmp.so.10"))?;
//! let trees = InputTrees::read(&[tree.to_owned()], None, &[RootedPath::new("/app")], ReadDepth::Link)?;
//! let settings = LinkerSettings::default();
//! let root = trees.root();
//! let linked =
//!     LinkedTrees::link(&root, Inputs { trees: &trees, settings: &settings, image: None, architecture: None });
//!
//! let is_wanted = |catalog: &FileCatalog| {
//!     let target = &catalog.provenance().target;
//!     target.release.as_str() == "bookworm" && Some(target.architecture) == linked.architecture()
//! };
//! let bookworm = embedded_catalogs()?.into_iter().find(is_wanted).ok_or("no catalog for these objects")?;
//! let catalogs = Catalogs { main: Box::new(bookworm), others: Vec::new() };
//! let resolution = linked.resolve(&catalogs)?.into_resolution();
//!
//! let gmp = &resolution.sonames[0];
//! assert_eq!(gmp.soname.as_bytes(), b"libgmp.so.10");
//! assert_eq!(gmp.needed_by, [RootedPath::new("/app/_native.so")]);
//! assert_eq!(resolution.packages[0].package.name.as_str(), "libgmp10");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

pub mod app;
pub mod audit;
pub mod cli;
pub mod code;
pub mod debian;
pub mod elf;
pub mod emit;
pub mod loader;
pub mod oci;
pub mod pipeline;
pub mod solve;
pub mod support;
pub mod tree;
pub mod vocabulary;
