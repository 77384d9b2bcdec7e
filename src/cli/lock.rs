//! `sodeb lock`.

use super::arguments::LockArguments;
use super::closing::{ClosingQuestion, close};
use super::config::Config;
use super::printer::Printer;
use super::{Exit, Failure};

pub(super) fn run(arguments: &LockArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let LockArguments { sources, linker, closing, catalog, .. } = arguments;
    let question = ClosingQuestion { sources, linker, closing, catalog };
    let answer = close(&question, config, printer, |catalogs| catalogs)?;
    printer.bytes(format!("{:#?}\n{}", answer.closed, answer.learned_from).as_bytes())
}
