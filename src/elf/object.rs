//! The parts of an ELF file that everything else is found through: its header, program headers, dynamic segment and
//! string table.

use std::io;

use bstr::{BString, ByteSlice};
use goblin::container::{Container, Ctx, Endian};
use goblin::elf::dynamic::{self, Dyn};
use goblin::elf::header::{self, Header};
use goblin::elf::program_header::{self, ProgramHeader};
use scroll::Pread;

use super::error::ElfError;
use super::facts::{ByteOrder, Class, ElfFacts, Machine, ObjectKind};
use super::read_at::{ReadAt, Window};
use crate::vocabulary::Soname;

/// First bytes of every ELF file.
pub const MAGIC: [u8; 4] = *b"\x7fELF";

/// Size of the larger of the two file headers; ld.so calls a shorter file too short.
pub const HEADER_BYTES: usize = 64;

/// Limit of dynamic entries, above any real object (the largest have a few hundred).
const MAX_DYNAMIC_ENTRIES: u64 = 1 << 14;

/// Limit of one string, above the linker's own limits on names; a search path from a build may be long.
const MAX_STRING_BYTES: usize = 1 << 16;

/// Limit of all strings of a file together; real objects have a few thousand of at most a few hundred bytes. Without it
/// a small file whose entries share one long name would take memory many times its size.
const MAX_NAMES_BYTES: usize = 1 << 24;

/// DT_FILTER: the library that a filter stands for.
const DT_FILTER: u64 = 0x7fff_ffff;

/// EF_ARM_ABI_FLOAT_HARD.
const ARM_HARD_FLOAT: u32 = 0x400;

/// An ELF file that is being read: its headers, and windows on its tables and its strings.
pub(super) struct ObjectReader<'source, S: ?Sized> {
    source: &'source S,
    header: Header,
    segments: Vec<ProgramHeader>,
    context: Ctx,
    tables: Window<'source, S>,
    strings: Window<'source, S>,
    string_table: Option<StringTable>,
    names_bytes_left: usize,
}

/// Location of DT_STRTAB in the file.
#[derive(Clone, Copy)]
struct StringTable {
    offset: u64,
    size: u64,
}

/// Entries of the dynamic segment up to DT_NULL, in order.
pub(super) struct DynamicEntries(Vec<Dyn>);

impl DynamicEntries {
    /// Value of the last entry with this tag, which is the one that ld.so uses.
    pub(super) fn value(&self, tag: u64) -> Option<u64> {
        self.0.iter().rev().find(|entry| entry.d_tag == tag).map(|entry| entry.d_val)
    }
}

impl<'source, S: ReadAt + ?Sized> ObjectReader<'source, S> {
    /// Checks the header as ld.so does and reads the program headers.
    pub(super) fn open(source: &'source S, head: &[u8]) -> Result<Self, ElfError> {
        let mut tables = Window::starting_with(source, head);
        let header = parse_header(tables.up_to(0, HEADER_BYTES)?)?;
        let context = context_of(&header)?;
        let entry_bytes = ProgramHeader::size(context);
        if header.e_phnum > 0 && usize::from(header.e_phentsize) != entry_bytes {
            return Err(ElfError::Header("program headers of an unexpected size"));
        }
        let count = usize::from(header.e_phnum);
        let table = tables
            .exactly(header.e_phoff, count * entry_bytes)?
            .ok_or(ElfError::Malformed("the program headers lie outside the file"))?;
        let segments = ProgramHeader::parse(table, 0, count, context)
            .map_err(|_| ElfError::Malformed("the program headers cannot be parsed"))?;
        Ok(Self {
            source,
            header,
            segments,
            context,
            tables,
            strings: Window::new(source),
            string_table: None,
            names_bytes_left: MAX_NAMES_BYTES,
        })
    }

    /// Byte order and class, as goblin's structures need them.
    pub(super) fn context(&self) -> Ctx {
        self.context
    }

    /// Program headers of one type.
    pub(super) fn segments(&self, kind: u32) -> Vec<ProgramHeader> {
        self.segments.iter().filter(|segment| segment.p_type == kind).cloned().collect()
    }

    /// Reads exactly `length` bytes of a table at a file offset.
    pub(super) fn table(&mut self, offset: u64, length: usize) -> Result<&[u8], ElfError> {
        self.tables.exactly(offset, length)?.ok_or(ElfError::Malformed("a table lies outside the file"))
    }

    /// File offset of the bytes that are loaded at `address`.
    pub(super) fn offset_of(&self, address: u64) -> Result<u64, ElfError> {
        self.segments
            .iter()
            .filter(|segment| segment.p_type == program_header::PT_LOAD)
            .find_map(|segment| {
                let skip = address.checked_sub(segment.p_vaddr).filter(|skip| *skip < segment.p_filesz)?;
                segment.p_offset.checked_add(skip)
            })
            .ok_or(ElfError::Malformed("an address lies outside the loaded segments"))
    }

    /// Reads the string at `index` of DT_STRTAB.
    pub(super) fn string(&mut self, index: u64) -> Result<BString, ElfError> {
        let table = self.string_table.ok_or(ElfError::Malformed("there is no string table"))?;
        let rest =
            table.size.checked_sub(index).ok_or(ElfError::Malformed("a name lies outside DT_STRTAB"))?;
        let offset = table.offset.saturating_add(index);
        let most = usize::try_from(rest).unwrap_or(usize::MAX).min(MAX_STRING_BYTES);
        let name =
            terminated(&mut self.strings, offset, most)?.ok_or(ElfError::Malformed("a name has no end"))?;
        let left = self.names_bytes_left.checked_sub(name.len());
        self.names_bytes_left =
            left.ok_or(ElfError::Malformed("the names are longer than the file explains"))?;
        Ok(name)
    }

    /// Finds DT_STRTAB, so that strings can be read.
    pub(super) fn set_string_table(&mut self, entries: &DynamicEntries) -> Result<(), ElfError> {
        if let (Some(address), Some(size)) =
            (entries.value(dynamic::DT_STRTAB), entries.value(dynamic::DT_STRSZ))
        {
            self.string_table = Some(StringTable { offset: self.offset_of(address)?, size });
        }
        Ok(())
    }

    /// Reads the whole of DT_STRTAB; none if there is none or it is larger than `most`.
    pub(super) fn string_table_bytes(
        &mut self,
        entries: &DynamicEntries,
        most: u64,
    ) -> Result<Option<Vec<u8>>, ElfError> {
        self.set_string_table(entries)?;
        let Some(table) = self.string_table.filter(|table| table.size <= most) else { return Ok(None) };
        let length = usize::try_from(table.size).unwrap_or(usize::MAX);
        Ok(self.strings.exactly(table.offset, length)?.map(<[u8]>::to_vec))
    }

    /// Reads the dynamic segment up to DT_NULL; `None` if there is none.
    pub(super) fn dynamic_entries(&mut self) -> Result<Option<DynamicEntries>, ElfError> {
        let Some(segment) = self.segments(program_header::PT_DYNAMIC).pop() else { return Ok(None) };
        let (context, entry_bytes) = (self.context, if self.context.is_big() { 16 } else { 8 });
        let mut entries = Vec::new();
        for index in 0..MAX_DYNAMIC_ENTRIES.min(segment.p_filesz / entry_bytes) {
            let offset = segment.p_offset.saturating_add(index * entry_bytes);
            let entry: Dyn = self
                .table(offset, entry_bytes as usize)?
                .pread_with(0, context)
                .map_err(|_| ElfError::Malformed("the dynamic segment cannot be parsed"))?;
            if entry.d_tag == dynamic::DT_NULL {
                break;
            }
            entries.push(entry);
        }
        Ok(Some(DynamicEntries(entries)))
    }

    /// Checks that the file has all bytes that are loaded. A process is killed when it touches others.
    pub(super) fn check_loaded_bytes(&self) -> Result<(), ElfError> {
        let loaded = self.segments.iter().filter(|segment| segment.p_type == program_header::PT_LOAD);
        let ends = loaded.filter(|segment| segment.p_filesz > 0);
        let end = ends.map(|segment| segment.p_offset.saturating_add(segment.p_filesz)).max();
        match end {
            Some(end) if self.source.read_at(&mut [0], end - 1)? == 0 => {
                Err(ElfError::Malformed("the file is truncated: a loaded segment ends behind it"))
            }
            _ => Ok(()),
        }
    }

    /// Facts from the headers alone; what the dynamic segment adds is empty.
    pub(super) fn facts_of_header(&mut self) -> Result<ElfFacts, ElfError> {
        let kind = match self.header.e_type {
            header::ET_EXEC => ObjectKind::Executable,
            header::ET_DYN => ObjectKind::SharedObject,
            _ => ObjectKind::NotLoadable,
        };
        Ok(ElfFacts {
            machine: machine_of(&self.header, self.context),
            os_abi: self.header.e_ident[header::EI_OSABI],
            kind,
            interpreter: self.interpreter()?,
            is_dynamic: false,
            soname: None,
            needed: Vec::new(),
            rpath: None,
            runpath: None,
            no_default_directories: false,
            is_pie: false,
            version_needs: Vec::new(),
            version_definitions: Vec::new(),
            dlopen_notes: Vec::new(),
            opens_unwinder: false,
            defined: Vec::new(),
            load_alignment: self.load_alignment(),
            cpu_level: 0,
            symbols: None,
        })
    }

    /// Smallest alignment of the segments that are loaded; 0 if there is none.
    fn load_alignment(&self) -> u64 {
        let loaded = self.segments.iter().filter(|segment| segment.p_type == program_header::PT_LOAD);
        loaded.map(|segment| segment.p_align).min().unwrap_or_default()
    }

    fn interpreter(&mut self) -> Result<Option<BString>, ElfError> {
        let Some(segment) = self.segments(program_header::PT_INTERP).pop() else { return Ok(None) };
        let most = usize::try_from(segment.p_filesz).unwrap_or(usize::MAX).min(MAX_STRING_BYTES);
        let path = terminated(&mut self.tables, segment.p_offset, most)?;
        path.map(Some).ok_or(ElfError::Malformed("PT_INTERP has no end"))
    }

    /// Adds what the entries of the dynamic segment state themselves.
    pub(super) fn add_dynamic_facts(
        &mut self,
        entries: &DynamicEntries,
        facts: &mut ElfFacts,
    ) -> Result<(), ElfError> {
        for entry in &entries.0 {
            match entry.d_tag {
                // ld.so loads the library that a filter stands for like a needed one; it does without an auxiliary one.
                dynamic::DT_NEEDED | DT_FILTER => facts.needed.push(Soname::new(self.string(entry.d_val)?)),
                dynamic::DT_SONAME => facts.soname = Some(Soname::new(self.string(entry.d_val)?)),
                dynamic::DT_RPATH => facts.rpath = Some(self.string(entry.d_val)?),
                dynamic::DT_RUNPATH => facts.runpath = Some(self.string(entry.d_val)?),
                dynamic::DT_FLAGS_1 => {
                    facts.no_default_directories = entry.d_val & dynamic::DF_1_NODEFLIB != 0;
                    facts.is_pie = entry.d_val & dynamic::DF_1_PIE != 0;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn parse_header(bytes: &[u8]) -> Result<Header, ElfError> {
    if !bytes.starts_with(&MAGIC) {
        return Err(ElfError::Header("no ELF magic"));
    }
    match bytes.get(header::EI_CLASS) {
        Some(&header::ELFCLASS32 | &header::ELFCLASS64) => {}
        _ => return Err(ElfError::Header("neither 32 nor 64 bits")),
    }
    match bytes.get(header::EI_DATA) {
        Some(&header::ELFDATA2LSB | &header::ELFDATA2MSB) => {}
        _ => return Err(ElfError::Header("unknown byte order")),
    }
    if bytes.get(header::EI_VERSION) != Some(&header::EV_CURRENT) {
        return Err(ElfError::Header("unknown ELF version"));
    }
    goblin::elf::Elf::parse_header(bytes).map_err(|_| ElfError::Header("file too short"))
}

fn context_of(header: &Header) -> Result<Ctx, ElfError> {
    let container = header.container().map_err(|_| ElfError::Header("neither 32 nor 64 bits"))?;
    let order = header.endianness().map_err(|_| ElfError::Header("unknown byte order"))?;
    Ok(Ctx::new(container, order))
}

fn machine_of(header: &Header, context: Ctx) -> Machine {
    Machine {
        class: match context.container {
            Container::Little => Class::Bits32,
            Container::Big => Class::Bits64,
        },
        byte_order: match context.le {
            Endian::Little => ByteOrder::Little,
            Endian::Big => ByteOrder::Big,
        },
        number: header.e_machine,
        hard_float: header.e_machine == header::EM_ARM && header.e_flags & ARM_HARD_FLOAT != 0,
    }
}

/// Reads the bytes from `offset` up to a NUL; `None` if there is none within `most` bytes.
fn terminated<S: ReadAt + ?Sized>(
    window: &mut Window<'_, S>,
    offset: u64,
    most: usize,
) -> io::Result<Option<BString>> {
    // Most names are short: trying a small length first keeps the read inside the window.
    for length in [most.min(256), most] {
        let bytes = window.up_to(offset, length)?;
        if let Some(end) = bytes.find_byte(0) {
            return Ok(Some(BString::from(&bytes[..end])));
        }
    }
    Ok(None)
}
