//! Keyset pages: the next page starts after the last row that was seen, however deep it is.

/// Rows of one page, and whether more follow.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows, in the order of the list.
    pub rows: Vec<T>,
    /// Whether rows follow the last one.
    pub more: bool,
}

impl<T> Page<T> {
    /// A page of at most `limit` rows out of `rows`, which was asked for one row more.
    pub fn cut(mut rows: Vec<T>, limit: usize) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        Page { rows, more }
    }
}
