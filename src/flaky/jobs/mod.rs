//! Long work on tests.

mod intake;

pub use intake::import_junit;
