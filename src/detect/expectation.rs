//! The rate at W's time of the week: what has been seen little of borrows from what has been seen more of.

use super::Past;

/// What the whole baseline's rate counts as where a class has little to say, in windows.
const FLAT_WINDOWS: f64 = 4.0;

/// What the class's rate counts as where days of the week differ much, and where they do not, in windows (statistics.md §3).
const LEAST_WINDOWS: f64 = 1.0;
const MOST_WINDOWS: f64 = 24.0;

/// Records and exposure of some past cells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub count: u64,
    pub exposure: f64,
}

/// Past cells at W's hour (give or take one) of weekdays, or of weekend days, like W's: W's class.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Strata {
    /// By days of the week before W's; the first is W's.
    weekdays: [Tally; 7],
}

/// A rate, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Records per unit of exposure.
    pub value: f64,
    /// Exposure that it rests on, with what its prior counts as.
    pub exposure: f64,
}

/// How much a rate borrows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Borrowing {
    /// Windows that the class's rate counts as; `None`: as many as the differences between days of the week say.
    pub shrink: Option<f64>,
    /// Exposure of a window.
    pub window: f64,
    /// Variance ÷ mean of what a day counts in the class, at least 1: days are independent, the windows of one are not.
    pub phi: f64,
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
    pub fn add(&mut self, other: &Self) {
        self.weekdays.iter_mut().zip(other.weekdays).for_each(|(tally, more)| tally.add(more));
    }

    /// The cells of W's weekday.
    #[must_use]
    pub const fn hour_of_week(&self) -> Tally {
        self.weekdays[0]
    }

    fn class(&self) -> Tally {
        let mut class = Tally::default();
        self.weekdays.iter().for_each(|&tally| class.add(tally));
        class
    }

    /// The rate of the hour of the week, drawn towards its class's, which is drawn towards `flat`, the whole baseline's.
    #[must_use]
    pub fn rate(&self, flat: f64, borrowing: Borrowing) -> Rate {
        let Borrowing { shrink, window, phi } = borrowing;
        let class = self.class().shrunk(flat, FLAT_WINDOWS * window);
        let estimated = || (self.ratio_of_variances(phi) / window).clamp(LEAST_WINDOWS, MOST_WINDOWS);
        self.hour_of_week().shrunk(class.value, shrink.unwrap_or_else(estimated) * window)
    }

    /// Exposure at which a weekday's rate is as unsure of itself as weekdays differ: `φ rate ÷ τ²`, with τ² the variance between
    /// their rates by moments (`DerSimonian` & Laird 1986). Infinite where they differ no more than chance makes them.
    fn ratio_of_variances(&self, phi: f64) -> f64 {
        let class = self.class();
        let rate = class.count as f64 / class.exposure;
        let present = self.weekdays.iter().filter(|tally| tally.exposure > 0.0);
        let (mut squares, mut square_exposure, mut groups) = (0.0, 0.0, 0.0);
        for tally in present {
            squares += tally.exposure * (tally.count as f64 / tally.exposure - rate).powi(2);
            square_exposure += tally.exposure * tally.exposure;
            groups += 1.0;
        }
        let chance = phi * rate;
        let between = (squares - (groups - 1.0) * chance) / (class.exposure - square_exposure / class.exposure);
        if between > 0.0 { chance / between } else { f64::INFINITY }
    }
}

impl FromIterator<Past> for Strata {
    fn from_iter<I: IntoIterator<Item = Past>>(cells: I) -> Self {
        let mut strata = Self::default();
        for cell in cells.into_iter().filter(|cell| cell.same_class) {
            strata.weekdays[cell.weekdays_before()].add(Tally { count: cell.count, exposure: cell.exposure });
        }
        strata
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(count: u64, days_before: u32, same_class: bool) -> Past {
        Past { count, exposure: 60.0, days_before, step: 0, same_class }
    }

    fn borrowing(shrink: Option<f64>) -> Borrowing {
        Borrowing { shrink, window: 60.0, phi: 1.0 }
    }

    #[test]
    fn the_rate_goes_from_class_to_hour_of_week_as_there_is_more_to_see() {
        let strata: Strata = [cell(6, 7, true), cell(0, 1, true), cell(99, 2, false)].into_iter().collect();
        assert_eq!((strata.class().count, strata.hour_of_week().count), (6, 6));
        let class = (6.0 + 240.0 * 1.0) / 360.0;
        let rate = |shrink| strata.rate(1.0, borrowing(Some(shrink))).value;
        assert!((rate(1e-9) - 0.1).abs() < 1e-9, "the hour of the week alone");
        assert!((rate(1e9) - class).abs() < 1e-6, "the class alone");
        assert!((rate(1.0) - (6.0 + 60.0 * class) / 120.0).abs() < 1e-12);
        assert!((Strata::default().rate(0.3, borrowing(None)).value - 0.3).abs() < 1e-12, "nothing seen");
    }

    /// Mondays like all other days borrow from them; Mondays of their own kind do not.
    #[test]
    fn weekdays_that_differ_borrow_little() {
        let weeks = |monday: u64| (1..=40).map(move |day| cell(if day % 7 == 0 { monday } else { 4 }, day, true));
        let rests_on = |monday| weeks(monday).collect::<Strata>().rate(0.1, borrowing(None)).exposure / 60.0;
        assert!((rests_on(4) - (5.0 + MOST_WINDOWS)).abs() < 1e-9, "five Mondays and 24 windows of the class");
        assert!((rests_on(40) - (5.0 + LEAST_WINDOWS)).abs() < 1e-9);
    }
}
