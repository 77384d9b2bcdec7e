//! Dockerfile that needs only Docker: in a stage apt-get downloads the packages in the planned versions, and only the
//! planned files are copied from it.
//!
//! Packages are downloaded and unpacked, not installed: dependencies that are declared but never loaded are not needed,
//! no maintainer script runs, and the versions may differ from those of the stage. So the links of update-alternatives are
//! created here.
//!
//! In packages, files are below `/lib` or `/usr/lib`; in the image, they are in the directories of the base. The
//! directories that merged /usr unites are united here, too, so that each file is found by its path in the image.

use std::collections::BTreeSet;

use super::ManifestFault;
use super::common::{alternatives, alternatives_of};
use super::dockerfile::{base, head};
use super::paths::{path_line, target_line};
use super::sources::sources;
use crate::debian::distributions::profile;
use crate::emit::quote::shell;
use crate::solve::plan::{Plan, PlannedPackage};

/// Image of the stage. Unlike the release's own image it contains certificates, which archives behind https need.
const STAGE: &str = "buildpack-deps";

/// Directories that merged /usr moves below /usr (<https://wiki.debian.org/UsrMerge>).
const MERGED: &str = "bin lib lib32 lib64 libx32 sbin";

pub(super) fn emit(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text = head(plan, "copies files from packages that apt-get downloads.");
    if plan.packages.is_empty() {
        return Ok(text + "# No package is needed.\nFROM " + base(plan) + "\n");
    }
    text += &format!("FROM {STAGE}:{}-curl AS packages\n", image_release(plan)?);
    text += "WORKDIR /packages\n";
    text += &download(plan)?;
    text += "RUN for deb in ./*.deb; do dpkg-deb --extract \"$deb\" /unpacked || exit 1; done\n";
    text += "WORKDIR /unpacked\n# Unite the directories of merged /usr.\n";
    text += &format!("RUN for directory in {MERGED}; do \\\n");
    text += "        if [ -d \"$directory\" ]; then \\\n";
    text += "            mkdir -p \"usr/$directory\" && cp -a \"$directory/.\" \"usr/$directory/\" && rm -r \"$directory\" || exit 1; \\\n";
    text += "        fi; \\\n        ln -s \"usr/$directory\" \"$directory\" || exit 1; \\\n    done\n";
    text += &copy(plan)?;
    text += &format!("\nFROM {}\nCOPY --from=packages /layer/ /\n", base(plan));
    Ok(text)
}

/// Returns the release as an image tag, if it is a valid one (<https://github.com/distribution/reference>).
fn image_release(plan: &Plan) -> Result<&str, ManifestFault> {
    let target = &plan.provenance.target;
    let release = target.release.as_str();
    let is_tag = release.starts_with(|first: char| first.is_ascii_alphanumeric()) && !release.contains('+');
    let distribution = target.distribution;
    if is_tag {
        Ok(release)
    } else {
        Err(ManifestFault::NoImage { distribution, release: release.to_owned() })
    }
}

/// Writes the instructions that configure the archives and download the packages. A snapshot is past its Valid-Until; an
/// image that trusts the distribution's keys for its own sources only still has them in this keyring.
fn download(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text =
        "RUN rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* && printf '%s\\n' \\\n".to_owned();
    let keyring = profile(plan.provenance.target.distribution).apt_keyring;
    for source in sources(plan)? {
        let components: Vec<&str> = source.components.into_iter().collect();
        let mut bases = source.bases.iter().filter(|base| base.starts_with("http")).peekable();
        if let (None, Some(planned)) = (bases.peek(), source.packages.first()) {
            return Err(ManifestFault::NoUrl(planned.package.name.clone()));
        }
        for base in bases {
            let options = format!("check-valid-until=no signed-by={keyring}");
            let line = format!("deb [{options}] {base} {} {}", source.suite, components.join(" "));
            text += &format!("        {} \\\n", shell(&line));
        }
    }
    let architecture = plan.provenance.target.architecture;
    text += "        > /etc/apt/sources.list\n";
    text += &format!("RUN dpkg --add-architecture {architecture} && apt-get update && apt-get download");
    for planned in &plan.packages {
        text += &format!(" \\\n        {}", shell(&pinned(planned)));
    }
    Ok(text + "\n")
}

/// Writes a package with its version and architecture, which may differ from that of the stage.
fn pinned(planned: &PlannedPackage) -> String {
    let package = &planned.package;
    format!("{}:{}={}", package.name, package.architecture, package.version)
}

/// Writes the instruction that copies the planned files with their directories, and creates the links that no package
/// contains.
fn copy(plan: &Plan) -> Result<String, ManifestFault> {
    let mut text = "RUN mkdir /layer".to_owned();
    let mut copied = Vec::new();
    for planned in &plan.packages {
        let created: BTreeSet<_> = alternatives_of(planned).map(|(link, _)| &link.path).collect();
        copied.extend(planned.files.iter().map(|file| &file.path).filter(|path| !created.contains(path)));
    }
    if !copied.is_empty() {
        text += " && cp -a --parents --";
        for path in copied {
            text += &format!(" \\\n        {}", shell(path_line(path)?.trim_start_matches('/')));
        }
        text += " \\\n        /layer";
    }
    let directories: BTreeSet<_> = alternatives(plan).map(|(link, _)| link.path.parent()).collect();
    if !directories.is_empty() {
        text += " \\\n    && mkdir -p --";
        for directory in &directories {
            text += &format!(" {}", shell(&format!("/layer{}", path_line(directory)?)));
        }
    }
    for (link, target) in alternatives(plan) {
        let (path, target) = (path_line(&link.path)?, target_line(link, target)?);
        text += &format!(" \\\n    && ln -s -- {} {}", shell(target), shell(&format!("/layer{path}")));
    }
    Ok(text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::manifest::sample::plan;
    use crate::vocabulary::{Release, RootedPath};

    #[test]
    fn paths_with_control_characters_are_rejected() {
        for path in ["/usr/lib/a\nRUN id", "/usr/lib/\u{85}"] {
            let mut plan = plan();
            plan.packages[0].files[1].path = RootedPath::new(path);
            assert_eq!(emit(&plan), Err(ManifestFault::Path(RootedPath::new(path))));
        }
        let mut bytes = plan();
        bytes.packages[0].files[1].path = RootedPath::new(b"/usr/lib/\xff");
        assert!(matches!(emit(&bytes), Err(ManifestFault::Path(_))));
        let mut release = plan();
        release.provenance.target.release = Release::new("a+b");
        assert!(matches!(emit(&release), Err(ManifestFault::NoImage { .. })));
    }

    #[test]
    fn unusual_paths_are_quoted() {
        let mut plan = plan();
        plan.packages[0].files[1].path = RootedPath::new("/-rf $(id) 'x'");
        let text = emit(&plan).expect("is written");
        assert!(text.contains("cp -a --parents -- \\\n        '-rf $(id) '\\''x'\\''' \\\n"), "{text}");
    }

    #[test]
    fn archives_of_this_machine_are_rejected() {
        let mut plan = plan();
        let url = format!("file:///srv/debian/{}", plan.packages[0].package.filename);
        plan.packages[0].urls = vec![url];
        assert_eq!(emit(&plan), Err(ManifestFault::NoUrl(plan.packages[0].package.name.clone())));
    }
}
