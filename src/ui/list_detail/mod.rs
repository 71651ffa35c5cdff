//! A list, and the detail of what is under its cursor: the shape that most screens have.
//!
//! `cursor` and `window` hold rows, `load` says how a question stands, `shown` is the detail. `state` puts
//! them together for a list that begins at its first row, and `update` decides what is asked next. All of
//! it is pure: what is to be loaded goes out as a `Want`, which a screen turns into a wish of its own. What
//! is absent: what a row is, where it comes from, and what can be done with it.

pub mod cursor;
pub mod load;
pub mod window;

pub mod shown;
pub mod state;
pub mod update;

pub mod layout;

pub mod detail_view;
pub mod list_view;
pub mod told;

pub use state::ListDetail;
