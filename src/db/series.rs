//! Counts by day: how something went over the last thirty days.
//!
//! A day is 24 hours back from when it was asked, so that the last of them and "in the last 24 hours"
//! are the same number, in every time zone.

/// How many days a series has.
pub const DAYS: usize = 30;

/// So many a day, the oldest day first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series {
    days: [u64; DAYS],
    reach: Reach,
}

/// Whether everything was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everything of these days.
    Whole,
    /// The newest so many; older ones may be missing.
    Cut,
}

impl Series {
    /// Of counts with their age in whole days; what is older than the series is left out.
    pub fn by_age(counts: impl IntoIterator<Item = (i32, u64)>, reach: Reach) -> Self {
        let mut days = [0_u64; DAYS];
        for (age, count) in counts {
            let back = usize::try_from(age).unwrap_or(0);
            if let Some(day) = DAYS.checked_sub(back + 1) {
                days[day] = days[day].saturating_add(count);
            }
        }
        Series { days, reach }
    }

    /// So many each day, the oldest first.
    pub fn days(&self) -> &[u64] {
        &self.days
    }

    /// How many in the last so many days, and whether that is all of them.
    pub fn last(&self, days: usize) -> (u64, Reach) {
        let (older, wanted) = self.days.split_at(DAYS.saturating_sub(days));
        // The newest are counted first: what stands before these days shows that they are whole.
        let is_whole = self.reach == Reach::Whole || older.iter().any(|count| *count > 0);
        let sum = wanted.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        (sum, if is_whole { Reach::Whole } else { Reach::Cut })
    }

    /// Whether everything was counted.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Both together, day by day.
    #[must_use]
    pub fn plus(mut self, other: &Series) -> Self {
        for (day, more) in self.days.iter_mut().zip(other.days) {
            *day = day.saturating_add(more);
        }
        if other.reach == Reach::Cut {
            self.reach = Reach::Cut;
        }
        self
    }
}

/// Nothing on any day.
impl Default for Series {
    fn default() -> Self {
        Series { days: [0; DAYS], reach: Reach::Whole }
    }
}
