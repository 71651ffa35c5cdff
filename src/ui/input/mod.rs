//! Keys and pastes, from the bytes of the terminal.

mod burst;
mod decoder;
mod reader;
mod sequence;

pub use burst::Arrival;
pub use decoder::{Arrived, Decoder};
pub use reader::{Chunk, Reader};
