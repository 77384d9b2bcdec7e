//! `sodeb index`: catalogs (`update`) and library indices (`build`, `find`, `stats`, `export`).

mod build;
mod export;
mod find;
mod update;
