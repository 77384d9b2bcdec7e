//! Apps for several platforms: paths with a platform before them.

use std::path::PathBuf;

use super::error::ImageError;
use crate::tree::inventory::ImagePlatform;

/// Operating system of the platforms.
const LINUX: &str = "linux";

/// Platforms with their paths.
type Groups<Platform> = Vec<(Platform, Vec<PathBuf>)>;

/// Groups paths such as `linux/arm64=DIR` by their platform, in the order of the platforms. None if no path has a platform.
///
/// # Errors
/// If some paths have a platform and others have none.
pub fn group_by_platform(paths: &[PathBuf]) -> Result<Option<Groups<ImagePlatform>>, ImageError> {
    let split = |path: &PathBuf| {
        let (platform, path) = path.to_str()?.split_once('=')?;
        let platform: ImagePlatform = platform.parse().ok()?;
        (platform.os == LINUX).then(|| (platform, PathBuf::from(path)))
    };
    let parts: Vec<(ImagePlatform, PathBuf)> = paths.iter().filter_map(split).collect();
    if parts.is_empty() {
        return Ok(None);
    }
    if parts.len() < paths.len() {
        return Err(ImageError::AmbiguousPlatforms);
    }
    let mut groups: Groups<ImagePlatform> = Vec::new();
    for (platform, path) in parts {
        match groups.iter_mut().find(|(known, _)| *known == platform) {
            Some((_, paths)) => paths.push(path),
            None => groups.push((platform, vec![path])),
        }
    }
    Ok(Some(groups))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(paths: &[&str]) -> Option<Option<Groups<String>>> {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let groups = group_by_platform(&paths).ok()?;
        let shown = |groups: Groups<ImagePlatform>| {
            groups.into_iter().map(|(platform, paths)| (platform.to_string(), paths)).collect()
        };
        Some(groups.map(shown))
    }

    #[test]
    fn paths_are_grouped_by_platform() {
        let expected = [("linux/arm64", vec!["a", "c"]), ("linux/amd64", vec!["b=x"])]
            .map(|(platform, paths)| (platform.to_owned(), paths.into_iter().map(PathBuf::from).collect()));
        assert_eq!(
            groups(&["linux/arm64=a", "linux/amd64=b=x", "linux/arm64=c"]),
            Some(Some(expected.to_vec()))
        );
    }

    #[test]
    fn either_all_paths_have_a_platform_or_none() {
        assert_eq!(groups(&["a", "b=c", "other/arm64=d"]), Some(None));
        assert_eq!(groups(&["a", "linux/arm64=b"]), None);
    }
}
