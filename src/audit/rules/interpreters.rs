//! Helpers of the rules on interpreters: extensions, the interpreters that would open them, and their versions.

use bstr::{BStr, ByteSlice};

use crate::app::{AppObject, InterpreterRequest, Language, abi_in_path};
use crate::audit::finding::Reach;
use crate::audit::view::View;
use crate::tree::inventory::Content;
use crate::tree::root::NodeId;
use crate::vocabulary::RootedPath;

/// An extension and the interpreter that would open it.
pub(super) struct Extension<'root> {
    pub(super) object: AppObject<'root>,
    pub(super) path: RootedPath,
    pub(super) home: InterpreterRequest,
    /// Version in its file name or directory.
    pub(super) built_for: Option<String>,
    pub(super) interpreter: Option<NodeId>,
}

/// Lists the extensions of a language.
pub(super) fn extensions<'root>(view: &View<'root>, language: Language) -> Vec<Extension<'root>> {
    let objects = view.linked.objects.iter();
    let objects = objects.filter(|object| object.role.language() == Some(language));
    let extension = |object: &AppObject<'root>| {
        let path = view.root.path(object.node);
        let home = InterpreterRequest::in_root(view.root, &path, language);
        let abi = abi_in_path(BStr::new(path.as_bytes())).filter(|abi| abi.language == language);
        let built_for = abi.map(|abi| abi.version);
        let interpreter = home.find(view.root);
        Extension { object: *object, path, home, built_for, interpreter }
    };
    // A bundle has an interpreter of its own.
    let is_bundled = |extension: &Extension<'_>| view.linked.launchers.is_in_bundle(&extension.path);
    objects.map(extension).filter(|extension| !is_bundled(extension)).collect()
}

/// Parses the version in the name of an interpreter's program: `3.11` of `python3.11`.
pub(super) fn version_of_program(view: &View<'_>, interpreter: NodeId) -> Option<String> {
    let name = view.root.name(interpreter).to_str().ok()?;
    let version = name.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let version = version.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    version.contains('.').then(|| version.to_owned())
}

/// Returns the name of a module: its file name up to the first dot.
pub(super) fn stem_of(path: &RootedPath) -> Vec<u8> {
    path.file_name().split(|byte| *byte == b'.').next().unwrap_or_default().to_vec()
}

/// Returns the reach of a file that an interpreter opens, even if loading it fails.
pub(super) fn reach_by_interpreter(view: &View<'_>, interpreter: Option<NodeId>) -> Reach {
    match interpreter {
        Some(node) if view.entrypoint.programs.contains(&node) => Reach::Extension,
        Some(_) if view.entrypoint.may_start_anything => Reach::Possible,
        _ => Reach::Unreached,
    }
}

/// True if one of the usual directories contains a program of this name.
pub(super) fn has_program(view: &View<'_>, name: &str) -> bool {
    let directories = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];
    directories.iter().any(|directory| {
        let path = RootedPath::new(directory).join(name);
        let found = view.root.resolve(view.root.top(), path.as_bytes());
        found.is_ok_and(|node| {
            let content = view.root.content(node);
            content.is_some_and(|content| matches!(content, Content::Object(_)) || content.script().is_some())
        })
    })
}
