//! Choice of the packages that provide what is missing.

use super::file::Config;
use crate::cli::arguments::{ClosureArguments, DataLevel, DlopenLevel, PackageChoiceArguments};
use crate::cli::failure::Failure;
use crate::solve::closure::ClosureOptions;
use crate::vocabulary::{Grade, PackageName};

/// Returns the options of a closure that only chooses packages.
pub(crate) fn package_choice(arguments: &PackageChoiceArguments, config: &Config) -> ClosureOptions {
    let names = |given: &[String], configured: &[String]| {
        let names = if given.is_empty() { configured } else { given };
        names.iter().map(PackageName::new).collect()
    };
    ClosureOptions {
        prefer: names(&arguments.prefer, &config.prefer),
        avoid: names(&arguments.avoid, &config.avoid),
        ..ClosureOptions::default()
    }
}

/// Returns the options of a closure that includes files, too.
pub(crate) fn closure_options(
    arguments: &ClosureArguments,
    config: &Config,
) -> Result<ClosureOptions, Failure> {
    let data = arguments.data.map_or_else(|| config.data(), |level| Ok(Some(level)))?;
    Ok(ClosureOptions {
        include: [config.include()?, arguments.include.clone()].concat(),
        runtimes: if arguments.with.is_empty() { config.with()? } else { arguments.with.clone() },
        data: match data.unwrap_or(DataLevel::Needed) {
            DataLevel::Needed => Some(Grade::Required),
            DataLevel::All => Some(Grade::Suggested),
            DataLevel::None => None,
        },
        ..package_choice(&arguments.choice, config)
    })
}

/// Returns the least priority of the libraries in `.note.dlopen` that count as needed.
pub(crate) fn dlopen_priority(arguments: &ClosureArguments, config: &Config) -> Result<Grade, Failure> {
    let level = arguments.dlopen.map_or_else(|| config.dlopen(), |level| Ok(Some(level)))?;
    Ok(match level.unwrap_or(DlopenLevel::Required) {
        DlopenLevel::Required => Grade::Required,
        DlopenLevel::Recommended => Grade::Recommended,
        DlopenLevel::Suggested => Grade::Suggested,
    })
}
