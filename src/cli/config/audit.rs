//! `[audit]` of `sodeb.toml`: levels of rules, and findings to ignore.
//!
//! ```toml
//! [audit]
//! fail-on = "warning"
//!
//! [audit.rules]
//! scanner-blind = "off"
//!
//! [[audit.ignore]]
//! rule = "missing-library"
//! path = "/usr/lib/python3.11/*/_tkinter*"
//! reason = "nothing here has a display"
//! until = 2027-06-30
//! ```

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;

use clap::ValueEnum;
use jiff::civil::Date;
use toml::value::Datetime;

use crate::audit::{Ignore, Policy, RuleLevel, rules};
use crate::cli::arguments::FailOn;
use crate::cli::failure::Failure;
use crate::debian::inclusions::Pattern;
use crate::vocabulary::Severity;

/// Contents of `[audit]`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct AuditConfig {
    fail_on: Option<String>,
    rules: BTreeMap<String, String>,
    ignore: Vec<IgnoreConfig>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct IgnoreConfig {
    rule: String,
    path: Option<String>,
    subject: Option<String>,
    image: Option<String>,
    reason: String,
    until: Option<Datetime>,
}

impl AuditConfig {
    /// Returns the least severity of findings that count as problems: that of the flag, else of the file, else errors; none if
    /// no finding counts.
    pub(crate) fn least_severity(
        &self,
        given: Option<FailOn>,
        file: &Path,
    ) -> Result<Option<Severity>, Failure> {
        let level = given.map_or_else(|| self.fail_on(file), |level| Ok(Some(level)))?;
        Ok(level.unwrap_or(FailOn::Error).severity())
    }

    /// Returns the policy of the project, without a baseline.
    pub(crate) fn policy(&self, file: &Path) -> Result<Policy, Failure> {
        Ok(Policy { levels: self.levels(file)?, ignores: self.ignores(file)?, baseline: None })
    }

    fn fail_on(&self, file: &Path) -> Result<Option<FailOn>, Failure> {
        let parse =
            |word: &String| FailOn::from_str(word, false).map_err(|_| failure(file, "fail-on", LevelError));
        self.fail_on.as_ref().map(parse).transpose()
    }

    /// Returns the levels of rules by their codes.
    fn levels(&self, file: &Path) -> Result<BTreeMap<String, RuleLevel>, Failure> {
        let each = self.rules.iter().map(|(code, level)| {
            let key = format!("audit.rules.{code}");
            check_rule(code).map_err(|error| failure(file, &key, error))?;
            let level = level.parse().map_err(|error| failure(file, &key, error))?;
            Ok((code.clone(), level))
        });
        each.collect()
    }

    /// Returns the findings to ignore.
    fn ignores(&self, file: &Path) -> Result<Vec<Ignore>, Failure> {
        let each = self.ignore.iter().zip(1..).map(|(ignore, number)| {
            ignore.parse().map_err(|error| failure(file, &format!("audit.ignore number {number}"), error))
        });
        each.collect()
    }
}

impl IgnoreConfig {
    fn parse(&self) -> Result<Ignore, IgnoreError> {
        check_rule(&self.rule)?;
        if self.reason.trim().is_empty() {
            return Err(IgnoreError::NoReason);
        }
        let path = self
            .path
            .as_deref()
            .map(|path| Pattern::new(path).map_err(|_| IgnoreError::Path(path.to_owned())));
        // A pattern starts with a slash; names of images do not.
        let image = self.image.as_deref().map(|image| {
            Pattern::new(&format!("/{image}")).map_err(|_| IgnoreError::Image(image.to_owned()))
        });
        Ok(Ignore {
            rule: self.rule.clone(),
            path: path.transpose()?,
            subject: self.subject.clone(),
            image: image.transpose()?,
            reason: self.reason.clone(),
            until: self.until.as_ref().map(date).transpose()?,
        })
    }
}

/// Error of an `[[audit.ignore]]`.
#[derive(Debug, thiserror::Error)]
enum IgnoreError {
    #[error("no rule {0:?}")]
    Rule(String),
    #[error("the reason is missing")]
    NoReason,
    #[error("the path {0:?} does not start with a slash")]
    Path(String),
    #[error("the image name {0:?} has a control character")]
    Image(String),
    #[error("{0} is not a date like 2027-01-31")]
    Date(String),
}

#[derive(Debug, thiserror::Error)]
#[error("expected error, warning, note or never")]
struct LevelError;

fn check_rule(code: &str) -> Result<(), IgnoreError> {
    rules::by_code(code).map(|_| ()).ok_or_else(|| IgnoreError::Rule(code.to_owned()))
}

fn date(datetime: &Datetime) -> Result<Date, IgnoreError> {
    let error = || IgnoreError::Date(datetime.to_string());
    if datetime.time.is_some() || datetime.offset.is_some() {
        return Err(error());
    }
    datetime.to_string().parse().map_err(|_| error())
}

fn failure(file: &Path, key: &str, error: impl Display) -> Failure {
    Failure::input(anyhow::anyhow!("cannot use {key} in {}: {error}", file.display()))
        .hint("`sodeb audit --list-rules` lists the rules")
}
