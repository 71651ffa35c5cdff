//! The deeds of triage, as the console and the command line ask for them.
