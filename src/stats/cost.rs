//! When acting pays (statistics.md §8, §9).

/// Costs that are equal but for rounding count as equal.
const TIE: f64 = 1e-12;

/// The precision above which acting pays: `(cost_fp + cost_attempt) / (value_tp + cost_fp)`, all in one currency.
/// Above 1: it never pays. `None` where `value_tp + cost_fp` is not positive.
#[must_use]
pub fn break_even_precision(value_tp: f64, cost_fp: f64, cost_attempt: f64) -> Option<f64> {
    let stake = value_tp + cost_fp;
    (stake > 0.0).then(|| (cost_fp + cost_attempt) / stake)
}

/// The cost of a false positive at which the break-even precision is `precision` in [0, 1):
/// `(precision × value_tp − cost_attempt) / (1 − precision)`; for .80, `4 value_tp − 5 cost_attempt`.
#[must_use]
pub fn false_positive_cost_at(precision: f64, value_tp: f64, cost_attempt: f64) -> Option<f64> {
    (0.0..1.0).contains(&precision).then(|| (precision * value_tp - cost_attempt) / (1.0 - precision))
}

/// One decision that was scored, with what would have happened without it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredCase {
    /// Higher is more suspicious; finite.
    pub score: f64,
    /// The damage of a real incident if it is missed, finite; `None` where there is none, so that an alarm is false.
    pub damage_if_missed: Option<f64>,
}

/// What alarms cost, all in one currency, finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlarmCosts {
    /// Of each false alarm.
    pub false_positive: f64,
    /// Of each true alarm.
    pub true_positive: f64,
    /// Of each alarm, true or false: the tokens.
    pub alarm: f64,
}

/// What one threshold costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CostPoint {
    /// Scores at or above it alarm; ∞: none does.
    pub threshold: f64,
    pub alarms: u64,
    pub true_positives: u64,
    pub false_positives: u64,
    /// Damage of the incidents without an alarm.
    pub missed_damage: f64,
    /// `FP · false_positive + TP · true_positive + alarms · alarm + missed_damage`.
    pub cost: f64,
}

/// The cost of every threshold that makes a difference: the distinct scores, rising, and ∞ (statistics.md §9, cost of
/// alarms and misses). `None` where a number is not finite.
#[must_use]
pub fn cost_curve(cases: &[ScoredCase], costs: &AlarmCosts) -> Option<Vec<CostPoint>> {
    let finite = |case: &ScoredCase| case.score.is_finite() && case.damage_if_missed.unwrap_or(0.0).is_finite();
    let prices = [costs.false_positive, costs.true_positive, costs.alarm];
    if !(cases.iter().all(finite) && prices.iter().all(|price| price.is_finite())) {
        return None;
    }
    let mut rising = cases.to_vec();
    rising.sort_by(|a, b| a.score.total_cmp(&b.score));
    let mut true_positives = cases.iter().filter(|case| case.damage_if_missed.is_some()).count() as u64;
    let mut false_positives = cases.len() as u64 - true_positives;
    let mut missed_damage = 0.0;
    let mut curve = Vec::new();
    // In rising order; −0 and 0 are one score.
    for group in rising.chunk_by(|a, b| a.score >= b.score) {
        curve.push(costs.point(group[0].score, true_positives, false_positives, missed_damage));
        let damages = group.iter().filter_map(|case| case.damage_if_missed);
        true_positives -= damages.clone().count() as u64;
        false_positives -= (group.len() - damages.clone().count()) as u64;
        missed_damage += damages.sum::<f64>();
    }
    curve.push(costs.point(f64::INFINITY, 0, 0, missed_damage));
    Some(curve)
}

impl AlarmCosts {
    fn point(&self, threshold: f64, true_positives: u64, false_positives: u64, missed_damage: f64) -> CostPoint {
        let alarms = true_positives + false_positives;
        let wrong = false_positives as f64 * self.false_positive;
        let right = true_positives as f64 * self.true_positive;
        let cost = wrong + right + alarms as f64 * self.alarm + missed_damage;
        CostPoint { threshold, alarms, true_positives, false_positives, missed_damage, cost }
    }
}

/// Index of the cheapest threshold; the lowest of those that cost the same but for rounding. `None` for an empty curve.
#[must_use]
pub fn cheapest(curve: &[CostPoint]) -> Option<usize> {
    let least = curve.iter().map(|point| point.cost).min_by(f64::total_cmp)?;
    curve.iter().position(|point| point.cost - least <= TIE * least.abs())
}

/// What is at stake in rolling a deploy back at once, costs in one currency, times in minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RollbackStakes {
    pub damage_per_minute: f64,
    /// Time to recovery by the rollback.
    pub minutes_auto: f64,
    /// Time to recovery without it.
    pub minutes_human: f64,
    /// Of a rollback of a deploy that was not to blame.
    pub cost_wrong_rollback: f64,
    /// Of every rollback.
    pub cost_action: f64,
}

/// Whether to roll back, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RollbackDecision {
    /// `(minutes_human − minutes_auto) · damage_per_minute`: saved if the deploy is to blame.
    pub benefit_if_right: f64,
    /// The probability of blame above which it pays; above 1 never. `None` where benefit and cost of a wrong rollback sum to
    /// 0 or less, so that a higher probability does not help.
    pub threshold: Option<f64>,
    /// Expected, against waiting.
    pub expected_gain: f64,
    /// Whether the gain is positive.
    pub act: bool,
}

impl RollbackStakes {
    /// Rolls back iff `π B − (1 − π) c_rb − c_act > 0`, that is `π > (c_rb + c_act) / (B + c_rb)` (statistics.md §8), `π` in
    /// [0, 1] being the probability that the deploy is to blame. The floors on evidence are not in it.
    #[must_use]
    pub fn decide(&self, p_caused_by_deploy: f64) -> RollbackDecision {
        let benefit = (self.minutes_human - self.minutes_auto) * self.damage_per_minute;
        let (wrong, stake) = (self.cost_wrong_rollback, benefit + self.cost_wrong_rollback);
        let expected_gain = p_caused_by_deploy * benefit - (1.0 - p_caused_by_deploy) * wrong - self.cost_action;
        RollbackDecision {
            benefit_if_right: benefit,
            threshold: (stake > 0.0).then(|| (wrong + self.cost_action) / stake),
            expected_gain,
            act: expected_gain > 0.0,
        }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COSTS: AlarmCosts = AlarmCosts { false_positive: 5.0, true_positive: 1.0, alarm: 0.5 };

    fn case(score: f64, damage_if_missed: Option<f64>) -> ScoredCase {
        ScoredCase { score, damage_if_missed }
    }

    #[test]
    fn a_curve_by_hand() {
        let cases = [case(0.2, None), case(0.7, Some(30.0)), case(0.2, Some(4.0)), case(0.9, None)];
        let curve = cost_curve(&cases, &COSTS).unwrap();
        let costs: Vec<f64> = curve.iter().map(|point| point.cost).collect();
        assert_eq!(costs, [14.0, 11.0, 39.5, 34.0]);
        let last = CostPoint {
            threshold: f64::INFINITY,
            alarms: 0,
            true_positives: 0,
            false_positives: 0,
            missed_damage: 34.0,
            cost: 34.0,
        };
        assert_eq!(curve[3], last);
        assert_eq!(cheapest(&curve), Some(1));
    }

    #[test]
    fn degenerate_curves() {
        let empty = cost_curve(&[], &COSTS).unwrap();
        assert_eq!((empty.len(), empty[0].cost, cheapest(&empty)), (1, 0.0, Some(0)));
        assert_eq!(cheapest(&[]), None);
        assert_eq!(cost_curve(&[case(f64::NAN, None)], &COSTS), None);
        assert_eq!(cost_curve(&[case(0.1, Some(f64::INFINITY))], &COSTS), None);
        assert_eq!(cost_curve(&[case(0.0, None), case(-0.0, None)], &COSTS).unwrap().len(), 2);
    }

    #[test]
    fn equal_costs_give_the_lowest_threshold() {
        // 0.1 + 0.2 against 0.3: equal but for rounding, whichever comes first.
        let costs = AlarmCosts { false_positive: 0.3, true_positive: 0.0, alarm: 0.0 };
        let cases = [case(0.5, None), case(0.5, Some(0.1)), case(0.5, Some(0.2))];
        assert_eq!(cheapest(&cost_curve(&cases, &costs).unwrap()), Some(0));
    }

    #[test]
    fn a_rollback_that_saves_nothing_never_pays() {
        let stakes = RollbackStakes {
            damage_per_minute: 10.0,
            minutes_auto: 9.0,
            minutes_human: 4.0,
            cost_wrong_rollback: 20.0,
            cost_action: 1.0,
        };
        let decision = stakes.decide(1.0);
        assert_eq!((decision.benefit_if_right, decision.threshold, decision.act), (-50.0, None, false));
    }

    #[test]
    fn nothing_at_stake_is_none() {
        assert_eq!(break_even_precision(0.0, 0.0, 1.0), None);
        assert_eq!(false_positive_cost_at(1.0, 1.0, 1.0), None);
    }

    proptest! {
        #[test]
        fn a_rollback_pays_above_the_threshold(
            damage_per_minute in 1.0..500.0_f64, minutes_human in 10.0..90.0_f64, wrong in 0.0..5e3_f64, p in 0.0..1.0_f64,
        ) {
            let stakes = RollbackStakes {
                damage_per_minute, minutes_auto: 5.0, minutes_human, cost_wrong_rollback: wrong, cost_action: 10.0,
            };
            let decision = stakes.decide(p);
            let threshold = decision.threshold.unwrap();
            prop_assume!((p - threshold).abs() > 1e-9);
            prop_assert_eq!(decision.act, p > threshold);
        }

        #[test]
        fn every_point_counts_the_cases(
            drawn in prop::collection::vec((0..9u32, prop::option::of(0.0..50.0_f64)), 0..40),
        ) {
            let cases: Vec<ScoredCase> = drawn.iter().map(|(s, d)| case(f64::from(*s), *d)).collect();
            for point in cost_curve(&cases, &COSTS).unwrap() {
                let alarms = cases.iter().filter(|case| case.score >= point.threshold);
                let missed = cases.iter().filter(|case| case.score < point.threshold);
                let damage: f64 = missed.filter_map(|case| case.damage_if_missed).sum();
                prop_assert_eq!(alarms.clone().count() as u64, point.alarms);
                let real = alarms.filter(|case| case.damage_if_missed.is_some()).count() as u64;
                prop_assert_eq!((real, point.alarms - real), (point.true_positives, point.false_positives));
                prop_assert!((damage - point.missed_damage).abs() < 1e-9);
            }
        }

        #[test]
        fn the_two_are_inverses(value in 1.0..1e4_f64, attempt in 0.0..1.0_f64, precision in 0.5..0.99_f64) {
            let cost = false_positive_cost_at(precision, value + 2.0, attempt).unwrap();
            let back = break_even_precision(value + 2.0, cost, attempt).unwrap();
            prop_assert!((back - precision).abs() < 1e-9);
        }
    }
}
