//! Which test lies: what JUnit files say, the evidence of retries, scores, quarantine.
