//! `sodeb index find`.

use super::libraries::visit_packages;
use super::targets::{catalog_of, targets};
use crate::cli::arguments::{Format, IndexFindArguments, LibraryFilterArguments};
use crate::cli::debs::library_indices;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::catalog::{Catalog, FileCatalog, LibraryQuery, NamePattern, PathPattern, find_libraries};
use crate::debian::library_index::{LibraryIndex, ObjectFinder, ObjectQuery};
use crate::emit::{self, FindAnswer, FindQuestion, FoundIn};

pub(super) fn run(arguments: &IndexFindArguments, session: &Session) -> Result<Exit, Failure> {
    let query = query(&arguments.filter);
    // Reading the indices takes longer than most results of a catalog.
    let indices = if query.needs_facts() { library_indices(session)? } else { Vec::new() };
    let limit = usize::from(arguments.limit);
    let mut results = Vec::new();
    for target in targets(&arguments.targets, session)? {
        let catalog = catalog_of(&target, &arguments.scope, session)?;
        let found = if query.needs_facts() {
            find_objects(&catalog, &indices, &query, limit, session)?
        } else {
            FoundIn::Catalog(find_libraries(&catalog, &query.library, limit)?)
        };
        let result = FindAnswer { provenance: catalog.provenance().clone(), found };
        if result.is_truncated() {
            session.printer.note(&format!("{target} has more matches than --limit {limit}"));
        }
        results.push(result);
    }
    let text = match arguments.output.format {
        Format::Json => {
            emit::index_find_json(input(&arguments.filter), &results).map_err(Failure::external)?
        }
        Format::Text => emit::index_find_text(&results, session.printer.verbose),
    };
    session.printer.print_or_write(text, arguments.output.output.as_deref())?;
    Ok(if results.iter().all(FindAnswer::is_empty) { Exit::Problems } else { Exit::Fine })
}

/// Finds objects of a target in its library indices.
fn find_objects(
    catalog: &FileCatalog,
    indices: &[LibraryIndex],
    query: &ObjectQuery,
    limit: usize,
    session: &Session,
) -> Result<FoundIn, Failure> {
    let mut finder = ObjectFinder::new(query);
    let unknown_packages = visit_packages(catalog, indices, session, |package| {
        finder.add(package);
        Ok(())
    })?;
    Ok(FoundIn::LibraryIndex { objects: finder.finish(limit), unknown_packages })
}

fn query(filter: &LibraryFilterArguments) -> ObjectQuery {
    let name =
        |pattern: &Option<String>| pattern.as_ref().map(|pattern| NamePattern::new(pattern.as_bytes()));
    let pattern = filter.pattern.as_ref().map(|pattern| PathPattern::new(pattern.as_bytes()));
    ObjectQuery {
        library: LibraryQuery { pattern, package: name(&filter.package) },
        soname: name(&filter.soname),
        version: name(&filter.symbol_version),
        needs: name(&filter.needs),
    }
}

fn input(filter: &LibraryFilterArguments) -> FindQuestion<'_> {
    FindQuestion {
        pattern: filter.pattern.as_deref(),
        package: filter.package.as_deref(),
        soname: filter.soname.as_deref(),
        version: filter.symbol_version.as_deref(),
        needs: filter.needs.as_deref(),
    }
}
