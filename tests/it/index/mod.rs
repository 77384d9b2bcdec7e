//! `sodeb index`: catalogs (`update`) and library indices (`build`, `find`, `stats`, `export`).

mod build;
mod find;
mod update;
