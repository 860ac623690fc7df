//! What an automatic action needs at least, whatever triage says (statistics.md §8, the last row of the table).

use crate::detect::ShockKind;
use crate::model::{Detection, Floor, FloorName, Posterior};
use serde::{Deserialize, Serialize};

/// The floors, each by the key that sets it. Where a comment says so, 0 (or false) asks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FloorsSpec {
    /// Lower end of the rate ratio at least; 0: not asked.
    pub ratio_low: f64,
    /// Records in W at least; 0: not asked.
    pub k: u64,
    /// Lower end of the records beyond expectation, above this; at least 0.
    pub excess_low: f64,
    /// Posterior of a bad deploy at least, from a calibrated p-value; in [0, 1], 0: not asked.
    pub posterior: f64,
    /// Services that were not deployed must not have risen as well, which `detect.common_shock` finds out; false: not asked.
    pub own_cause: bool,
    /// Hours since the last automatic action on the service at least; 0: not asked.
    pub hours_between: f64,
}

/// Statistics.md §8.
impl Default for FloorsSpec {
    fn default() -> Self {
        Self { ratio_low: 2.0, k: 10, excess_low: 0.0, posterior: 0.9, own_cause: true, hours_between: 24.0 }
    }
}

/// What is held against the floors.
pub struct Standing<'a> {
    /// Of the alerts that the deploy is blamed for; at least one.
    pub detections: &'a [&'a Detection],
    pub posterior: Option<Posterior>,
    /// `None`: the pipeline does not ask.
    pub shock: Option<ShockKind>,
    /// `None`: there was no automatic action on the service.
    pub hours_since_action: Option<f64>,
}

impl FloorsSpec {
    /// # Errors
    /// When a floor is out of range.
    pub fn check(&self) -> Result<(), String> {
        let named = [
            ("ratio_low", self.ratio_low),
            ("excess_low", self.excess_low),
            ("hours_between", self.hours_between),
            ("posterior", self.posterior),
        ];
        match named.iter().find(|(_, value)| !(*value >= 0.0 && value.is_finite())) {
            Some((name, value)) => Err(format!("act.floor_at.{name} is {value}: it is a number from 0 up")),
            None if self.posterior > 1.0 => {
                Err(format!("act.floor_at.posterior is {}: it lies in [0, 1]", self.posterior))
            }
            None => Ok(()),
        }
    }

    /// Every floor that is asked, in the order of [`FloorName`]. What is not known is not met.
    #[must_use]
    pub fn hold(&self, standing: &Standing) -> Vec<Floor> {
        let mut floors = self.strongest(standing.detections);
        if self.posterior > 0.0 {
            let calibrated = standing.posterior.filter(|p| p.calibrated).map(|p| p.at_most);
            floors.push(at_least(FloorName::Posterior, calibrated, self.posterior));
        }
        if self.own_cause {
            floors.push(at_least(FloorName::OwnCause, own_cause(standing.shock), 1.0));
        }
        if self.hours_between > 0.0 {
            let hours = standing.hours_since_action;
            let floor = at_least(FloorName::HoursBetween, hours, self.hours_between);
            floors.push(Floor { met: floor.met || hours.is_none(), ..floor });
        }
        floors
    }

    /// The floors that one alert has to meet by itself, held against the one that meets most of them; of several, the one with the
    /// largest lower end of the excess.
    fn strongest(&self, detections: &[&Detection]) -> Vec<Floor> {
        let met = |floors: &[Floor]| floors.iter().filter(|floor| floor.met).count();
        let held = detections.iter().map(|d| (d.excess_low, self.of_detection(d)));
        let better = |a: &(f64, Vec<Floor>), b: &(f64, Vec<Floor>)| met(&a.1).cmp(&met(&b.1)).then(a.0.total_cmp(&b.0));
        held.max_by(better).map(|(_, floors)| floors).unwrap_or_default()
    }

    fn of_detection(&self, detection: &Detection) -> Vec<Floor> {
        let asked = [
            (FloorName::RatioLow, detection.ratio_low, self.ratio_low),
            (FloorName::K, detection.k as f64, self.k as f64),
        ];
        let asked = asked.into_iter().filter(|&(_, _, needed)| needed > 0.0);
        let excess = at_least(FloorName::ExcessLow, Some(detection.excess_low), self.excess_low);
        let above = Floor { met: detection.excess_low > self.excess_low, ..excess };
        asked.map(|(name, value, needed)| at_least(name, Some(value), needed)).chain([above]).collect()
    }
}

fn at_least(name: FloorName, value: Option<f64>, needed: f64) -> Floor {
    Floor { name, value, needed, met: value.is_some_and(|value| value >= needed) }
}

/// 1, 0, or `None` where nobody asked or nobody can say.
fn own_cause(shock: Option<ShockKind>) -> Option<f64> {
    match shock? {
        ShockKind::SharedCause => Some(0.0),
        ShockKind::Quiet | ShockKind::DeploySuspect | ShockKind::Amplified | ShockKind::Elsewhere => Some(1.0),
        ShockKind::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::detection;
    use super::*;

    fn standing<'a>(detections: &'a [&'a Detection]) -> Standing<'a> {
        Standing {
            detections,
            posterior: Some(Posterior { at_most: 0.9, calibrated: true }),
            shock: Some(ShockKind::DeploySuspect),
            hours_since_action: Some(24.0),
        }
    }

    fn unmet(floors: &[Floor]) -> Vec<FloorName> {
        floors.iter().filter(|floor| !floor.met).map(|floor| floor.name).collect()
    }

    #[test]
    fn every_floor_at_its_edge_and_just_below() {
        use FloorName::{ExcessLow, HoursBetween, K, OwnCause, Posterior as Belief, RatioLow};
        let edge = Detection { ratio_low: 2.0, k: 10, excess_low: 1e-9, ..detection() };
        let spec = FloorsSpec::default();
        assert_eq!(unmet(&spec.hold(&standing(&[&edge]))), []);
        assert_eq!(
            spec.hold(&standing(&[&edge])).iter().map(|floor| floor.name).collect::<Vec<_>>(),
            [RatioLow, K, ExcessLow, Belief, OwnCause, HoursBetween]
        );
        let rows = [
            (Detection { ratio_low: 1.99, ..edge.clone() }, RatioLow),
            (Detection { k: 9, ..edge.clone() }, K),
            (Detection { excess_low: 0.0, ..edge.clone() }, ExcessLow),
        ];
        for (below, name) in rows {
            assert_eq!(unmet(&spec.hold(&standing(&[&below]))), [name]);
        }
        let uncalibrated = Some(Posterior { at_most: 1.0, calibrated: false });
        let short = Some(Posterior { at_most: 0.899, calibrated: true });
        let of = |standing: Standing| unmet(&spec.hold(&standing));
        for posterior in [None, uncalibrated, short] {
            assert_eq!(of(Standing { posterior, ..standing(&[&edge]) }), [Belief], "{posterior:?}");
        }
        for shock in [None, Some(ShockKind::Unknown), Some(ShockKind::SharedCause)] {
            assert_eq!(of(Standing { shock, ..standing(&[&edge]) }), [OwnCause], "{shock:?}");
        }
        assert_eq!(of(Standing { hours_since_action: Some(23.99), ..standing(&[&edge]) }), [HoursBetween]);
        assert_eq!(of(Standing { hours_since_action: None, ..standing(&[&edge]) }), []);
    }

    #[test]
    fn one_alert_meets_them_all_or_none_does() {
        let rare = Detection { k: 4, ratio_low: 50.0, excess_low: 1.0, ..detection() };
        let common = Detection { k: 4000, ratio_low: 1.3, excess_low: 900.0, ..detection() };
        let spec = FloorsSpec::default();
        assert_eq!(unmet(&spec.hold(&standing(&[&rare, &common]))), [FloorName::RatioLow]);
        let both = Detection { k: 12, ratio_low: 3.0, excess_low: 5.0, ..detection() };
        let floors = spec.hold(&standing(&[&rare, &both, &common]));
        assert_eq!((unmet(&floors), floors[1].value), (vec![], Some(12.0)));
    }

    #[test]
    fn a_floor_of_zero_is_not_asked() {
        let spec = FloorsSpec {
            ratio_low: 0.0,
            k: 0,
            posterior: 0.0,
            own_cause: false,
            hours_between: 0.0,
            ..FloorsSpec::default()
        };
        let floors = spec.hold(&Standing {
            posterior: None,
            shock: None,
            hours_since_action: Some(0.0),
            ..standing(&[&detection()])
        });
        assert_eq!(
            floors.iter().map(|floor| (floor.name, floor.met)).collect::<Vec<_>>(),
            [(FloorName::ExcessLow, true)]
        );
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let rows = [
            ("ratio_low = -1.0", "act.floor_at.ratio_low is -1: it is a number from 0 up"),
            ("posterior = 1.5", "act.floor_at.posterior is 1.5: it lies in [0, 1]"),
            ("hours_between = inf", "act.floor_at.hours_between is inf: it is a number from 0 up"),
        ];
        for (text, expected) in rows {
            assert_eq!(toml::from_str::<FloorsSpec>(text).unwrap().check(), Err(expected.to_owned()));
        }
        assert!(toml::from_str::<FloorsSpec>("ratio = 1").is_err());
    }
}
