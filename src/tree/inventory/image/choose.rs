//! Choosing the image for a platform.

use super::fault::ImageFault;
use super::platform::ImagePlatform;

/// Chooses the one of several images that is for a platform. An image without a platform matches any.
///
/// # Errors
/// If none matches, or several do.
pub fn choose_image<Value>(
    found: Vec<(Option<ImagePlatform>, Value)>,
    wanted: Option<&ImagePlatform>,
) -> Result<Value, ImageFault> {
    let mut has: Vec<ImagePlatform> = found.iter().filter_map(|(platform, _)| platform.clone()).collect();
    let matches = |platform: &Option<ImagePlatform>| match (wanted, platform) {
        (Some(wanted), Some(platform)) => wanted.matches(platform),
        _ => true,
    };
    let mut matching: Vec<_> = found.into_iter().filter(|(platform, _)| matches(platform)).collect();
    if matching.len() > 1 {
        let has = matching.into_iter().filter_map(|(platform, _)| platform).collect();
        return Err(ImageFault::Ambiguous { has });
    }
    has.sort();
    match (matching.pop(), wanted) {
        (Some((_, value)), _) => Ok(value),
        (None, Some(wanted)) if !has.is_empty() => {
            Err(ImageFault::OtherPlatform { wanted: wanted.clone(), has })
        }
        (None, _) => Err(ImageFault::Missing("image".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn platform(word: &str) -> ImagePlatform {
        word.parse().expect("is a platform")
    }

    #[test]
    fn the_image_for_the_platform_is_chosen() {
        let has = ["linux/arm/v6", "linux/arm/v7", "linux/arm64/v8", "windows/arm64"];
        let chosen = |wanted: &str| {
            let found = has.iter().map(|word| (Some(platform(word)), *word)).collect();
            choose_image(found, Some(&platform(wanted))).map_err(|fault| fault.to_string())
        };
        assert_eq!(chosen("linux/arm/v7"), Ok("linux/arm/v7"));
        assert_eq!(chosen("linux/arm64"), Ok("linux/arm64/v8"));
        let several = "it has 2 images that match, for linux/arm/v6, linux/arm/v7";
        assert_eq!(chosen("linux/arm"), Err(several.to_owned()));
        let none = format!("it has no image for linux/s390x, only for {}", has.join(", "));
        assert_eq!(chosen("linux/s390x"), Err(none));
    }

    #[test]
    fn an_image_without_a_platform_matches_any() {
        assert_eq!(choose_image(vec![(None, 1)], Some(&platform("linux/amd64"))).ok(), Some(1));
        assert_eq!(choose_image(vec![(Some(platform("linux/arm64")), 1)], None).ok(), Some(1));
        assert!(choose_image::<u8>(Vec::new(), None).is_err());
    }
}
