//! Settings of an image: how it is started, its names and its annotations.

use std::collections::BTreeMap;

use super::tag::ImageTag;

/// Changes to the configuration of the base, and names of the image. Members that are not set keep the base's values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageSettings {
    /// Program to run, with its first arguments. The base's arguments are removed, as they are for the base's program.
    pub entrypoint: Option<Vec<String>>,
    /// Arguments of the program.
    pub cmd: Option<Vec<String>>,
    /// Environment variables, in order; of two with the same name, the last one counts.
    pub environment: Vec<(String, String)>,
    /// Working directory.
    pub workdir: Option<String>,
    /// User who runs the program.
    pub user: Option<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
    /// Names with tags.
    pub tags: Vec<ImageTag>,
}

impl ImageSettings {
    /// True if the image is started in another way than its base.
    pub fn changes_start(&self) -> bool {
        self.entrypoint.is_some() || self.cmd.is_some() || self.workdir.is_some() || self.user.is_some()
    }

    /// Completes settings with `defaults`. Environment variables, labels and annotations are merged. Default arguments are
    /// dropped if there is another entrypoint; default tags if there are tags. Repeated tags are removed.
    #[must_use]
    pub fn or(self, defaults: Self) -> Self {
        let default_cmd = if self.entrypoint.is_none() { defaults.cmd } else { None };
        let mut tags: Vec<ImageTag> = Vec::new();
        for tag in if self.tags.is_empty() { defaults.tags } else { self.tags } {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let merged = |defaults: BTreeMap<_, _>, own| defaults.into_iter().chain(own).collect();
        Self {
            entrypoint: self.entrypoint.or(defaults.entrypoint),
            cmd: self.cmd.or(default_cmd),
            environment: defaults.environment.into_iter().chain(self.environment).collect(),
            workdir: self.workdir.or(defaults.workdir),
            user: self.user.or(defaults.user),
            labels: merged(defaults.labels, self.labels),
            annotations: merged(defaults.annotations, self.annotations),
            tags,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn tag(word: &str) -> ImageTag {
        word.parse().expect("is a tag")
    }

    #[test]
    fn own_settings_come_first_and_maps_are_merged() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let own = ImageSettings {
            environment: vec![pair("A", "2")],
            user: Some("1".to_owned()),
            labels: [pair("a", "2")].into(),
            tags: vec![tag("x:1"), tag("y"), tag("x:1")],
            ..ImageSettings::default()
        };
        let defaults = ImageSettings {
            environment: vec![pair("A", "1"), pair("B", "1")],
            user: Some("0".to_owned()),
            workdir: Some("/app".to_owned()),
            labels: [pair("a", "1"), pair("b", "1")].into(),
            tags: vec![tag("z")],
            ..ImageSettings::default()
        };
        let merged = own.or(defaults);
        assert_eq!(merged.environment, [pair("A", "1"), pair("B", "1"), pair("A", "2")]);
        assert_eq!((merged.user.as_deref(), merged.workdir.as_deref()), (Some("1"), Some("/app")));
        assert_eq!(merged.labels, [pair("a", "2"), pair("b", "1")].into());
        assert_eq!(merged.tags, [tag("x:1"), tag("y")]);
    }

    #[test]
    fn default_arguments_are_for_the_default_entrypoint() {
        let defaults = ImageSettings {
            entrypoint: Some(words(&["a"])),
            cmd: Some(words(&["b"])),
            ..ImageSettings::default()
        };
        let own = ImageSettings { entrypoint: Some(words(&["c"])), ..ImageSettings::default() };
        assert_eq!(own.or(defaults.clone()).cmd, None);
        assert_eq!(ImageSettings::default().or(defaults).cmd, Some(words(&["b"])));
    }
}
