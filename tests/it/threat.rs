//! EPSS and KEV: their readers, and their intake on a real server.

mod epss;
mod intake;
mod kev;
mod turns;
