//! Small root file system whose objects are compiled for one rule of the dynamic linker.
//!
//! Objects are linked by `cc -nostdlib`, so that they need and find only what a test states. Facts that no linker would write
//! (both DT_RPATH and DT_RUNPATH, a foreign machine, bogus section headers) are patched into the bytes; the offsets are
//! those of the System V gABI for 64-bit little-endian files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Path of glibc's dynamic linker on x86-64.
pub(crate) const INTERPRETER: &str = "/lib64/ld-linux-x86-64.so.2";

/// Compiler for x86-64; on another machine, Debian's cross compiler.
pub(crate) const COMPILER: &str = if cfg!(target_arch = "x86_64") { "cc" } else { "x86_64-linux-gnu-gcc" };

/// Source of a program that exits by a system call, as it has no C library.
const START: &str = "void _start(void) { __asm__ volatile (\"mov $60, %eax; xor %edi, %edi; syscall\"); }\n";

/// Offsets in the file header.
const EI_CLASS: usize = 4;
const EI_DATA: usize = 5;
const EI_OSABI: usize = 7;
const E_TYPE: usize = 16;
const E_MACHINE: usize = 18;
const E_SHOFF: usize = 40;
const E_SHNUM: usize = 60;

/// Tags of the dynamic segment, for [`Patch::Retag`].
pub(crate) mod tag {
    pub(crate) const RPATH: u64 = 15;
    pub(crate) const DEPAUDIT: u64 = 0x6fff_fefb;
}

/// Object before it is compiled.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    path: String,
    is_program: bool,
    soname: Option<String>,
    needed: Vec<String>,
    flags: Vec<String>,
    source: String,
}

/// Returns a program at that path of the root, with [`INTERPRETER`] as its PT_INTERP.
pub(crate) fn program(path: &str) -> Object {
    Object {
        path: path.to_owned(),
        is_program: true,
        soname: None,
        needed: Vec::new(),
        flags: vec![format!("-Wl,--dynamic-linker,{INTERPRETER}")],
        source: START.to_owned(),
    }
}

/// Returns a library at that path of the root, with the file name as its soname.
pub(crate) fn library(path: &str) -> Object {
    let name = path.rsplit('/').next().map(str::to_owned);
    Object {
        path: path.to_owned(),
        is_program: false,
        soname: name,
        needed: Vec::new(),
        flags: Vec::new(),
        source: "int nothing;\n".to_owned(),
    }
}

/// Returns a program that opens a library by dlopen(3) and exits with 0 if that succeeds. It needs glibc.
pub(crate) fn opener(path: &str, opened: &str) -> Object {
    let start = format!(
        "void *dlopen(const char *, int); void _exit(int);\n\
         __attribute__((force_align_arg_pointer)) void _start(void) {{ _exit(dlopen(\"{opened}\", 2) == 0); }}\n"
    );
    Object { source: start, ..program(path) }.flag("-lc")
}

impl Object {
    /// Changes the path and keeps the rest.
    pub(crate) fn at(mut self, path: &str) -> Self {
        self.path = path.to_owned();
        self
    }

    /// Sets DT_SONAME.
    pub(crate) fn soname(mut self, soname: &str) -> Self {
        self.soname = Some(soname.to_owned());
        self
    }

    /// Removes DT_SONAME, as in most extension modules.
    pub(crate) fn without_soname(mut self) -> Self {
        self.soname = None;
        self
    }

    /// Adds a DT_NEEDED.
    pub(crate) fn needs(mut self, soname: &str) -> Self {
        self.needed.push(soname.to_owned());
        self
    }

    /// Sets DT_RPATH.
    pub(crate) fn rpath(self, list: &str) -> Self {
        self.flag("-Wl,--disable-new-dtags").flag(&format!("-Wl,-rpath,{list}"))
    }

    /// Sets DT_RUNPATH.
    pub(crate) fn runpath(self, list: &str) -> Self {
        self.flag("-Wl,--enable-new-dtags").flag(&format!("-Wl,-rpath,{list}"))
    }

    /// Sets both: the linker writes DT_DEPAUDIT for the first, which is then renamed to DT_RPATH.
    pub(crate) fn rpath_and_runpath(self, rpath: &str, runpath: &str) -> Self {
        self.flag(&format!("-Wl,--depaudit={rpath}")).runpath(runpath)
    }

    /// Adds an argument for the compiler.
    pub(crate) fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    /// Sets the source; a program's own start code is kept.
    pub(crate) fn source(mut self, source: &str) -> Self {
        self.source.push_str(source);
        self
    }

    /// Sets PT_INTERP.
    pub(crate) fn interpreter(self, path: &str) -> Self {
        self.flag(&format!("-Wl,--dynamic-linker,{path}"))
    }
}

/// Change in the bytes of a linked object.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patch {
    /// e_machine.
    Machine(u16),
    /// EI_CLASS: 1 is 32 bits.
    Class(u8),
    /// EI_DATA: 2 is big-endian.
    ByteOrder(u8),
    /// EI_OSABI.
    OsAbi(u8),
    /// e_type: 1 is ET_REL.
    Type(u16),
    /// e_shoff and e_shnum beyond the end of the file.
    BogusSections,
    /// Second tag in place of the first one in the dynamic segment.
    Retag(u64, u64),
    /// VER_FLG_WEAK on every needed version.
    WeakVersionNeeds,
}

/// Root file system in a temporary directory.
#[derive(Debug)]
pub(crate) struct Fixture {
    directory: TempDir,
}

impl Fixture {
    /// Creates a root with glibc's dynamic linker: the host's own, or on other hosts a library of that name, which is enough for
    /// everything but the comparison with the real one.
    pub(crate) fn new() -> Self {
        let fixture = Self::empty();
        if Path::new(INTERPRETER).exists() {
            fixture.copy_in(INTERPRETER);
        } else {
            fixture.build(library(INTERPRETER));
        }
        fixture
    }

    /// Creates an empty root.
    pub(crate) fn empty() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        for part in ["root/etc", "root/proc", "scratch"] {
            fs::create_dir_all(directory.path().join(part)).expect("the directory is made");
        }
        Self { directory }
    }

    /// Returns the host path of the root.
    pub(crate) fn root(&self) -> PathBuf {
        self.directory.path().join("root")
    }

    /// Returns the host path of a path in the root, and creates its directory.
    pub(crate) fn host(&self, path: &str) -> PathBuf {
        let host = self.root().join(path.trim_start_matches('/'));
        let directory = host.parent().expect("a path below the root");
        fs::create_dir_all(directory).expect("the directory is made");
        host
    }

    /// Copies a file of the host to the same path of the root, with links resolved.
    pub(crate) fn copy_in(&self, path: &str) {
        fs::copy(path, self.host(path)).expect("the host's file is copied");
    }

    /// Writes a file.
    pub(crate) fn file(&self, path: &str, content: &str) {
        fs::write(self.host(path), content).expect("the file is written");
    }

    /// Creates a symbolic link.
    pub(crate) fn link(&self, path: &str, target: &str) {
        symlink(target, self.host(path)).expect("the link is made");
    }

    /// Creates a directory.
    pub(crate) fn make_directory(&self, path: &str) {
        fs::create_dir_all(self.host(path)).expect("the directory is made");
    }

    /// Sets the permission bits of a file.
    pub(crate) fn mode(&self, path: &str, mode: u32) {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.host(path), permissions).expect("the mode is set");
    }

    /// Moves a file within the root.
    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.host(from), self.host(to)).expect("the file is moved");
    }

    /// Compiles an object into the root.
    pub(crate) fn build(&self, object: Object) {
        let output = self.host(&object.path);
        let source = self.scratch_file("source.c", &object.source);
        let mut command = Command::new(COMPILER);
        command.args([
            "-nostdlib",
            "-fno-stack-protector",
            "-Wl,--no-as-needed",
            "-Wl,--allow-shlib-undefined",
        ]);
        command.args(if object.is_program { ["-fPIE", "-pie"] } else { ["-fPIC", "-shared"] });
        command.args(object.soname.iter().map(|soname| format!("-Wl,-soname,{soname}")));
        command.arg(&source).arg("-o").arg(&output);
        command.args(object.needed.iter().map(|soname| self.stub(soname)));
        run(command.args(&object.flags));
        if object.flags.iter().any(|flag| flag.contains("--depaudit")) {
            self.patch(&object.path, Patch::Retag(tag::DEPAUDIT, tag::RPATH));
        }
    }

    /// Compiles a library outside the root, to link against under that soname.
    fn stub(&self, soname: &str) -> PathBuf {
        let stub = self.scratch(&format!("{}.so", soname.replace('/', "_")));
        if !stub.exists() {
            let mut command = Command::new(COMPILER);
            command.args(["-nostdlib", "-shared", "-x", "c", "/dev/null", "-o"]).arg(&stub);
            run(command.arg(format!("-Wl,-soname,{soname}")));
        }
        stub
    }

    /// Writes a file for the compiler outside the root.
    pub(crate) fn scratch_file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.scratch(name);
        fs::write(&path, content).expect("the file is written");
        path
    }

    fn scratch(&self, name: &str) -> PathBuf {
        self.directory.path().join("scratch").join(name)
    }

    /// Changes the bytes of an object.
    pub(crate) fn patch(&self, path: &str, patch: Patch) {
        let host = self.host(path);
        let mut bytes = fs::read(&host).expect("the object is read");
        match patch {
            Patch::Machine(number) => put(&mut bytes, E_MACHINE, &number.to_le_bytes()),
            Patch::Class(class) => bytes[EI_CLASS] = class,
            Patch::ByteOrder(order) => bytes[EI_DATA] = order,
            Patch::OsAbi(abi) => bytes[EI_OSABI] = abi,
            Patch::Type(kind) => put(&mut bytes, E_TYPE, &kind.to_le_bytes()),
            Patch::BogusSections => {
                put(&mut bytes, E_SHOFF, &0x7fff_ffff_ffff_fff0_u64.to_le_bytes());
                put(&mut bytes, E_SHNUM, &[0xff, 0xff]);
            }
            Patch::Retag(from, to) => retag(&mut bytes, from, to),
            Patch::WeakVersionNeeds => weaken_version_needs(&mut bytes),
        }
        fs::write(&host, bytes).expect("the object is written");
    }
}

fn run(command: &mut Command) {
    let output = command.output().expect("the C compiler runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn put(bytes: &mut [u8], offset: usize, value: &[u8]) {
    bytes[offset..offset + value.len()].copy_from_slice(value);
}

fn half(bytes: &[u8], offset: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[offset], bytes[offset + 1]]))
}

fn word(bytes: &[u8], offset: usize) -> usize {
    u32::from_le_bytes(bytes[offset..offset + 4].try_into().expect("four bytes")) as usize
}

fn long(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(bytes[offset..offset + 8].try_into().expect("eight bytes"))
}

/// Returns the file offset and size of each section of a type; the section headers must not be patched yet.
fn sections(bytes: &[u8], kind: usize) -> Vec<(usize, usize)> {
    let (offset, size, count) = (long(bytes, E_SHOFF) as usize, half(bytes, 58), half(bytes, E_SHNUM));
    (0..count)
        .map(|index| offset + index * size)
        .filter(|header| word(bytes, header + 4) == kind)
        .map(|header| (long(bytes, header + 24) as usize, long(bytes, header + 32) as usize))
        .collect()
}

fn retag(bytes: &mut [u8], from: u64, to: u64) {
    const SHT_DYNAMIC: usize = 6;
    let (start, size) = sections(bytes, SHT_DYNAMIC)[0];
    let entries: Vec<_> =
        (start..start + size).step_by(16).filter(|entry| long(bytes, *entry) == from).collect();
    assert!(!entries.is_empty(), "there is an entry to rename");
    for entry in entries {
        put(bytes, entry, &to.to_le_bytes());
    }
}

fn weaken_version_needs(bytes: &mut [u8]) {
    const SHT_GNU_VERNEED: usize = 0x6fff_fffe;
    let (mut need, _) = sections(bytes, SHT_GNU_VERNEED)[0];
    loop {
        let mut version = need + word(bytes, need + 8);
        for _ in 0..half(bytes, need + 2) {
            put(bytes, version + 4, &2_u16.to_le_bytes());
            version += word(bytes, version + 12);
        }
        match word(bytes, need + 12) {
            0 => return,
            next => need += next,
        }
    }
}
