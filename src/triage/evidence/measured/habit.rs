//! What the signature did before: after other deploys, by itself, and at this time of day. Only the past is asked.

use super::source::measured;
use crate::model::{Evidence, Source};
use crate::stats::{Estimate, RatePair, poisson_upper};
use crate::triage::evidence::rules;
use serde::Serialize;

/// Fewer records than this are no rise.
const FEW: u64 = 3;
/// A rise worth the name.
const RISE: f64 = 2.0;
/// A rise after an earlier deploy must be this improbable by chance.
const ALPHA: f64 = 0.05;
/// Among hundreds of hours one must be this improbable to be high.
const HOURLY_ALPHA: f64 = 0.001;
/// A habit has shown at least so often,
const TIMES: u64 = 2;
/// and the share's 95 % interval begins no lower than this: often for what has many causes,
const OFTEN: f64 = 0.2;
/// more often than not for what nearly every error does now and then, which is to end.
const MOSTLY: f64 = 0.5;

/// Records of the signature as long before an earlier deploy of the service as W is long, and in as much time after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AroundDeploy {
    pub before: u64,
    pub after: u64,
}

/// How often what is seen now was seen before, each with its interval; undefined where there was no occasion.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Habit {
    /// Of the last deploys of the service: it rose after them too.
    pub after_deploys: Estimate,
    /// Of its past episodes (hours in which it was high): they ended without a deploy of the service.
    pub by_itself: Estimate,
    /// Of past days: it was high at this time of day too.
    pub of_day: Estimate,
    /// Of past weeks: it was high at this time of the week too.
    pub of_week: Estimate,
}

impl Default for Habit {
    fn default() -> Self {
        let none = Estimate::undefined;
        Self { after_deploys: none(), by_itself: none(), of_day: none(), of_week: none() }
    }
}

impl Habit {
    /// `deploys`: the last ones of the service; `hours`: records in each hour of the past, the latest last; `deployed`: whether the
    /// service was deployed in that hour; `days`: records at W's time of day, each with the days before W, of past windows as
    /// long as W; `k`: records in W; `usual`: expected in as much time, whatever the hour.
    #[must_use]
    pub fn of(
        deploys: &[AroundDeploy],
        hours: &[u64],
        deployed: &[bool],
        days: &[(u32, u64)],
        (k, usual): (u64, f64),
    ) -> Self {
        let share = |of: &[bool]| Estimate::ratio(of.iter().filter(|yes| **yes).count() as u64, of.len() as u64);
        let high = |count: u64| is_high(count, usual) && count as f64 >= k as f64 / 2.0;
        let weeks = |days: &[(u32, u64)]| -> Vec<bool> {
            days.iter().filter(|(before, _)| before % 7 == 0).map(|(_, count)| high(*count)).collect()
        };
        Self {
            after_deploys: share(&deploys.iter().map(AroundDeploy::rose).collect::<Vec<_>>()),
            by_itself: share(&endings(hours, deployed)),
            of_day: share(&days.iter().map(|(_, count)| high(*count)).collect::<Vec<_>>()),
            of_week: share(&weeks(days)),
        }
    }

    pub(in crate::triage) fn evidence(&self) -> Vec<Evidence> {
        let after = |of: &Estimate| {
            format!("It rose after {} of the last {} deploys of this service as well.", of.numerator, of.denominator)
        };
        let alone = |of: &Estimate| {
            format!("{} of its {} earlier episodes ended without a deploy.", of.numerator, of.denominator)
        };
        // Every day at noon is every week at noon: told once.
        let (clock, word) =
            if is_habit(&self.of_day, OFTEN) { (&self.of_day, "days") } else { (&self.of_week, "weeks") };
        let as_high =
            format!("It was as high at this time in {} of {} past {word}.", clock.numerator, clock.denominator);
        let told = [
            (rules::RISES_AFTER_DEPLOYS, &self.after_deploys, OFTEN, after(&self.after_deploys)),
            (rules::RECOVERS, &self.by_itself, MOSTLY, alone(&self.by_itself)),
            (rules::HABIT, clock, OFTEN, as_high),
        ];
        let spoken = told.into_iter().filter(|(_, estimate, share, _)| is_habit(estimate, *share));
        spoken.map(|(rule, estimate, _, summary)| rule.evidence(1.0, summary, sources(estimate))).collect()
    }
}

/// Often enough, and no chance finding.
fn is_habit(estimate: &Estimate, share: f64) -> bool {
    estimate.numerator >= TIMES && estimate.low.is_some_and(|low| low >= share)
}

fn sources(estimate: &Estimate) -> Vec<Source> {
    let ends = [("share", estimate.value), ("share, at least", estimate.low), ("share, at most", estimate.high)];
    ends.into_iter().filter_map(|(name, value)| Some(measured(name, value?, "share"))).collect()
}

impl AroundDeploy {
    /// More in as much time, beyond chance (exact, Przyborowski & Wilenski 1940).
    fn rose(&self) -> bool {
        let p = RatePair::new(self.after, 1.0, self.before, 1.0).and_then(|pair| pair.ln_p_greater(1.0));
        self.after >= FEW && p.is_some_and(|p| p <= ALPHA.ln())
    }
}

/// Twice the usual or more, beyond what chance does in a month of hours.
fn is_high(count: u64, usual: f64) -> bool {
    count >= FEW && count as f64 >= RISE * usual && poisson_upper(count, usual) <= HOURLY_ALPHA.ln()
}

/// Of each episode, hours in a row in which the count is high for the mean hour: did it end without a deploy? One that is not over
/// by the last hour is no episode yet.
fn endings(hours: &[u64], deployed: &[bool]) -> Vec<bool> {
    let usual = hours.iter().sum::<u64>() as f64 / hours.len().max(1) as f64;
    let mut endings = Vec::new();
    let mut alone = None;
    for (&count, &deployed) in hours.iter().zip(deployed) {
        if is_high(count, usual) {
            alone = Some(alone.unwrap_or(true) && !deployed);
        } else if let Some(alone) = alone.take() {
            // A deploy in the hour after may have ended it.
            endings.push(alone && !deployed);
        }
    }
    endings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(estimate: &Estimate) -> (u64, u64) {
        (estimate.numerator, estimate.denominator)
    }

    #[test]
    fn what_rises_after_every_deploy_is_a_habit() {
        let around = |before, after| AroundDeploy { before, after };
        let deploys = [around(1, 12), around(0, 2), around(3, 20), around(9, 10), around(0, 8)];
        let habit = Habit::of(&deploys, &[], &[], &[], (20, 1.0));
        assert_eq!(counts(&habit.after_deploys), (3, 5));
        let told = habit.evidence();
        assert_eq!(told[0].summary, "It rose after 3 of the last 5 deploys of this service as well.");
        assert_eq!((told.len(), told[0].sources.len()), (1, 3));
    }

    #[test]
    fn episodes_end_with_a_deploy_or_without() {
        let mut hours = vec![1; 100];
        let mut deployed = vec![false; 100];
        for at in [10, 30, 31, 50, 70, 99] {
            hours[at] = 40;
        }
        deployed[51] = true;
        deployed[5] = true;
        assert_eq!(endings(&hours, &deployed), [true, true, false, true], "the last is not over");
        assert_eq!(endings(&[], &[]), [false; 0]);
        assert_eq!(endings(&[0; 50], &[false; 50]), [false; 0]);
    }

    #[test]
    fn a_time_of_day_is_a_habit_and_a_single_day_is_not() {
        let nightly: Vec<(u32, u64)> = (1..=14).map(|day| (day, if day % 2 == 0 { 30 } else { 0 })).collect();
        let habit = Habit::of(&[], &[], &[], &nightly, (35, 1.0));
        assert_eq!((counts(&habit.of_day), counts(&habit.of_week)), ((7, 14), (1, 2)));
        assert_eq!(habit.evidence()[0].summary, "It was as high at this time in 7 of 14 past days.");
        let weekly: Vec<(u32, u64)> = (1..=28).map(|day| (day, if day % 7 == 0 { 30 } else { 0 })).collect();
        let habit = Habit::of(&[], &[], &[], &weekly, (35, 1.0));
        assert_eq!(habit.evidence()[0].summary, "It was as high at this time in 4 of 4 past weeks.");
        let once = Habit::of(&[], &[], &[], &[(1, 40), (2, 0), (3, 0)], (35, 1.0));
        assert_eq!(once.evidence(), []);
        assert_eq!(Habit::of(&[], &[], &[], &nightly, (300, 1.0)).evidence(), [], "today is ten times that");
    }

    #[test]
    fn two_endings_are_no_habit_and_five_are() {
        let ending = |times: u64| Habit { by_itself: Estimate::ratio(times, times), ..Habit::default() }.evidence();
        assert_eq!(ending(2), []);
        assert_eq!(ending(5)[0].summary, "5 of its 5 earlier episodes ended without a deploy.");
    }

    #[test]
    fn no_occasion_is_undefined() {
        assert_eq!(Habit::of(&[], &[], &[], &[], (5, 0.0)), Habit::default());
        assert_eq!(Habit::default().after_deploys.value, None);
    }
}
