//! Operations: long work as recorded runs. Names no area.
