//! Believable demo data, the same rows from one seed and date every time.
