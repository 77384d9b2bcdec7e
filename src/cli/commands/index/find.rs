//! `sodeb index find`.

use std::sync::Arc;

use super::libraries::visit_packages;
use super::targets::{catalog_of, targets};
use crate::cli::arguments::{Format, IndexFindArguments, LibraryFilterArguments};
use crate::cli::debs::library_indices;
use crate::cli::failure::{Exit, Failure};
use crate::cli::session::Session;
use crate::debian::catalog::{
    Catalog, FileCatalog, FoundLibraries, LibraryQuery, NamePattern, PathPattern, find_libraries,
};
use crate::debian::library_index::{IndexedCatalog, LibraryIndex, ObjectFinder, ObjectQuery, sort_providers};
use crate::emit::{self, FindAnswer, FindQuestion, FoundIn};

pub(super) fn run(arguments: &IndexFindArguments, session: &Session) -> Result<Exit, Failure> {
    let query = query(&arguments.filter);
    let indices = library_indices(session)?;
    let limit = usize::from(arguments.limit);
    let mut results = Vec::new();
    for target in targets(&arguments.targets, session)? {
        let catalog = catalog_of(&target, &arguments.scope, session)?;
        let found = if query.needs_facts() {
            find_objects(&catalog, &indices, &query, limit, session)?
        } else {
            FoundIn::Catalog(find_in_catalog(&catalog, &indices, &query.library, limit)?)
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

/// Finds libraries of a target by path and package, those of one path in Debian's order.
fn find_in_catalog(
    catalog: &FileCatalog,
    indices: &Arc<[LibraryIndex]>,
    query: &LibraryQuery,
    limit: usize,
) -> Result<FoundLibraries, Failure> {
    let indexed = IndexedCatalog::new(catalog, Arc::clone(indices));
    let mut found = find_libraries(catalog, query, limit)?;
    let unlisted = indexed.unlisted(query)?;
    if !unlisted.is_empty() && !found.is_truncated {
        found.libraries.extend(unlisted);
        found.libraries.sort_by(|one, other| {
            one.path.file_name().cmp(other.path.file_name()).then_with(|| one.cmp(other))
        });
        found.is_truncated = found.libraries.len() > limit;
        found.libraries.truncate(limit);
    }
    sort_providers(&indexed, &mut found.libraries, |library| (&library.path, &library.package))?;
    Ok(found)
}

/// Finds objects of a target in its library indices, those of one path in Debian's order.
fn find_objects(
    catalog: &FileCatalog,
    indices: &Arc<[LibraryIndex]>,
    query: &ObjectQuery,
    limit: usize,
    session: &Session,
) -> Result<FoundIn, Failure> {
    let mut finder = ObjectFinder::new(query);
    let unknown_packages = visit_packages(catalog, indices, session, |package| {
        finder.add(package);
        Ok(())
    })?;
    let mut objects = finder.finish(limit);
    let indexed = IndexedCatalog::new(catalog, Arc::clone(indices));
    sort_providers(&indexed, &mut objects.objects, |object| (&object.path, &object.package))?;
    Ok(FoundIn::LibraryIndex { objects, unknown_packages })
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
