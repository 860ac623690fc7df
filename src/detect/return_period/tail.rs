//! Step 3: how rare a residual is.

use super::Tuning;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Standard normal: mean excess over the upper tenth, `φ(1.2816) ÷ 0.1 − 1.2816`. What a tail is before it is known.
const NORMAL_EXCESS: f64 = 0.473_4;

/// All past values, split into the largest share and the rest, and the exponential tail beyond the split.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    share: f64,
    prior: f64,
    top: BinaryHeap<Reverse<Value>>,
    rest: BinaryHeap<Value>,
    top_sum: f64,
}

impl Tail {
    pub(super) fn new(tuning: &Tuning) -> Self {
        let (top, rest) = (BinaryHeap::new(), BinaryHeap::new());
        Self { share: tuning.tail, prior: tuning.tail_prior, top, rest, top_sum: 0.0 }
    }

    pub(super) fn push(&mut self, value: f64) {
        // A value that belongs to the rest swaps with the rest's largest.
        self.rest.push(Value(value));
        if self.top.peek().is_some_and(|least| value > least.0.0) {
            self.rest.pop();
            self.raise(value);
            let Some(Reverse(least)) = self.top.pop() else { return };
            self.top_sum -= least.0;
            self.rest.push(least);
        }
        let wanted = (self.share * (self.top.len() + self.rest.len()) as f64).ceil() as usize;
        if self.top.len() < wanted
            && let Some(largest) = self.rest.pop()
        {
            self.raise(largest.0);
        }
    }

    fn raise(&mut self, value: f64) {
        self.top_sum += value;
        self.top.push(Reverse(Value(value)));
    }

    /// `ln P(Z ≥ value)` and whether the value exceeds the threshold; that of the threshold where it does not.
    pub(super) fn ln_p(&self, value: f64) -> (f64, bool) {
        let Some(Reverse(Value(threshold))) = self.top.peek() else { return (0.0, false) };
        let count = self.top.len() as f64;
        let ln_share = (count / (count + self.rest.len() as f64)).ln();
        let excess = (self.top_sum - count * threshold).max(0.0);
        let mean = (excess + self.prior * NORMAL_EXCESS) / (count + self.prior);
        (ln_share - (value - threshold).max(0.0) / mean, value > *threshold)
    }
}

/// A finite number, ordered.
#[derive(Clone, Copy, Debug)]
struct Value(f64);

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::draws::Draws;
    use super::*;

    #[test]
    fn the_tail_holds_the_largest_tenth() {
        let mut tail = Tail::new(&Tuning { tail_prior: 0.0, ..Tuning::default() });
        let mut draws = Draws(1);
        let mut values: Vec<f64> = (0..1_000).map(|_| -draws.uniform().ln()).collect();
        for &value in &values {
            tail.push(value);
        }
        values.sort_by(f64::total_cmp);
        let threshold = values[900];
        let mean = values[900..].iter().sum::<f64>() / 100.0 - threshold;
        let (ln_p, exceeded) = tail.ln_p(threshold + 1.0);
        assert!(exceeded && (ln_p - (0.1_f64.ln() - 1.0 / mean)).abs() < 1e-9);
        assert_eq!(tail.ln_p(0.0), (0.1_f64.ln(), false));
    }
}
