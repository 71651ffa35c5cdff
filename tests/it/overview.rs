//! The Overview: what it decides, how it looks, and what it reads.

mod app;
mod bytes;
mod counts;
mod desk;
mod looks;
mod moves;
mod strip;
mod visits;
