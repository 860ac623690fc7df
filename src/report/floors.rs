//! The floors for automatic action, in words: one place, so that every output calls them the same.

use super::number::{count, decimal, percent};
use crate::evaluate::{FloorScore, FloorScores};
use crate::model::{Floor, FloorName, Posterior};

/// A word or two.
#[must_use]
pub const fn short(name: FloorName) -> &'static str {
    match name {
        FloorName::RatioLow => "ratio",
        FloorName::K => "records",
        FloorName::ExcessLow => "excess",
        FloorName::Posterior => "posterior",
        FloorName::OwnCause => "own cause",
        FloorName::HoursBetween => "spacing",
    }
}

/// What is held against it.
#[must_use]
pub const fn meaning(name: FloorName) -> &'static str {
    match name {
        FloorName::RatioLow => "rate in W ÷ expected rate, lower end",
        FloorName::K => "records in W",
        FloorName::ExcessLow => "records beyond expectation, lower end",
        FloorName::Posterior => "probability of a bad deploy, at most, from a calibrated p-value",
        FloorName::OwnCause => "services that were not deployed did not rise as well",
        FloorName::HoursBetween => "since the last automatic action on the service",
    }
}

/// `≥ 2`, `> 0`, `≥ 90 %`, `yes`, `≥ 24 h`.
#[must_use]
pub fn needs(name: FloorName, needed: f64) -> String {
    match name {
        FloorName::ExcessLow => format!("> {}", decimal(needed)),
        FloorName::OwnCause => "yes".to_owned(),
        _ => format!("≥ {}", figure(name, needed)),
    }
}

/// `records in W: 9, needs ≥ 10: missed`.
#[must_use]
pub fn told(floor: &Floor) -> String {
    let value = match (floor.value, floor.name) {
        (Some(value), name) => figure(name, value),
        (None, FloorName::HoursBetween) => "there was none".to_owned(),
        (None, _) => "not known".to_owned(),
    };
    let (needs, end) = (needs(floor.name, floor.needed), if floor.met { "met" } else { "missed" });
    format!("{}: {value}, needs {needs}: {end}", meaning(floor.name))
}

fn figure(name: FloorName, value: f64) -> String {
    match name {
        FloorName::RatioLow | FloorName::K | FloorName::ExcessLow => decimal(value),
        FloorName::Posterior => percent(value),
        FloorName::OwnCause => if value > 0.0 { "yes" } else { "no" }.to_owned(),
        FloorName::HoursBetween => format!("{} h", decimal(value)),
    }
}

/// What the p-values of a case leave to believe.
#[must_use]
pub fn belief(posterior: Option<Posterior>, prior: f64) -> String {
    let Some(Posterior { at_most, calibrated }) = posterior else {
        return "No alert of it has a p-value, so that none can say how probable a bad deploy is.".to_owned();
    };
    let whose = if calibrated { "calibrated on placebos" } else { "the detector's own, not calibrated" };
    format!(
        "Where {} of deploys are bad, its smallest p-value ({whose}) makes this one bad with a probability of at most {}.",
        percent(prior),
        percent(at_most)
    )
}

/// Which floor stops most actions, on one line; `None` where all are met.
#[must_use]
pub fn most_missed(scores: &FloorScores) -> Option<String> {
    let missed = |floor: &FloorScore| scores.wanted.total() - floor.met.total();
    let most = scores.floors.iter().map(missed).max().filter(|&most| most > 0)?;
    let tied = scores.floors.iter().filter(|floor| missed(floor) == most);
    let name = |floor: &FloorScore| {
        let unknown = if floor.unknown == most { " (not known)" } else { "" };
        format!("{}{unknown}", short(floor.name))
    };
    let names: Vec<String> = tied.map(name).collect();
    let names = if names.len() > 2 { format!("{} floors alike", names.len()) } else { names.join(", ") };
    Some(format!("missed by {}: {names}", count(most)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::ActionCounts;

    #[test]
    fn a_floor_is_told_with_its_unit() {
        let floor = |name, value, needed, met| told(&Floor { name, value, needed, met });
        let rows = [
            (floor(FloorName::K, Some(9.0), 10.0, false), "records in W: 9, needs ≥ 10: missed"),
            (
                floor(FloorName::ExcessLow, Some(0.0), 0.0, false),
                "records beyond expectation, lower end: 0, needs > 0: missed",
            ),
            (
                floor(FloorName::Posterior, Some(0.95), 0.9, true),
                "probability of a bad deploy, at most, from a calibrated p-value: 95 %, needs ≥ 90 %: met",
            ),
            (
                floor(FloorName::OwnCause, None, 1.0, false),
                "services that were not deployed did not rise as well: not known, needs yes: missed",
            ),
            (
                floor(FloorName::OwnCause, Some(0.0), 1.0, false),
                "services that were not deployed did not rise as well: no, needs yes: missed",
            ),
            (
                floor(FloorName::HoursBetween, None, 24.0, true),
                "since the last automatic action on the service: there was none, needs ≥ 24 h: met",
            ),
        ];
        for (found, expected) in rows {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_floor_that_stops_most_is_named() {
        let counts = |n| ActionCounts { true_actions: n, false_actions: 0, other: 0 };
        let floor = |name, met, unknown| FloorScore { name, needed: 1.0, met: counts(met), unknown };
        let of = |floors: &[FloorScore]| {
            let (wanted, met_all) = (counts(7), counts(0));
            most_missed(&FloorScores { enforced: false, wanted, met_all, floors: floors.to_vec() })
        };
        let (k, own) = (floor(FloorName::K, 5, 0), floor(FloorName::OwnCause, 5, 2));
        assert_eq!(of(&[floor(FloorName::RatioLow, 7, 0)]), None);
        assert_eq!(of(&[k, floor(FloorName::RatioLow, 6, 0)]).unwrap(), "missed by 2: records");
        assert_eq!(of(&[k, own]).unwrap(), "missed by 2: records, own cause (not known)");
        assert_eq!(of(&[k, own, k]).unwrap(), "missed by 2: 3 floors alike");
    }

    #[test]
    fn a_belief_says_where_it_comes_from() {
        let posterior = |calibrated| Some(Posterior { at_most: 0.621, calibrated });
        assert!(belief(posterior(true), 0.03).contains("Where 3 % of deploys are bad"));
        assert!(
            belief(posterior(true), 0.03)
                .contains("calibrated on placebos) makes this one bad with a probability of at most 62 %")
        );
        assert!(belief(posterior(false), 0.03).contains("not calibrated"));
        assert!(belief(None, 0.03).contains("No alert of it has a p-value"));
    }
}
