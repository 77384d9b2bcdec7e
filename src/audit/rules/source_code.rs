//! Helpers of the rules on source files that open libraries by name.

use bstr::ByteSlice;

use super::interpreters::reach_by_interpreter;
use crate::app::{InterpreterRequest, Language, LoadEvidence, OpenCall, RuntimeLoad};
use crate::audit::finding::Reach;
use crate::audit::view::View;
use crate::vocabulary::{Grade, RootedPath};

/// Returns the loads of source files by one kind of call. Suggested ones are left out: code does without them.
pub(super) fn loads_of_code<'view>(
    view: &'view View<'_>,
    call: OpenCall,
) -> impl Iterator<Item = &'view RuntimeLoad<'view>> {
    let loads = view.linked.loads.iter();
    loads.filter(move |load| load.evidence == LoadEvidence::Code(call) && load.grade < Grade::Suggested)
}

/// Returns the reach of a source file: that of the interpreter for its file name's extension.
pub(super) fn reach_of_code(view: &View<'_>, path: &RootedPath) -> Reach {
    let language = match path.file_name().rsplit_str(".").next() {
        Some(b"py") => Language::Python,
        Some(b"rb") => Language::Ruby,
        _ => Language::Node,
    };
    reach_by_interpreter(view, InterpreterRequest::in_root(view.root, path, language).find(view.root))
}
