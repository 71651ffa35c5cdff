//! The intake of scanner files as a job.
