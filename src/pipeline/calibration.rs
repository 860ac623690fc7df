//! p-values that the data set's own placebos vouch for.

use super::Placebo;
use crate::detect::{Measured, Seen};
use crate::model::Instant;

/// Fills in the calibrated p-value of every signature that was tested: `(1 + placebo tests at least as extreme) ÷ (tests + 1)`, over
/// all placebos known no later than it is decided (statistics.md §5; Phipson & Smyth 2010). Pooled over services and signatures.
pub fn calibrate<'p>(measured: &mut [Measured], placebos: impl Iterator<Item = &'p Placebo>) {
    let mut earlier: Vec<&Placebo> = placebos.collect();
    earlier.sort_by_key(|placebo| placebo.known_at);
    let mut all: Vec<(Instant, &mut Seen)> = Vec::new();
    for Measured { seen, tests, .. } in measured {
        all.extend(seen.iter_mut().map(|one| (tests[one.look].decided_at, one)));
    }
    all.sort_by_key(|(decided_at, _)| *decided_at);
    let mut ranks = Ranks::of(&earlier);
    let (mut tests, mut next) = (0, earlier.iter().peekable());
    for (decided_at, seen) in all {
        while let Some(placebo) = next.next_if(|placebo| placebo.known_at <= decided_at) {
            tests += placebo.tests.iter().sum::<u64>();
            placebo.ln_p.iter().for_each(|&(_, ln_p)| ranks.add(ln_p));
        }
        // Without a placebo the ratio would be 1: no evidence, not evidence against.
        seen.p_calibrated =
            seen.p_value().filter(|_| tests > 0).map(|p| (1 + ranks.at_most(p.ln())) as f64 / (tests + 1) as f64);
    }
}

/// Counts of values no larger than a given one, among values added so far: a Fenwick tree over the ranks of all that will be.
struct Ranks {
    values: Vec<f64>,
    tree: Vec<u64>,
}

impl Ranks {
    fn of(placebos: &[&Placebo]) -> Self {
        let mut values: Vec<f64> = placebos.iter().flat_map(|placebo| &placebo.ln_p).map(|&(_, ln_p)| ln_p).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let tree = vec![0; values.len() + 1];
        Self { values, tree }
    }

    fn add(&mut self, value: f64) {
        let mut at = self.values.partition_point(|&v| v < value) + 1;
        while at < self.tree.len() {
            self.tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }

    /// `value` and what differs from it by rounding: a detection's p-value went through its exponential.
    fn at_most(&self, value: f64) -> u64 {
        let limit = value + 1e-9;
        let (mut at, mut sum) = (self.values.partition_point(|&v| v <= limit), 0);
        while at > 0 {
            sum += self.tree[at];
            at &= at - 1;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Interval;

    #[test]
    fn ranks_count_what_was_added_so_far() {
        let at = Instant::from_micros(0);
        let placebo = |ln_p: &[f64]| Placebo {
            service: "api".to_owned(),
            window: Interval::new(at, at),
            decided_at: at,
            known_at: at,
            day: 0,
            in_incident: false,
            tests: [9, 0, 0, 0],
            ln_p: ln_p.iter().map(|&ln_p| (0, ln_p)).collect(),
            known: 0,
            new: 0,
        };
        let mut ranks = Ranks::of(&[&placebo(&[-1.0, -3.0]), &placebo(&[-3.0, -2.0, 0.0])]);
        ranks.add(-3.0);
        ranks.add(-1.0);
        assert_eq!((ranks.at_most(-4.0), ranks.at_most(-3.0), ranks.at_most(-1.5), ranks.at_most(0.0)), (0, 1, 1, 2));
        ranks.add(-3.0);
        assert_eq!(ranks.at_most(-3.0), 2);
    }
}
