//! `[audit]` of `sodeb.toml`: what a project makes of an audit's findings.
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

use crate::audit::{Ignore, Policy, RuleLevel, Severity, rules};
use crate::cli::arguments::FailOn;
use crate::cli::failure::Failure;
use crate::debian::inclusions::Pattern;

/// What `[audit]` may hold.
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
    /// From which level on findings are bad news: as the arguments say, else the file, else from errors on; none where
    /// none is.
    pub(crate) fn least(&self, given: Option<FailOn>, file: &Path) -> Result<Option<Severity>, Failure> {
        let level = given.map_or_else(|| self.fail_on(file), |level| Ok(Some(level)))?;
        Ok(level.unwrap_or(FailOn::Error).severity())
    }

    /// What the project makes of findings, without a baseline.
    pub(crate) fn policy(&self, file: &Path) -> Result<Policy, Failure> {
        Ok(Policy { levels: self.levels(file)?, ignores: self.ignores(file)?, baseline: None })
    }

    fn fail_on(&self, file: &Path) -> Result<Option<FailOn>, Failure> {
        let parse =
            |word: &String| FailOn::from_str(word, false).map_err(|_| cannot(file, "fail-on", NoLevel));
        self.fail_on.as_ref().map(parse).transpose()
    }

    /// What rules are set to, by their codes.
    fn levels(&self, file: &Path) -> Result<BTreeMap<String, RuleLevel>, Failure> {
        let each = self.rules.iter().map(|(code, level)| {
            let key = format!("audit.rules.{code}");
            check_rule(code).map_err(|error| cannot(file, &key, error))?;
            let level = level.parse().map_err(|error| cannot(file, &key, error))?;
            Ok((code.clone(), level))
        });
        each.collect()
    }

    /// What is ignored.
    fn ignores(&self, file: &Path) -> Result<Vec<Ignore>, Failure> {
        let each = self.ignore.iter().zip(1..).map(|(ignore, number)| {
            ignore.read().map_err(|error| cannot(file, &format!("audit.ignore number {number}"), error))
        });
        each.collect()
    }
}

impl IgnoreConfig {
    fn read(&self) -> Result<Ignore, BadIgnore> {
        check_rule(&self.rule)?;
        if self.reason.trim().is_empty() {
            return Err(BadIgnore::NoReason);
        }
        let path =
            self.path.as_deref().map(|path| Pattern::new(path).map_err(|_| BadIgnore::Path(path.to_owned())));
        // A pattern starts with a slash, which the name of an image need not.
        let image = self
            .image
            .as_deref()
            .map(|image| Pattern::new(&format!("/{image}")).map_err(|_| BadIgnore::Image(image.to_owned())));
        Ok(Ignore {
            rule: self.rule.clone(),
            path: path.transpose()?,
            subject: self.subject.clone(),
            image: image.transpose()?,
            reason: self.reason.clone(),
            until: self.until.as_ref().map(day).transpose()?,
        })
    }
}

/// What is wrong with something that is to be ignored.
#[derive(Debug, thiserror::Error)]
enum BadIgnore {
    #[error("there is no rule {0:?}")]
    Rule(String),
    #[error("a reason is needed")]
    NoReason,
    #[error("the path {0:?} does not start with a slash")]
    Path(String),
    #[error("the name of an image {0:?} has a control character")]
    Image(String),
    #[error("{0} is no day like 2027-01-31")]
    Day(String),
}

#[derive(Debug, thiserror::Error)]
#[error("expected error, warning, note or never")]
struct NoLevel;

fn check_rule(code: &str) -> Result<(), BadIgnore> {
    rules::by_code(code).map(|_| ()).ok_or_else(|| BadIgnore::Rule(code.to_owned()))
}

fn day(datetime: &Datetime) -> Result<Date, BadIgnore> {
    let bad = || BadIgnore::Day(datetime.to_string());
    if datetime.time.is_some() || datetime.offset.is_some() {
        return Err(bad());
    }
    datetime.to_string().parse().map_err(|_| bad())
}

fn cannot(file: &Path, key: &str, error: impl Display) -> Failure {
    Failure::question(anyhow::anyhow!("cannot use {key} in {}: {error}", file.display()))
        .hint("`sodeb audit --list-rules` lists the rules")
}
