//! JUnit XML, as test runners write it. There is no standard, so nothing is refused whose meaning is
//! plain, and every deviation is said.
//!
//! A file is read once, streaming; memory does not grow with its size. [`scan`] finds the tags, holds
//! each piece of text to a bound and knows line and column; [`read`] makes a [`case::Case`] of each
//! `testcase`; [`case`] decides what came of it.
//!
//! Understood: `testsuites` or `testsuite` as the root, suites in suites, several results in one case,
//! `flakyFailure` and `flakyError` (failed, then passed), `rerunFailure` and `rerunError` (never passed),
//! skipped and disabled cases by element or by attribute, decimal commas, any encoding that the file
//! declares.
//!
//! Deliberately absent: entities of a DTD. A DTD is skipped, nothing it names is fetched or expanded, and
//! a reference to one of its entities stays as it was written.

pub mod case;
pub mod duration;
pub mod kept;
pub mod markup;
pub mod place;
pub mod read;
pub mod scan;
