//! Scripts: the kernel starts the interpreter that the first line names (execve(2)), so a script needs what its
//! interpreter loads.

use bstr::BStr;

use super::trees::InputTrees;
use crate::loader::LinkMap;
use crate::tree::root::{NodeId, Root};

/// Script that the user points at. Scripts inside an app are not looked at: most are run as an argument of an
/// interpreter, whatever their first line names.
#[derive(Debug)]
pub struct Script<'root> {
    /// File of the script.
    pub node: NodeId,
    /// Interpreter that its first line names.
    pub interpreter: &'root BStr,
    /// File of the interpreter, if the root has it.
    pub found: Option<NodeId>,
    /// Objects that the interpreter loads, if it is a program.
    pub map: Option<LinkMap<'root>>,
}

/// Returns the apps that are scripts; their interpreters are not linked yet.
pub(super) fn scripts<'root>(root: &'root Root<'root>, trees: &InputTrees) -> Vec<Script<'root>> {
    let script_at = |path: &[u8]| {
        let node = root.resolve(root.top(), path).ok()?;
        let line = root.content(node)?.script()?;
        let interpreter = BStr::new(line.split(u8::is_ascii_whitespace).next()?);
        let found = root.resolve(root.top(), interpreter).ok();
        Some(Script { node, interpreter, found, map: None })
    };
    trees.apps.iter().filter_map(|app| script_at(app.shown_as.as_bytes())).collect()
}
