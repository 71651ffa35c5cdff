//! The gate before all requests of a client: shut for as long as GitHub wants a pause.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Open, or shut until a moment.
#[derive(Debug, Default)]
pub(super) struct Gate(Mutex<Option<Instant>>);

impl Gate {
    /// Shuts it for `pause`, unless it is shut for longer already.
    pub(super) fn shut(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut shut = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if shut.is_none_or(|now| now < until) {
            *shut = Some(until);
        }
    }

    /// For how long it is still shut.
    pub(super) fn shut_for(&self) -> Option<Duration> {
        let shut = *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let left = shut?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}
