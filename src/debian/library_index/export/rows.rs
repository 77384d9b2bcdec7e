//! Rows of a package in each table.

use std::io;

use super::tables::{Cell, Table};
use super::text::text;
use crate::debian::library_index::{DebLibraries, DebObject, IndexedPackage};
use crate::vocabulary::Target;

/// Receiver of the rows.
type WriteRow<'run> = dyn FnMut(Table, &[Cell<'_>]) -> io::Result<()> + 'run;

/// Passes the rows of a package to `write`.
///
/// # Errors
/// If `write` fails.
pub(super) fn write_package(
    target: &Target,
    indexed: &IndexedPackage,
    write: &mut WriteRow<'_>,
) -> io::Result<()> {
    let package = &indexed.package;
    let key = [
        Cell::word(target.distribution.name()),
        Cell::word(target.release.as_str()),
        Cell::word(target.architecture.name()),
        Cell::word(package.name.as_str()),
    ];
    let mut write = |table: Table, own: &[Cell<'_>]| write(table, &[&key[..], own].concat());
    let sha256 = package.sha256.map(|digest| digest.to_string()).unwrap_or_default();
    write(
        Table::Packages,
        &[
            Cell::word(&package.version),
            Cell::word(&package.section),
            Cell::number(package.installed_size_kib.saturating_mul(1024)),
            Cell::number(package.size_bytes),
            Cell::word(&sha256),
            Cell::word(&package.filename),
            Cell::word(&package.suite),
        ],
    )?;
    let libraries = DebLibraries::of(&indexed.facts);
    for object in &libraries.objects {
        write_object(object, &mut write)?;
    }
    for link in &libraries.links {
        let library = link.object.as_ref().map_or(Cell::Empty, |path| bytes(path.as_bytes()));
        write(Table::Links, &[bytes(link.path.as_bytes()), bytes(link.target), library])?;
    }
    Ok(())
}

fn write_object(object: &DebObject<'_>, write: &mut WriteRow<'_>) -> io::Result<()> {
    let (facts, file) = (object.facts, object.file);
    let path = bytes(object.path.as_bytes());
    let digest = file.map(|file| file.sha256.to_string());
    write(
        Table::Libraries,
        &[
            path.clone(),
            facts.soname.as_ref().map_or(Cell::Empty, |soname| bytes(soname.as_bytes())),
            file.map_or(Cell::Empty, |file| Cell::number(file.size_bytes)),
            digest.as_deref().map_or(Cell::Empty, Cell::word),
            file.map_or(Cell::Empty, |file| Cell::number(file.permissions.mode.into())),
            Cell::number(facts.machine.number.into()),
            facts.interpreter.as_ref().map_or(Cell::Empty, |interpreter| bytes(interpreter)),
        ],
    )?;
    for (position, soname) in (0..).zip(&facts.needed) {
        write(Table::Needed, &[path.clone(), bytes(soname.as_bytes()), Cell::number(position)])?;
    }
    for version in &facts.version_definitions {
        write(Table::VersionDefinitions, &[path.clone(), bytes(version)])?;
    }
    for need in &facts.version_needs {
        for version in &need.versions {
            let (soname, name) = (bytes(need.file.as_bytes()), bytes(&version.name));
            write(Table::VersionNeeds, &[path.clone(), soname, name, Cell::Flag(version.weak)])?;
        }
    }
    Ok(())
}

fn bytes(bytes: &[u8]) -> Cell<'_> {
    Cell::Text(text(bytes))
}
