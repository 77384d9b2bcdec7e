//! Errors for paths in which nothing can be judged, with what to give instead.

use std::ffi::OsStr;
use std::path::Path;

use crate::app::{FormatCount, InputForm, InputTrees, UnsuitableInput, unsuitable_file};
use crate::audit::Subject;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::debian::distributions::OS_RELEASE_FILES;
use crate::emit::shell_word;
use crate::oci::base::{BaseKind, BaseReference};
use crate::tree::inventory::InputFormat;
use crate::vocabulary::Architecture;

/// Directory that hints unpack into.
const UNPACKED: &str = "unpacked";

/// Formats of files in a directory that may contain what the user means, the likeliest first.
const PACKED: [InputFormat; 13] = [
    InputFormat::Wheel,
    InputFormat::Jar,
    InputFormat::PythonZip,
    InputFormat::Zip,
    InputFormat::Deb,
    InputFormat::Tar,
    InputFormat::AppImage,
    InputFormat::Squashfs,
    InputFormat::StaticLibrary,
    InputFormat::ObjectFile,
    InputFormat::MachO,
    InputFormat::Pe,
    InputFormat::Lock,
];

/// Fails if nothing can be judged in any of the trees, or in one that is an archive; warns of the others. An empty tree
/// will do if packages are requested beside it.
pub(super) fn check(
    trees: &InputTrees,
    architecture: Option<Architecture>,
    has_wishes: bool,
    session: &Session,
) -> Result<(), Failure> {
    let unsuitable = trees.unsuitable();
    let is_all = unsuitable.len() == trees.apps.len() && !has_wishes;
    let worst = unsuitable.iter().find(|input| input.form.is_container()).or(unsuitable.first());
    match worst {
        Some(input) if is_all || input.form.is_container() => Err(failure(input)),
        _ => {
            for UnsuitableInput { path, form } in &unsuitable {
                session.printer.warning(&format!("nothing is checked in {}: it is {form}", path.display()));
            }
            check_architecture(trees, architecture)
        }
    }
}

/// Fails if objects are for other architectures than the requested one only: none of them would be looked at. On a base
/// they are problems.
fn check_architecture(trees: &InputTrees, wanted: Option<Architecture>) -> Result<(), Failure> {
    let architectures = trees.architectures();
    match wanted {
        Some(wanted)
            if trees.base.is_none() && !architectures.is_empty() && !architectures.contains(&wanted) =>
        {
            let names: Vec<&str> = architectures.iter().map(|architecture| architecture.name()).collect();
            let error =
                anyhow::anyhow!("cannot judge for {wanted}: the objects are for {}", names.join(", "));
            Err(Failure::input(error).hint(format!("use --arch {}, or give a build for {wanted}", names[0])))
        }
        _ => Ok(()),
    }
}

/// Error for a path that does not exist.
pub(super) fn missing_path(failure: Failure, path: &Path) -> Failure {
    let word = path.as_os_str();
    let is_image = match BaseReference::parse(word, Path::new("")) {
        // A transport such as oci: names a file.
        Ok(base) => !matches!(base.kind(), BaseKind::Path(named) if named == path),
        Err(_) => true,
    };
    let looks_like_tag =
        word.to_str().is_some_and(|word| word.contains(':') && !word.starts_with(['/', '.']));
    if is_image {
        let word = shell(word);
        failure.hint(format!(
            "for an image: `sodeb audit {word}` checks it, and `sodeb DIR --base {word}` checks files on it"
        ))
    } else if looks_like_tag {
        failure.hint(format!(
            "an image is named with its registry, such as docker://{0}: `sodeb audit docker://{0}` checks it",
            shell(word)
        ))
    } else {
        failure
    }
}

/// Fails if nothing can be judged in a directory or archive that is audited, and that is neither an image with a
/// configuration nor a root file system.
pub(super) fn check_image(subject: &Subject) -> Result<(), Failure> {
    let parts = subject.trees.image.as_ref().and_then(|facts| facts.parts.as_ref());
    let is_image = parts.is_some_and(|parts| parts.config.is_some());
    let is_root = OS_RELEASE_FILES.iter().any(|path| subject.inventory().get(path).is_some());
    if is_image || is_root {
        return Ok(());
    }
    let of_file = unsuitable_file(Path::new(&subject.name)).filter(|input| !may_be_image(&input.form));
    match of_file.or_else(|| subject.trees.unsuitable().into_iter().next()) {
        Some(input) => Err(failure(&input)),
        None => Ok(()),
    }
}

/// Replaces the error for a file that is no image by one that names its format.
pub(super) fn unsuitable_image(error: Failure, path: &Path) -> Failure {
    match unsuitable_file(path) {
        Some(input) if !may_be_image(&input.form) => failure(&input),
        _ => error,
    }
}

fn may_be_image(form: &InputForm) -> bool {
    matches!(form, InputForm::File(InputFormat::Tar | InputFormat::ImageArchive))
}

fn failure(input: &UnsuitableInput) -> Failure {
    let path = input.path.as_os_str();
    let hint = match &input.form {
        InputForm::File(format) => hint_for_file(*format, path),
        InputForm::UnknownMachine(_) => {
            "give a build for one of Debian's architectures, such as amd64 or arm64".to_owned()
        }
        InputForm::ImageLayout => format!("`sodeb audit {}` checks an image", shell(path)),
        InputForm::EmptyDirectory => {
            "give the directory that the app is installed in, such as a venv or node_modules".to_owned()
        }
        InputForm::Directory(formats) => {
            let packed = PACKED.iter().find_map(|format| Some((*format, formats.get(format)?)));
            match packed {
                Some((format, FormatCount { first, .. })) => hint_for_file(format, first.as_os_str()),
                None => "give the directory with the built programs, libraries or code, or a script by its own path"
                    .to_owned(),
            }
        }
    };
    Failure::input(input.clone()).hint(hint)
}

/// Returns the way to something that can be judged.
fn hint_for_file(format: InputFormat, path: &OsStr) -> String {
    let file = shell(path);
    let unpacked_by =
        |command: String| format!("unpack it and give the directory: `{command} && sodeb {UNPACKED}`");
    match format {
        InputFormat::Wheel => unpacked_by(format!("python3 -m pip install --target {UNPACKED} {file}")),
        InputFormat::Jar | InputFormat::PythonZip | InputFormat::Zip => {
            unpacked_by(format!("unzip -q -d {UNPACKED} {file}"))
        }
        InputFormat::Deb => unpacked_by(format!("dpkg-deb -x {file} {UNPACKED}")),
        InputFormat::Rpm => {
            unpacked_by(format!("mkdir {UNPACKED} && rpm2archive -n < {file} | tar -xC {UNPACKED}"))
        }
        InputFormat::Tar => unpacked_by(format!("mkdir {UNPACKED} && tar -xf {file} -C {UNPACKED}")),
        InputFormat::Cpio => unpacked_by(format!("mkdir {UNPACKED} && cpio -idD {UNPACKED} < {file}")),
        InputFormat::SevenZip => unpacked_by(format!("7z x -o{UNPACKED} {file}")),
        InputFormat::Squashfs => unpacked_by(format!("unsquashfs -d {UNPACKED} {file}")),
        InputFormat::Erofs => unpacked_by(format!("fsck.erofs --extract={UNPACKED} {file}")),
        InputFormat::Ext => {
            unpacked_by(format!("mkdir {UNPACKED} && debugfs -R 'rdump / {UNPACKED}' {file}"))
        }
        InputFormat::Compressed => "decompress it, and give the program, library or directory".to_owned(),
        InputFormat::AppImage => {
            "it unpacks itself with --appimage-extract: give the directory squashfs-root".to_owned()
        }
        InputFormat::StaticLibrary | InputFormat::ObjectFile => {
            "give the program or shared library that is linked from it".to_owned()
        }
        InputFormat::CoreDump => "give the program that wrote it".to_owned(),
        InputFormat::MachO | InputFormat::Pe => "give a build for Linux".to_owned(),
        InputFormat::WebAssembly => "give the program that runs it".to_owned(),
        InputFormat::ImageArchive => format!("`sodeb audit {file}` checks an image"),
        InputFormat::Lock => format!(
            "`sodeb lock --check -o {file}` compares a lock; `sodeb layer {file} -o DIR` and `sodeb manifest {file}` use it"
        ),
        InputFormat::Empty | InputFormat::Text | InputFormat::Data => {
            "give a program, a shared library, a script with a `#!` line, or a directory with them".to_owned()
        }
    }
}

fn shell(word: &OsStr) -> String {
    shell_word(&word.to_string_lossy())
}
