//! SARIF 2.1.0 read as a stream: strictly where it can be, leniently where it must.
