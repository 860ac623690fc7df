//! Difference in differences of counts: whether a rate changed more in the treated arm than in the control.
//!
//! The quantity is the ratio of the two rate ratios post/pre (statistics.md, section 5): a control that shares the
//! common shock cancels it.

use super::Bounds;
use super::loader::{ln_1m_exp, ln_binomial_density};
use super::normal::ln_normal_upper;
use super::quantile::normal_quantile;

/// Below this any count makes the normal approximation powerless.
const SMALL_COUNT: u64 = 10;

/// What is added to each count (Haldane 1956), so that empty cells have a logarithm.
const HALDANE: f64 = 0.5;

/// What is left of a series where it stops, relative to its sum.
const NEGLIGIBLE: f64 = 1e-17;

/// Counts of one arm after and before, with their exposures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    pub post: u64,
    pub post_exposure: f64,
    pub pre: u64,
    pub pre_exposure: f64,
}

impl Change {
    fn is_valid(&self) -> bool {
        [self.post_exposure, self.pre_exposure].iter().all(|exposure| *exposure > 0.0 && exposure.is_finite())
    }

    const fn total(&self) -> u64 {
        self.post + self.pre
    }

    /// `ln` of the rate ratio with `add` on each count.
    fn ln_ratio(&self, add: f64) -> f64 {
        let (post, pre) = (self.post as f64 + add, self.pre as f64 + add);
        ((post / pre) * (self.pre_exposure / self.post_exposure)).ln()
    }
}

/// A log ratio with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRatio {
    pub ln_ratio: f64,
    pub se: f64,
}

impl LogRatio {
    /// `ln_ratio / se`: against no difference.
    #[must_use]
    pub fn z(&self) -> f64 {
        self.ln_ratio / self.se
    }

    /// `ln P(Z ≥ z)`: the p-value that the ratio exceeds 1.
    #[must_use]
    pub fn ln_p_greater(&self) -> f64 {
        ln_normal_upper(self.z())
    }

    /// One-sided lower bound of the ratio at confidence `1 − alpha`; NaN for `alpha` outside [0, 1].
    #[must_use]
    pub fn lower(&self, alpha: f64) -> f64 {
        (self.ln_ratio - normal_quantile(1.0 - alpha) * self.se).exp()
    }
}

/// Two arms before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DifferenceInDifferences {
    treated: Change,
    control: Change,
}

impl DifferenceInDifferences {
    /// `None` unless all exposures are positive and finite.
    #[must_use]
    pub fn new(treated: Change, control: Change) -> Option<Self> {
        (treated.is_valid() && control.is_valid()).then_some(Self { treated, control })
    }

    const fn counts(&self) -> [u64; 4] {
        [self.treated.post, self.treated.pre, self.control.post, self.control.pre]
    }

    /// The log ratio of rate ratios with `add` on each count and standard error `√(phi Σ 1 / (count + add))`; `add = 0`
    /// is the maximum likelihood estimate, `phi = 1` is Poisson.
    ///
    /// `None` where a count with `add` on it is 0, or `phi` is not positive.
    #[must_use]
    pub fn estimate(&self, add: f64, phi: f64) -> Option<LogRatio> {
        let counts = self.counts().map(|count| count as f64 + add);
        let ok = counts.iter().all(|count| *count > 0.0) && phi > 0.0 && phi.is_finite();
        let variance: f64 = counts.iter().map(|count| count.recip()).sum();
        let ln_ratio = self.treated.ln_ratio(add) - self.control.ln_ratio(add);
        ok.then(|| LogRatio { ln_ratio, se: (phi * variance).sqrt() })
    }

    /// [`Self::estimate`] with one half on each count, which no empty cell upsets.
    #[must_use]
    pub fn haldane(&self, phi: f64) -> Option<LogRatio> {
        self.estimate(HALDANE, phi)
    }

    /// `ln` of the p-value that the treated rate rose more: exact where any count is below 10, with the normal
    /// approximation and dispersion `phi` otherwise. The exact form assumes Poisson counts. `None` where `phi` is not
    /// positive.
    #[must_use]
    pub fn ln_p(&self, phi: f64) -> Option<f64> {
        if self.counts().iter().any(|count| *count < SMALL_COUNT) {
            self.ln_p_exact(1.0)
        } else {
            Some(self.haldane(phi)?.ln_p_greater())
        }
    }

    /// `ln P(X ≥ treated.post)` given both arms' totals and the total after, under a true ratio of rate ratios of
    /// `ratio`: `X` is then noncentral hypergeometric (Fisher 1935) with odds
    /// `ratio · (t₁/t₀ treated) / (t₁/t₀ control)`.
    ///
    /// Time `O(√n)`. `None` unless the odds are positive and finite.
    #[must_use]
    pub fn ln_p_exact(&self, ratio: f64) -> Option<f64> {
        let treated = self.treated.post_exposure / self.treated.pre_exposure;
        let control = self.control.post_exposure / self.control.pre_exposure;
        let odds = ratio * (treated / control);
        let ok = odds > 0.0 && odds.is_finite();
        let post = self.treated.post + self.control.post;
        ok.then(|| {
            Hypergeometric::new(self.treated.total(), self.control.total(), post, odds).ln_upper(self.treated.post)
        })
    }

    /// The exact conditional interval of the ratio of rate ratios at confidence `1 − alpha`, 0 < alpha < 1 (Cornfield 1956): the
    /// ratios that neither tail of [`Self::ln_p_exact`] rejects at `alpha / 2`. 0 and ∞ where the margins leave nothing to tell.
    /// For a 2×2 table with all exposures 1 it is the interval of the odds ratio.
    ///
    /// Time `O(√n)`. `None` where `alpha` is out of range.
    #[must_use]
    pub fn ratio_interval(&self, alpha: f64) -> Option<Bounds> {
        let mirrored = Self { treated: self.control, control: self.treated };
        Some(Bounds { low: self.ratio_lower(alpha / 2.0)?, high: mirrored.ratio_lower(alpha / 2.0)?.recip() })
    }

    /// The ratio at which `P(X ≥ treated.post)` is `alpha`, 0 where it is 1 under any.
    fn ratio_lower(&self, alpha: f64) -> Option<f64> {
        let limit = Some(alpha).filter(|alpha| *alpha > 0.0 && *alpha < 1.0)?.ln();
        let post = self.treated.post + self.control.post;
        if self.treated.post <= post.saturating_sub(self.control.total()) {
            return Some(0.0);
        }
        // The tail grows with the ratio.
        let (mut low, mut high) = (-LN_RATIO_RANGE, LN_RATIO_RANGE);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if self.ln_p_exact(middle.exp())? < limit { low = middle } else { high = middle }
        }
        Some(f64::midpoint(low, high).exp())
    }
}

/// Natural logarithms between which [`DifferenceInDifferences::ratio_interval`] looks for an end, and how often it halves that range:
/// to 1e-10 of a ratio.
const LN_RATIO_RANGE: f64 = 60.0;
const HALVINGS: usize = 40;

/// Fisher's noncentral hypergeometric distribution: of `drawn` from `first + second`, how many are of the first kind.
/// Weights are relative to the one at `mode`, and are summed outwards from there.
struct Hypergeometric {
    first: f64,
    second: f64,
    drawn: f64,
    odds: f64,
    /// The support.
    low: f64,
    high: f64,
    mode: f64,
    /// Odds of a kind-two item that make the draw size about expected; any value is right, this one keeps digits.
    base: f64,
}

impl Hypergeometric {
    fn new(first: u64, second: u64, drawn: u64, odds: f64) -> Self {
        let low = drawn.saturating_sub(second) as f64;
        let high = drawn.min(first) as f64;
        let (first, second, drawn) = (first as f64, second as f64, drawn as f64);
        let centre = centre(first, second, drawn, odds).clamp(low, high);
        let (in_second, left) = (drawn - centre, second - (drawn - centre));
        let base = if in_second > 0.0 && left > 0.0 { in_second / left } else { 1.0 };
        let mut found = Self { first, second, drawn, odds, low, high, mode: centre.round().clamp(low, high), base };
        while found.mode < high && found.step_up(found.mode) > 1.0 {
            found.mode += 1.0;
        }
        while found.mode > low && found.step_up(found.mode - 1.0) < 1.0 {
            found.mode -= 1.0;
        }
        found
    }

    /// `weight(x + 1) / weight(x)`.
    fn step_up(&self, x: f64) -> f64 {
        let down = (x + 1.0) * (self.second - self.drawn + x + 1.0);
        (self.first - x) * (self.drawn - x) / down * self.odds
    }

    /// `ln weight(x)` up to a constant.
    fn ln_weight(&self, x: f64) -> f64 {
        let density = |a: f64, b: f64, odds: f64| ln_binomial_density(a, b, odds / (1.0 + odds), (1.0 + odds).recip());
        let y = self.drawn - x;
        density(x, self.first - x, self.odds * self.base) + density(y, self.second - y, self.base)
    }

    /// `Σ weight(j)` over `j ≥ x`, divided by `weight(x)`; for `x ≥ mode`.
    fn upward(&self, x: f64) -> f64 {
        let (mut sum, mut term, mut at) = (1.0, 1.0, x);
        while at < self.high {
            let ratio = self.step_up(at);
            term *= ratio;
            sum += term;
            at += 1.0;
            if term <= NEGLIGIBLE * sum * (1.0 - ratio) {
                break;
            }
        }
        sum
    }

    /// `Σ weight(j)` over `j ≤ x`, divided by `weight(x)`; for `x ≤ mode`.
    fn downward(&self, x: f64) -> f64 {
        let (mut sum, mut term, mut at) = (1.0, 1.0, x);
        while at > self.low {
            at -= 1.0;
            let ratio = self.step_up(at).recip();
            term *= ratio;
            sum += term;
            if term <= NEGLIGIBLE * sum * (1.0 - ratio) {
                break;
            }
        }
        sum
    }

    /// `ln P(X ≥ x)`.
    fn ln_upper(&self, x: u64) -> f64 {
        let x = x as f64;
        if x <= self.low {
            return 0.0;
        }
        let ln_total = (self.upward(self.mode) + self.downward(self.mode) - 1.0).ln() + self.ln_weight(self.mode);
        if x > self.mode {
            (self.ln_weight(x) + self.upward(x).ln() - ln_total).min(0.0)
        } else {
            ln_1m_exp((self.ln_weight(x - 1.0) + self.downward(x - 1.0).ln() - ln_total).min(0.0))
        }
    }
}

/// Where the weights are greatest, about: the root of `x (second − drawn + x) = odds (first − x)(drawn − x)` in the
/// support.
fn centre(first: f64, second: f64, drawn: f64, odds: f64) -> f64 {
    let (square, product) = (odds - 1.0, odds * first * drawn);
    let linear = odds * (first + drawn) + second - drawn;
    let root = (linear * linear - 4.0 * square * product).max(0.0).sqrt();
    if linear >= 0.0 {
        2.0 * product / (linear + root).max(f64::MIN_POSITIVE)
    } else {
        (linear - root) / (2.0 * square)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::super::{binomial_ln_pmf, binomial_upper};
    use super::*;
    use proptest::prelude::*;

    fn change(post: u64, post_exposure: f64, pre: u64, pre_exposure: f64) -> Change {
        Change { post, post_exposure, pre, pre_exposure }
    }

    #[test]
    fn edges() {
        let quiet = change(0, 1.0, 0, 24.0);
        let both = DifferenceInDifferences::new(quiet, quiet).unwrap();
        assert_eq!(both.ln_p_exact(1.0), Some(0.0));
        assert_eq!(both.estimate(0.0, 1.0), None);
        assert_eq!(both.haldane(0.0), None);
        assert_eq!(both.haldane(1.0).unwrap().z(), 0.0);
        assert_eq!(both.ln_p_exact(f64::NAN), None);
        assert_eq!(both.ratio_interval(0.05), Some(Bounds { low: 0.0, high: f64::INFINITY }));
        assert_eq!(both.ratio_interval(0.0), None);
        assert!(DifferenceInDifferences::new(quiet, change(1, 0.0, 1, 1.0)).is_none());
    }

    /// Fisher's tea tasting (1935): of 3 right cups of 4 the weights are 1, 16 θ, 36 θ², 16 θ³ and θ⁴.
    #[test]
    fn the_interval_of_the_tea_tasting() {
        let table = DifferenceInDifferences::new(change(3, 1.0, 1, 1.0), change(1, 1.0, 3, 1.0)).unwrap();
        let bounds = table.ratio_interval(0.05).unwrap();
        let terms = |t: f64| [1.0, 16.0 * t, 36.0 * t * t, 16.0 * t.powi(3), t.powi(4)];
        let share =
            |t: f64, of: std::ops::Range<usize>| terms(t)[of].iter().sum::<f64>() / terms(t).iter().sum::<f64>();
        assert!((share(bounds.low, 3..5) - 0.025).abs() < 1e-9, "{bounds:?}");
        assert!((share(bounds.high, 0..4) - 0.025).abs() < 1e-9, "{bounds:?}");
    }

    /// A huge control makes the treated arm binomial.
    #[test]
    fn a_huge_control_is_a_known_rate() {
        let treated = change(12, 1.0, 40, 10.0);
        let control = change(10_000_000_000, 1.0, 100_000_000_000, 10.0);
        let exact = DifferenceInDifferences::new(treated, control).unwrap().ln_p_exact(1.0).unwrap();
        let known = binomial_upper(12, 52, 1.0 / 11.0, 10.0 / 11.0).unwrap();
        assert!((exact - known).abs() < 1e-6, "{exact} {known}");
    }

    proptest! {
        #[test]
        fn exact_is_the_sum_of_weights(a in 0..30_u64, b in 0..30_u64, c in 0..30_u64, d in 0..30_u64, odds in 0.01..50.0_f64) {
            let both = DifferenceInDifferences::new(change(a, odds, b, 1.0), change(c, 1.0, d, 1.0)).unwrap();
            let (p, post) = (odds / (1.0 + odds), a + c);
            let weight = |x: u64| (binomial_ln_pmf(x, a + b, p, 1.0 - p) + binomial_ln_pmf(post - x, c + d, 0.5, 0.5)).exp();
            let total: f64 = (0..=post).map(weight).sum();
            let upper: f64 = (a..=post).map(weight).sum();
            let got = both.ln_p_exact(1.0).unwrap().exp();
            prop_assert!((got - upper / total).abs() < 1e-11 * (upper / total) + 1e-14, "{got} {}", upper / total);
        }

        #[test]
        fn interval_ends_are_where_the_test_turns(a in 1..60_u64, b in 1..60_u64, c in 1..60_u64, d in 1..60_u64) {
            let both = DifferenceInDifferences::new(change(a, 1.0, b, 3.0), change(c, 2.0, d, 5.0)).unwrap();
            let mirrored = DifferenceInDifferences::new(change(c, 2.0, d, 5.0), change(a, 1.0, b, 3.0)).unwrap();
            let bounds = both.ratio_interval(0.05).unwrap();
            prop_assert!((both.ln_p_exact(bounds.low).unwrap() - 0.025_f64.ln()).abs() < 1e-6);
            prop_assert!((mirrored.ln_p_exact(bounds.high.recip()).unwrap() - 0.025_f64.ln()).abs() < 1e-6);
            let ratio = both.estimate(0.0, 1.0).unwrap().ln_ratio.exp();
            prop_assert!(bounds.low < ratio && ratio < bounds.high);
        }

        #[test]
        fn swapped_arms_mirror(a in 1..500_u64, b in 1..500_u64, c in 1..500_u64, d in 1..500_u64) {
            let (treated, control) = (change(a, 1.0, b, 3.0), change(c, 2.0, d, 5.0));
            let one = DifferenceInDifferences::new(treated, control).unwrap();
            let other = DifferenceInDifferences::new(control, treated).unwrap();
            prop_assert!((one.haldane(2.0).unwrap().ln_ratio + other.haldane(2.0).unwrap().ln_ratio).abs() < 1e-12);
            // P(X ≥ a) and, with the arms swapped, P(X ≤ a) cover everything, and X = a twice.
            let sum = one.ln_p_exact(1.0).unwrap().exp() + other.ln_p_exact(1.0).unwrap().exp();
            prop_assert!(sum > 1.0 - 1e-12);
        }
    }
}
