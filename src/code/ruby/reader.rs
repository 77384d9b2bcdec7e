//! Position in a file of Ruby.

use crate::code::cursor::Cursor;

/// Position in a file.
pub(super) struct Reader<'text> {
    pub(super) cursor: Cursor<'text>,
    /// True in the condition of a loop, whose `do` begins the body.
    pub(super) is_condition: bool,
}
