//! The client of a Debian archive: signed Release files, and the indices and packages that they vouch for.
