//! Environment of a run: settings, output streams, clock and cache.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use etcetera::BaseStrategy;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::cli::arguments::{GivenOptions, GlobalArguments};
use crate::cli::config::Config;
use crate::cli::failure::Failure;
use crate::cli::interrupt::Interrupts;
use crate::cli::printer::Printer;
use crate::cli::progress::Bars;
use crate::debian::catalog::CatalogNote;
use crate::debian::library_index::LibraryIndex;

/// Environment variable with the time of everything that is written, in seconds since 1970
/// (<https://reproducible-builds.org/specs/source-date-epoch/>).
const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";

/// Environment that each command runs in.
pub(super) struct Session {
    pub(super) printer: Printer,
    pub(super) config: Config,
    /// Options on the command line.
    given: GivenOptions,
    pub(super) progress: Bars,
    pub(super) interrupts: Interrupts,
    /// Time at which the run started.
    pub(super) now: Timestamp,
    /// Library indices, once they were opened.
    pub(super) library_indices: OnceLock<Arc<[LibraryIndex]>>,
    /// Directory that `--cache-dir` names.
    given_cache_dir: Option<PathBuf>,
}

impl Session {
    /// Reads `sodeb.toml` and the clock, and starts the threads that read files.
    pub(super) fn start(arguments: &GlobalArguments, given: GivenOptions) -> Result<Self, Failure> {
        let printer = Printer::new(arguments);
        let config = Config::find()?;
        if let Some(jobs) = arguments.jobs.or(config.jobs) {
            let threads = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs.get()));
            threads.build_global().map_err(Failure::external)?;
        }
        Ok(Self {
            progress: Bars::new(printer.shows_progress),
            printer,
            config,
            given,
            interrupts: Interrupts::default(),
            now: Timestamp::now(),
            library_indices: OnceLock::new(),
            given_cache_dir: arguments.cache_dir.clone(),
        })
    }

    /// Rejects options on the command line that have no effect for a reason, such as `with --direct`.
    pub(super) fn reject_options(
        &self,
        ids: &[&str],
        reason: &str,
        hint: impl Into<String>,
    ) -> Result<(), Failure> {
        reject(self.given.first_of(ids), reason, hint)
    }

    /// As [`Self::reject_options`], for all options but some.
    pub(super) fn reject_options_besides(
        &self,
        ids: &[&str],
        reason: &str,
        hint: impl Into<String>,
    ) -> Result<(), Failure> {
        reject(self.given.first_besides(ids), reason, hint)
    }

    /// Returns the directory of the cache.
    pub(super) fn cache_dir(&self) -> Result<PathBuf, Failure> {
        let configured = self.config.cache_dir.as_deref().map(|path| self.config.path(path));
        if let Some(directory) = self.given_cache_dir.clone().or(configured) {
            return Ok(directory);
        }
        let base = etcetera::choose_base_strategy().map_err(|error| {
            Failure::input(anyhow::Error::new(error).context("cannot choose a cache directory"))
                .hint("name one with --cache-dir")
        })?;
        Ok(base.cache_dir().join("sodeb"))
    }

    /// Prints the caveats about catalogs.
    pub(super) fn print_notes(&self, notes: &[CatalogNote]) {
        for note in notes {
            if note.is_warning() {
                self.printer.warning(&note.to_string());
            } else {
                self.printer.note(&note.to_string());
            }
        }
    }

    /// Returns today's date in UTC, which is the same everywhere.
    pub(super) fn today(&self) -> Date {
        Offset::UTC.to_datetime(self.now).date()
    }

    /// Returns the time of everything that is written, in seconds since 1970: `SOURCE_DATE_EPOCH`, or 0 if that is not set.
    pub(super) fn source_date_epoch(&self) -> Result<u64, Failure> {
        let Some(text) = std::env::var_os(SOURCE_DATE_EPOCH) else { return Ok(0) };
        text.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
            let error =
                anyhow::anyhow!("cannot use {SOURCE_DATE_EPOCH} '{}': it is not a number", text.display());
            Failure::input(error).hint("set it to a number of seconds since 1970, or unset it")
        })
    }
}

fn reject(option: Option<String>, reason: &str, hint: impl Into<String>) -> Result<(), Failure> {
    match option {
        Some(option) => Err(Failure::input(anyhow::anyhow!("cannot use {option} {reason}")).hint(hint)),
        None => Ok(()),
    }
}
