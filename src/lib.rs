//! sodeb finds the shared libraries that a built tree lacks, and the Debian packages that have them.
//!
//! ```text
//!  apps ─┐ read   ┌───────────┐ overlay ┌──────┐  link   ┌─────────┐ missing ┌─────────┐
//!        ├──────► │ Inventory │ ──────► │ Root │ ──────► │ LinkMap │ ──────► │ resolve │ ─► Resolution ─► emit
//!  base ─┘        └───────────┘         └──────┘         └─────────┘ sonames └─────────┘
//!                                                                               ▲
//!                  archive: signed Release, Contents, Packages ─► catalog ──────┘
//! ```
//!
//! - [`vocabulary`]: the words that the stages share.
//! - [`elf`]: what the dynamic linker would see of a file.
//! - [`inventory`]: a tree's paths, links and ELF facts, read once; [`root`]: inventories laid over each other.
//! - [`loader`]: glibc's and musl's dynamic linkers, emulated on a root.
//! - [`app`]: which of a tree's objects something starts or opens, each linked in its process.
//! - [`registry`]: images that are not files here: in registries, in docker's engine.
//! - [`bases`]: well-known images, by the packages that they are made of.
//! - [`companions`]: what of packages is shipped though no object asks for it.
//! - [`archive`]: a client of Debian's and Ubuntu's archives; [`catalog`]: which package has a library.
//! - [`mod@resolve`]: what becomes of each soname; [`select`]: the smallest set of packages that meets what is
//!   needed; [`mod@close`]: the packages that close the gap; [`plan`]: what is put on a base, file by file;
//!   [`graph`]: who loads what, and why; [`mod@audit`]: what is wrong in an image that is there.
//! - [`layer`]: the files themselves, out of the packages, as a tar archive or a directory.
//! - [`image`]: a whole image of a base, that layer and the trees.
//! - [`debs`]: the packages' files; [`library_index`]: the libraries of whole releases, and their export as tables.
//! - [`pipeline`]: the stages in their order.
//! - [`emit`]: answers as text and JSON; [`cli`]: the command.
//!
//! Each module names only those before it in the flow of data. Only reading a source, the archive client, the
//! cache and the command line touch the outside; only [`cli`] prints or reads the environment.
//! ARCHITECTURE.md tells the rest.
//!
//! # Example
//!
//! Which package has what a tree lacks, by the catalog that is compiled in:
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
//! let sources = InputTrees::read(&[tree.to_owned()], None, &[RootedPath::new("/app")], ReadDepth::Link)?;
//! let settings = LinkerSettings::default();
//! let root = sources.root();
//! let linked =
//!     LinkedTrees::link(&root, Inputs { sources: &sources, settings: &settings, architecture: None });
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
