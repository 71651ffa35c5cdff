//! Risk, 0 to 100, with every term shown.
