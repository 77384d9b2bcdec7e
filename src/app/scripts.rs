//! Scripts: the kernel starts the interpreter that the first line names (execve(2)), and what that loads is
//! what the script needs.

use bstr::BStr;

use super::Sources;
use crate::loader::LinkMap;
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};

/// A script that was pointed at. Those within a tree are not looked at: most are started with an interpreter
/// on the command line, whatever their first line says.
#[derive(Debug)]
pub struct Script<'root> {
    /// The file.
    pub node: NodeId,
    /// The interpreter that its first line names.
    pub interpreter: &'root BStr,
    /// The interpreter, if the root has it.
    pub found: Option<NodeId>,
    /// What the interpreter loads, if it is a program.
    pub map: Option<LinkMap<'root>>,
}

/// The scripts among the files that were pointed at, their interpreters not linked yet.
pub(super) fn scripts<'root>(root: &'root Root<'root>, sources: &Sources) -> Vec<Script<'root>> {
    let script_at = |path: &[u8]| {
        let node = root.resolve(root.top(), path).ok()?;
        let Some(Content::Script(line)) = root.content(node) else { return None };
        let interpreter = BStr::new(line.split(u8::is_ascii_whitespace).next()?);
        let found = root.resolve(root.top(), interpreter).ok();
        Some(Script { node, interpreter, found, map: None })
    };
    sources.apps.iter().filter_map(|source| script_at(source.shown_as.as_bytes())).collect()
}
