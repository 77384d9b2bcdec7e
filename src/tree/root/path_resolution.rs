//! Resolution of paths in a root, links included (path_resolution(7)).

use bstr::ByteSlice;

use super::nodes::{NodeId, Root};
use crate::vocabulary::{MAX_LINKS, RootedPath};

/// Reason why a path does not resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathError {
    /// There is no entry with this name (ENOENT).
    Absent,
    /// A component on the way is not a directory (ENOTDIR).
    NotADirectory,
    /// The path goes through too many links (ELOOP).
    Loop,
}

impl Root<'_> {
    /// Resolves a path from `directory` on (or from the top, if it starts with a slash), every link followed.
    ///
    /// # Errors
    /// The reason why it does not resolve.
    pub fn resolve(&self, directory: NodeId, path: &[u8]) -> Result<NodeId, PathError> {
        self.walk(directory, path, &mut Vec::new())
    }

    /// Resolves a path as [`Self::resolve`] does, and also returns the links that it goes through, in order.
    ///
    /// # Errors
    /// As for [`Self::resolve`].
    pub fn resolve_with_links(
        &self,
        directory: NodeId,
        path: &[u8],
    ) -> Result<(Vec<NodeId>, NodeId), PathError> {
        let mut links = Vec::new();
        let end = self.walk(directory, path, &mut links)?;
        Ok((links, end))
    }

    /// Resolves an entry: the entry itself, or what it points at if it is a link.
    ///
    /// # Errors
    /// The reason why the link does not resolve.
    pub fn follow(&self, node: NodeId) -> Result<NodeId, PathError> {
        self.follow_noting(node, &mut Vec::new())
    }

    /// Returns the entry at a path; a link in the last component is not followed.
    pub fn node_at(&self, path: &RootedPath) -> Option<NodeId> {
        let directory = self.resolve(self.top(), path.parent().as_bytes()).ok()?;
        self.child(directory, path.file_name())
    }

    /// Follows a link that leads nowhere, from link to link: returns the last one, and the path that does not exist.
    pub fn end_of_link(&self, link: NodeId) -> (NodeId, RootedPath) {
        let mut last = link;
        for _ in 0..MAX_LINKS {
            let target = self.link_target(last).unwrap_or_default();
            let directory = self.path(self.directory_of(last));
            let path =
                if target.starts_with(b"/") { RootedPath::new(target) } else { directory.join(target) };
            match self.node_at(&path).filter(|node| self.link_target(*node).is_some()) {
                Some(next) => last = next,
                None => return (last, path),
            }
        }
        (last, self.path(last))
    }

    fn walk(&self, directory: NodeId, path: &[u8], links: &mut Vec<NodeId>) -> Result<NodeId, PathError> {
        let mut current = if path.starts_with(b"/") { self.top() } else { directory };
        for component in path.split_str("/") {
            if !self.is_directory(current) {
                return Err(PathError::NotADirectory);
            }
            current = match component {
                b"" | b"." => current,
                b".." => self.directory_of(current),
                name => self.follow_noting(self.child(current, name).ok_or(PathError::Absent)?, links)?,
            };
        }
        Ok(current)
    }

    fn follow_noting(&self, node: NodeId, links: &mut Vec<NodeId>) -> Result<NodeId, PathError> {
        let Some(target) = self.link_target(node) else { return Ok(node) };
        if links.len() == MAX_LINKS {
            return Err(PathError::Loop);
        }
        links.push(node);
        self.walk(self.directory_of(node), target, links)
    }
}
