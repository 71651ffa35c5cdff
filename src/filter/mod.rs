//! The one filter language: parsed and printed here, run by the database.
