//! What the rules on interpreters share: which file of an extension an interpreter would open, and for which version it
//! is.

use bstr::{BStr, ByteSlice};

use crate::app::{AppObject, Home, Language, Role, abi_in_path};
use crate::audit::finding::Reach;
use crate::audit::view::View;
use crate::tree::inventory::Content;
use crate::tree::root::NodeId;
use crate::vocabulary::RootedPath;

/// An extension with the interpreter that would open it.
pub(super) struct Extension<'root> {
    pub(super) object: AppObject<'root>,
    pub(super) path: RootedPath,
    pub(super) home: Home,
    /// The version in its file name or directory.
    pub(super) built_for: Option<String>,
    pub(super) interpreter: Option<NodeId>,
}

/// Every extension of a language.
pub(super) fn extensions<'root>(view: &View<'root>, language: Language) -> Vec<Extension<'root>> {
    let objects = view.linked.objects.iter();
    let objects = objects.filter(|object| object.role.language() == Some(language));
    let extension = |object: &AppObject<'root>| {
        let path = view.root.path(object.node);
        let home = Home::in_root(view.root, &path, language);
        let abi = abi_in_path(BStr::new(path.as_bytes())).filter(|abi| abi.language == language);
        let built_for = abi.map(|abi| abi.version);
        let interpreter = home.interpreter(view.root);
        Extension { object: *object, path, home, built_for, interpreter }
    };
    objects.map(extension).collect()
}

/// The version in the name of an interpreter's program: `3.11` of `python3.11`.
pub(super) fn version_of_program(view: &View<'_>, interpreter: NodeId) -> Option<String> {
    let name = view.root.name(interpreter).to_str().ok()?;
    let version = name.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let version = version.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    version.contains('.').then(|| version.to_owned())
}

/// Whether a file lies where an interpreter or the kernel would open it, so that being for another system is no chance:
/// what the image starts, or an extension beside which there is none for the image's own system.
pub(super) fn is_where_it_is_opened(view: &View<'_>, object: &AppObject<'_>) -> bool {
    let path = view.root.path(object.node);
    match object.role {
        Role::Program | Role::Library => view.entry.programs.contains(&object.node),
        Role::NodeAddon => path.as_bytes().contains_str("/build/Release/"),
        Role::PythonExtension | Role::RubyExtension => {
            let has_home = object.role.language().is_some_and(|language| {
                Home::in_root(view.root, &path, language).interpreter(view.root).is_some()
            });
            let is_installed = ["/site-packages/", "/dist-packages/", "/extensions/", "/lib-dynload/"]
                .iter()
                .any(|directory| path.as_bytes().contains_str(directory));
            has_home && is_installed && !has_sibling(view, object, &path)
        }
    }
}

/// Whether the same module is there for the machine and C library of the image.
fn has_sibling(view: &View<'_>, object: &AppObject<'_>, path: &RootedPath) -> bool {
    let stem = stem_of(path);
    let directory = path.parent();
    view.linked.objects.iter().any(|other| {
        other.node != object.node
            && view.scene.is_some_and(|scene| scene.holds(other.facts))
            && other.role == object.role
            && view.root.path(other.node).parent() == directory
            && stem_of(&view.root.path(other.node)) == stem
    })
}

/// The module's name: what stands before the first dot.
pub(super) fn stem_of(path: &RootedPath) -> Vec<u8> {
    path.file_name().split(|byte| *byte == b'.').next().unwrap_or_default().to_vec()
}

/// What gets to a file by a home's interpreter, whether or not it can be loaded.
pub(super) fn reach_of_home(view: &View<'_>, interpreter: Option<NodeId>) -> Reach {
    match interpreter {
        Some(node) if view.entry.programs.contains(&node) => Reach::Extension,
        Some(_) if view.entry.is_open => Reach::Possible,
        _ => Reach::Unreached,
    }
}

/// Whether there is a program of this name in one of the usual directories.
pub(super) fn has_program(view: &View<'_>, name: &str) -> bool {
    let directories = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];
    directories.iter().any(|directory| {
        let path = RootedPath::new(directory).join(name);
        let found = view.root.resolve(view.root.top(), path.as_bytes());
        found.is_ok_and(|node| {
            matches!(view.root.content(node), Some(Content::Object(_) | Content::Script(_)))
        })
    })
}
