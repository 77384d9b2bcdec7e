//! Formats of files that no dynamic linker loads, recognised by their content. A file's name does not count.

use std::io::{self, Read};

use bstr::ByteSlice;

use super::file_store::StoredFile;
use super::image::is_image_archive;
use super::listing::Inventory;
use crate::elf::{self, SequentialReader};
use crate::support::decompress::Compression;
use crate::vocabulary::named;

/// Bytes at the beginning of a file that have the magic numbers of all formats; that of ext is at 1,080.
const HEAD_BYTES: usize = 2048;

/// Bytes at the end of a zip in which its list of members is searched for names.
const LIST_BYTES: u64 = 1 << 20;

named! {
    /// Format of a file that no dynamic linker loads.
    InputFormat("file format") {
        /// No byte at all.
        Empty = "an empty file",
        /// UTF-8 without NUL bytes.
        Text = "a text file",
        /// Lock that sodeb writes.
        Lock = "a lock of sodeb",
        /// Zip with a WHEEL file (PEP 427).
        Wheel = "a Python wheel",
        /// Zip that Python runs: a PEX, a zipapp, a shiv.
        PythonZip = "a Python zip application",
        /// Zip with a manifest of Java.
        Jar = "a Java archive",
        /// Any other zip, self-extracting ones too.
        Zip = "a zip archive",
        /// Debian package.
        Deb = "a Debian package",
        /// RPM package.
        Rpm = "an RPM package",
        /// Archive of object files for the linker.
        StaticLibrary = "a static library",
        /// Tar, compressed or not.
        Tar = "a tar archive",
        /// Image in a tar: an OCI layout or the output of docker-save.
        ImageArchive = "an archive of container images",
        /// cpio archive.
        Cpio = "a cpio archive",
        /// 7z archive.
        SevenZip = "a 7z archive",
        /// Compressed file that is no tar.
        Compressed = "a compressed file",
        /// Program that mounts the file system image behind it.
        AppImage = "an AppImage",
        /// SquashFS.
        Squashfs = "a SquashFS image",
        /// EROFS.
        Erofs = "an EROFS image",
        /// ext2, ext3 or ext4.
        Ext = "an ext file system image",
        /// Object file that a linker has yet to link.
        ObjectFile = "an object file before linking",
        /// Memory of a process that crashed.
        CoreDump = "a core dump",
        /// Program or library for macOS.
        MachO = "a Mach-O file for macOS",
        /// Program or library for Windows.
        Pe = "a PE file for Windows",
        /// WebAssembly module.
        WebAssembly = "a WebAssembly module",
        /// Anything else.
        Data = "a data file",
    }
}

/// Bytes of a compressed file that are read to look for a tar in it: one block of bzip2 and more.
const COMPRESSED_BYTES: u64 = 1 << 20;

/// Formats by the first bytes.
const MAGICS: &[(&[u8], InputFormat)] = &[
    (b"!<arch>\ndebian-binary", InputFormat::Deb),
    (b"!<arch>\n", InputFormat::StaticLibrary),
    (b"!<thin>\n", InputFormat::StaticLibrary),
    (b"\xed\xab\xee\xdb", InputFormat::Rpm),
    (b"070701", InputFormat::Cpio),
    (b"070702", InputFormat::Cpio),
    (b"070707", InputFormat::Cpio),
    (b"7z\xbc\xaf\x27\x1c", InputFormat::SevenZip),
    (b"hsqs", InputFormat::Squashfs),
    (b"\xfe\xed\xfa\xce", InputFormat::MachO),
    (b"\xfe\xed\xfa\xcf", InputFormat::MachO),
    (b"\xce\xfa\xed\xfe", InputFormat::MachO),
    (b"\xcf\xfa\xed\xfe", InputFormat::MachO),
    (b"\0asm", InputFormat::WebAssembly),
];

/// Formats by bytes at an offset.
const MAGICS_INSIDE: &[(usize, &[u8], InputFormat)] =
    &[(1024, b"\xe2\xe1\xf5\xe0", InputFormat::Erofs), (1080, b"\x53\xef", InputFormat::Ext)];

/// Offset and value of the magic of a tar.
const TAR_MAGIC: (usize, &[u8]) = (257, b"ustar");

impl Inventory {
    /// Returns the format of a regular file that is neither a script nor an object that a linker loads; none for those.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn format_of(&self, path: &[u8]) -> io::Result<Option<InputFormat>> {
        let file = self.files().open(path)?;
        let format = format(&*file)?;
        if format == Some(InputFormat::Tar) && is_image_archive(&self.files().display_path(path)) {
            return Ok(Some(InputFormat::ImageArchive));
        }
        Ok(format)
    }
}

fn format(file: &dyn StoredFile) -> io::Result<Option<InputFormat>> {
    let mut head = vec![0; HEAD_BYTES];
    let length = file.read_at(&mut head, 0)?;
    head.truncate(length);
    let has = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if head.starts_with(&elf::MAGIC) {
        return Ok(elf_format(&head));
    }
    let is_script = head.starts_with(b"#!");
    if is_script || head.starts_with(b"PK") {
        return match zip_format(file)? {
            None if !is_script => Ok(Some(InputFormat::Data)),
            zip => Ok(zip),
        };
    }
    let found = MAGICS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, format)| *format);
    let inside = || MAGICS_INSIDE.iter().find(|(offset, magic, _)| has(*offset, magic));
    let found = found.or_else(|| inside().map(|(_, _, format)| *format));
    Ok(Some(match found {
        Some(format) => format,
        None if head.is_empty() => InputFormat::Empty,
        None if has(TAR_MAGIC.0, TAR_MAGIC.1) => InputFormat::Tar,
        None if is_pe(file, &head)? => InputFormat::Pe,
        None if is_fat_mach_o(&head) => InputFormat::MachO,
        None if zip_format(file)?.is_some() => InputFormat::Zip,
        None => compressed_format(file)?.unwrap_or_else(|| text_format(&head)),
    }))
}

/// Format of a file with ELF's magic; none if a linker loads it.
fn elf_format(head: &[u8]) -> Option<InputFormat> {
    const TYPE_OFFSET: usize = 16;
    /// "AI" and a version in the padding of e_ident.
    const APP_IMAGE: [&[u8]; 2] = [b"AI\x01", b"AI\x02"];
    if head.get(8..11).is_some_and(|padding| APP_IMAGE.contains(&padding)) {
        return Some(InputFormat::AppImage);
    }
    let kind = head.get(TYPE_OFFSET..TYPE_OFFSET + 2)?;
    let kind = if head.get(5) == Some(&2) { [kind[1], kind[0]] } else { [kind[0], kind[1]] };
    match u16::from_le_bytes(kind) {
        1 => Some(InputFormat::ObjectFile),
        4 => Some(InputFormat::CoreDump),
        _ => None,
    }
}

/// Format of a zip by the names in its list of members, which is at its end; none for any other file. A zip may have a
/// program or a script before it.
fn zip_format(file: &dyn StoredFile) -> io::Result<Option<InputFormat>> {
    const END_OF_LIST: &[u8] = b"PK\x05\x06";
    /// Size of the record at the end, and of the longest comment in it.
    const END_BYTES: usize = 22 + 65_535;
    let size = file.metadata()?.size_bytes;
    let start = size.saturating_sub(LIST_BYTES);
    let mut tail = Vec::new();
    SequentialReader::new(file, start).take(LIST_BYTES).read_to_end(&mut tail)?;
    if !tail[tail.len().saturating_sub(END_BYTES)..].contains_str(END_OF_LIST) {
        return Ok(None);
    }
    let has = |name: &str| tail.contains_str(name);
    Ok(Some(if has(".dist-info/WHEEL") && !has("PEX-INFO") && !has("__main__.py") {
        InputFormat::Wheel
    } else if has("META-INF/MANIFEST.MF") {
        InputFormat::Jar
    } else if has("__main__.py") {
        InputFormat::PythonZip
    } else {
        InputFormat::Zip
    }))
}

/// True for a PE: `MZ`, and `PE` at the offset that the DOS header names.
fn is_pe(file: &dyn StoredFile, head: &[u8]) -> io::Result<bool> {
    let offset = head.get(60..64).filter(|_| head.starts_with(b"MZ"));
    let Some(offset) = offset.and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes) else {
        return Ok(false);
    };
    let mut magic = [0; 4];
    Ok(file.read_at(&mut magic, offset.into())? == 4 && magic == *b"PE\0\0")
}

/// True for a Mach-O of several architectures. Java's class files have the same magic, and a version above 40 in the place
/// of the number of architectures.
fn is_fat_mach_o(head: &[u8]) -> bool {
    head.starts_with(b"\xca\xfe\xba\xbe") && head.get(4..8).is_some_and(|count| count < &[0, 0, 0, 40][..])
}

/// Format of a compressed file; none if it is not compressed.
fn compressed_format(file: &dyn StoredFile) -> io::Result<Option<InputFormat>> {
    let mut bytes = Vec::new();
    SequentialReader::new(file, 0).take(COMPRESSED_BYTES).read_to_end(&mut bytes)?;
    let (compression, stream) = Compression::detect(&bytes[..])?;
    if compression == Compression::None {
        return Ok(None);
    }
    let (offset, magic) = TAR_MAGIC;
    let mut head = Vec::new();
    let read = read_head(compression, stream, (offset + magic.len()) as u64, &mut head);
    let is_tar = read.is_ok() && head.get(offset..) == Some(magic);
    Ok(Some(if is_tar { InputFormat::Tar } else { InputFormat::Compressed }))
}

fn read_head(
    compression: Compression,
    stream: impl Read + Send,
    count: u64,
    head: &mut Vec<u8>,
) -> io::Result<usize> {
    compression.reader(stream)?.take(count).read_to_end(head)
}

fn text_format(head: &[u8]) -> InputFormat {
    // The last character may be cut off.
    let is_utf8 = match head.to_str() {
        Ok(_) => true,
        Err(error) => head.len() == HEAD_BYTES && error.valid_up_to() + 4 > head.len(),
    };
    if !is_utf8 || head.contains(&0) {
        return InputFormat::Data;
    }
    if is_lock(head) { InputFormat::Lock } else { InputFormat::Text }
}

/// True for the beginning of a lock, whatever its version: `version = N`, then the table `[target]`. Locks of other tools
/// begin with their packages.
pub fn is_lock(head: &[u8]) -> bool {
    let mut lines =
        head.lines().map(|line| line.trim_ascii()).filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let is_version = |line: &[u8]| {
        let number =
            line.strip_prefix(b"version").and_then(|rest| rest.trim_ascii_start().strip_prefix(b"="));
        number.is_some_and(|number| number.trim_ascii().iter().all(u8::is_ascii_digit))
    };
    lines.next().is_some_and(is_version) && lines.next() == Some(b"[target]")
}
