//! The rate at W's time of the week: what has been seen little of borrows from what has been seen more of.

use super::Past;

/// Records and exposure of some past cells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub count: u64,
    pub exposure: f64,
}

/// Past cells by how much they are like W.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Strata {
    /// At W's hour (give or take one) of weekdays, or of weekend days, like W's.
    pub class: Tally,
    /// Of these, those on W's weekday.
    pub hour_of_week: Tally,
}

/// A rate, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Records per unit of exposure.
    pub value: f64,
    /// Exposure that it rests on, with what its prior counts as.
    pub exposure: f64,
}

impl Tally {
    const fn add(&mut self, other: Self) {
        self.count += other.count;
        self.exposure += other.exposure;
    }

    /// The rate drawn towards another, which counts as `prior` of exposure: the posterior mean under a gamma prior (Gelman et al.,
    /// Bayesian Data Analysis 3, §2.6).
    fn shrunk(self, towards: f64, prior: f64) -> Rate {
        let exposure = self.exposure + prior;
        Rate { value: (self.count as f64 + prior * towards) / exposure, exposure }
    }
}

impl Strata {
    pub const fn add(&mut self, other: Self) {
        self.class.add(other.class);
        self.hour_of_week.add(other.hour_of_week);
    }

    /// The rate of the hour of the week, drawn towards its class's, which is drawn towards `flat`, the whole baseline's; each
    /// counts as `prior` of exposure (statistics.md §3).
    #[must_use]
    pub fn rate(self, flat: f64, prior: f64) -> Rate {
        let class = self.class.shrunk(flat, prior);
        self.hour_of_week.shrunk(class.value, prior)
    }
}

impl FromIterator<Past> for Strata {
    fn from_iter<I: IntoIterator<Item = Past>>(cells: I) -> Self {
        let mut strata = Self::default();
        for cell in cells.into_iter().filter(|cell| cell.same_class) {
            let tally = Tally { count: cell.count, exposure: cell.exposure };
            strata.class.add(tally);
            if cell.same_weekday {
                strata.hour_of_week.add(tally);
            }
        }
        strata
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_goes_from_flat_to_class_to_hour_of_week_as_there_is_more_to_see() {
        let cell = |count, same_weekday, same_class| Past { count, exposure: 60.0, same_weekday, same_class };
        let strata: Strata = [cell(6, true, true), cell(0, false, true), cell(99, false, false)].into_iter().collect();
        assert_eq!((strata.class.count, strata.hour_of_week.count), (6, 6));
        let rate = |prior| strata.rate(1.0, prior).value;
        assert!((rate(1e-9) - 0.1).abs() < 1e-9, "the hour of the week alone");
        assert!((rate(1e9) - 1.0).abs() < 1e-6, "the flat rate alone");
        // Class: (6 + 60) ÷ 180; hour of the week: (6 + 60 · class) ÷ 120.
        assert!((rate(60.0) - (6.0 + 60.0 * 66.0 / 180.0) / 120.0).abs() < 1e-12);
        assert!((Strata::default().rate(0.3, 60.0).value - 0.3).abs() < 1e-12, "nothing seen");
    }
}
