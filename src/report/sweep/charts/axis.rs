//! Ticks at round numbers, and where a value stands between two ends.

/// A straight axis from `least` to `most`, on the pixels `from` to `to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    pub least: f64,
    pub most: f64,
    pub from: i32,
    pub to: i32,
}

impl Axis {
    /// Holds all values, with round ends; from 0 where `from_zero` or where 0 is not far.
    pub(super) fn over(values: impl IntoIterator<Item = f64>, from_zero: bool, from: i32, to: i32) -> Self {
        let (least, most) = values
            .into_iter()
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        let (least, most) = if least > most { (0.0, 1.0) } else { (least, most) };
        let near_zero = least > 0.0 && (from_zero || least < 0.4 * most);
        let least = if near_zero { 0.0 } else { least };
        let most = if most > least { most } else { least + least.abs().max(1.0) };
        let step = step(most - least);
        Self { least: (least / step).floor() * step, most: (most / step).ceil() * step, from, to }
    }

    /// The pixel of a value; values beyond an end stand at it.
    pub(super) fn at(self, value: f64) -> i32 {
        let share = ((value - self.least) / (self.most - self.least)).clamp(0.0, 1.0);
        self.from + (share * f64::from(self.to - self.from)).round() as i32
    }

    /// Round numbers from one end to the other.
    pub(super) fn ticks(self) -> Vec<f64> {
        let step = step(self.most - self.least);
        let n = ((self.most - self.least) / step).round() as i32;
        (0..=n).map(|i| self.least + f64::from(i) * step).collect()
    }
}

/// 1, 2 or 5 times a power of ten, four to ten of which make up `range`.
fn step(range: f64) -> f64 {
    let rough = range / 6.0;
    let power = 10_f64.powf(rough.log10().floor());
    let digit = [1.0, 2.0, 5.0, 10.0].into_iter().find(|digit| digit * power >= rough).unwrap_or(10.0);
    digit * power
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // round numbers
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ends_are_round() {
        let axis = Axis::over([1_230.0, 8_870.0], false, 0, 100);
        assert_eq!((axis.least, axis.most, axis.at(5_000.0)), (0.0, 10_000.0, 50));
        assert_eq!(axis.ticks(), [0.0, 2_000.0, 4_000.0, 6_000.0, 8_000.0, 10_000.0]);
        let far = Axis::over([900.0, 1_000.0], false, 100, 0);
        assert_eq!((far.least, far.most, far.at(900.0), far.at(2_000.0)), (900.0, 1_000.0, 100, 0));
        let none = Axis::over([], false, 0, 10);
        assert_eq!((none.least, none.most), (0.0, 1.0));
    }

    proptest! {
        #[test]
        fn every_value_lies_on_the_axis(values in proptest::collection::vec(-1e9..1e9_f64, 1..20)) {
            let axis = Axis::over(values.iter().copied(), false, 0, 1000);
            prop_assert!(values.iter().all(|&value| axis.least <= value && value <= axis.most));
            prop_assert!((3..=12).contains(&axis.ticks().len()), "{:?}", axis.ticks());
        }
    }
}
