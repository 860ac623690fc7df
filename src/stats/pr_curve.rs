//! Precision and recall at every threshold of a score.

/// What flagging every item with `score ≥ threshold` gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    pub threshold: f64,
    /// Items flagged; at least 1.
    pub flagged: u64,
    /// Positives among them.
    pub hits: u64,
}

impl CurvePoint {
    /// Positives among the flagged, in [0, 1].
    #[must_use]
    pub fn precision(&self) -> f64 {
        self.hits as f64 / self.flagged as f64
    }
}

/// A threshold, and the F-measure there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BestF {
    pub f: f64,
    pub threshold: f64,
}

/// The precision–recall curve of scores with labels: one point for each distinct score.
#[derive(Clone, Debug, PartialEq)]
pub struct PrCurve {
    /// By ascending threshold; the first flags everything.
    points: Vec<CurvePoint>,
    positives: u64,
    total: u64,
}

impl PrCurve {
    /// `labels[i]`: item `i` is positive. `None` without items, with lists of different lengths, or with a score that is not
    /// a number; infinite scores are thresholds like others, and −0 equals 0.
    #[must_use]
    pub fn of(scores: &[f64], labels: &[bool]) -> Option<Self> {
        if scores.is_empty() || scores.len() != labels.len() || scores.iter().any(|score| score.is_nan()) {
            return None;
        }
        let mut items: Vec<(f64, bool)> = scores.iter().map(|score| score + 0.0).zip(labels.iter().copied()).collect();
        items.sort_by(|x, y| y.0.total_cmp(&x.0));
        let (mut points, mut flagged, mut hits) = (Vec::new(), 0, 0);
        for tied in items.chunk_by(|x, y| x.0.total_cmp(&y.0).is_eq()) {
            flagged += tied.len() as u64;
            hits += tied.iter().filter(|item| item.1).count() as u64;
            points.push(CurvePoint { threshold: tied[0].0, flagged, hits });
        }
        points.reverse();
        Some(Self { points, positives: hits, total: flagged })
    }

    /// One point for each distinct score, by ascending threshold.
    #[must_use]
    pub fn points(&self) -> &[CurvePoint] {
        &self.points
    }

    /// Share of positives: the average precision of chance, to be printed beside every other.
    #[must_use]
    pub fn prevalence(&self) -> f64 {
        self.positives as f64 / self.total as f64
    }

    /// Positives found at a point, in [0, 1]; `None` without positives.
    #[must_use]
    pub fn recall(&self, point: &CurvePoint) -> Option<f64> {
        (self.positives > 0).then(|| point.hits as f64 / self.positives as f64)
    }

    /// Average precision `Σ (Rₙ − Rₙ₋₁) Pₙ` from the highest threshold down (statistics.md §9), in [0, 1]; `None` without
    /// positives. Not the trapezoid, which interpolates between points that no threshold reaches.
    #[must_use]
    pub fn average_precision(&self) -> Option<f64> {
        self.area(|_, here| here.precision())
    }

    /// The area by trapezoids from (recall 0, precision 1): too optimistic (Davis & Goadrich 2006), for comparison only.
    #[must_use]
    pub fn trapezoid(&self) -> Option<f64> {
        let height = |above: Option<&CurvePoint>| above.map_or(1.0, CurvePoint::precision);
        self.area(|above, here| f64::midpoint(height(above), here.precision()))
    }

    /// Sum over points of the recall gained × `height`, which gets the next higher point too.
    fn area(&self, height: impl Fn(Option<&CurvePoint>, &CurvePoint) -> f64) -> Option<f64> {
        let (mut area, mut above) = (0.0, None);
        for point in self.points.iter().rev() {
            let gained = point.hits - above.map_or(0, |above: &CurvePoint| above.hits);
            area += gained as f64 * height(above, point);
            above = Some(point);
        }
        (self.positives > 0).then(|| area / self.positives as f64)
    }

    /// The highest `F_β = (1 + β²) P R / (β² P + R)` (van Rijsbergen 1979), and the highest threshold that reaches it;
    /// `None` without positives or unless β is a finite number ≥ 0. β < 1 weighs precision, β > 1 recall.
    #[must_use]
    pub fn best_f(&self, beta: f64) -> Option<BestF> {
        if self.positives == 0 || !(0.0..f64::INFINITY).contains(&beta) {
            return None;
        }
        // F_β / (1 + β²) = hits / weight. Ties are compared by cross products, which are exact for counts and usual β.
        let square = beta * beta;
        let weight = |point: &CurvePoint| square.mul_add(self.positives as f64, point.flagged as f64);
        let lower =
            |x: &&CurvePoint, y: &&CurvePoint| (x.hits as f64 * weight(y)).total_cmp(&(y.hits as f64 * weight(x)));
        let best = self.points.iter().max_by(lower)?;
        Some(BestF { f: (1.0 + square) * best.hits as f64 / weight(best), threshold: best.threshold })
    }

    /// Area under the ROC curve: the probability that a positive outscores a negative, ties counted half (Hanley & `McNeil`
    /// 1982). `None` unless both kinds are present.
    #[must_use]
    pub fn roc_auc(&self) -> Option<f64> {
        let negatives = self.total - self.positives;
        let (mut twice, mut above) = (0_u128, (0, 0));
        for point in self.points.iter().rev() {
            let misses = point.flagged - point.hits;
            twice += u128::from(misses - above.0) * u128::from(point.hits + above.1);
            above = (misses, point.hits);
        }
        let pairs = u128::from(self.positives) * u128::from(negatives);
        (pairs > 0).then(|| twice as f64 / 2.0 / pairs as f64)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // exact edges
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_undefined() {
        assert_eq!(PrCurve::of(&[], &[]), None);
        assert_eq!(PrCurve::of(&[1.0], &[]), None);
        assert_eq!(PrCurve::of(&[f64::NAN], &[true]), None);
        let none = PrCurve::of(&[0.1, f64::INFINITY], &[false, false]).unwrap();
        assert_eq!((none.average_precision(), none.best_f(1.0), none.roc_auc()), (None, None, None));
        assert_eq!((none.recall(&none.points()[0]), none.trapezoid(), none.prevalence()), (None, None, 0.0));
        assert_eq!(PrCurve::of(&[1.0], &[true]).unwrap().best_f(f64::NAN), None);
    }

    #[test]
    fn signed_zeros_are_one_threshold() {
        let curve = PrCurve::of(&[-0.0, 0.0], &[true, false]).unwrap();
        assert_eq!(curve.points(), [CurvePoint { threshold: 0.0, flagged: 2, hits: 1 }]);
    }

    #[test]
    fn a_tie_of_f_takes_the_highest_threshold() {
        // F₁ is 2/3 at 3 (1 of 1, recall ½) and at 1 (2 of 4).
        let curve = PrCurve::of(&[3.0, 2.0, 2.0, 1.0], &[true, false, false, true]).unwrap();
        assert_eq!(curve.best_f(1.0).unwrap(), BestF { f: 2.0 / 3.0, threshold: 3.0 });
    }

    proptest! {
        #[test]
        fn roc_counts_pairs(items in prop::collection::vec((0..6i32, any::<bool>()), 2..40)) {
            let (scores, labels): (Vec<f64>, Vec<bool>) = items.iter().map(|(score, label)| (f64::from(*score), *label)).unzip();
            let side = |want: bool| items.iter().filter(move |item| item.1 == want).map(|item| item.0);
            let pairs: Vec<f64> = side(true).flat_map(|p| side(false).map(move |n| f64::midpoint(f64::from((p - n).signum()), 1.0))).collect();
            let expected = (!pairs.is_empty()).then(|| pairs.iter().sum::<f64>() / pairs.len() as f64);
            let got = PrCurve::of(&scores, &labels).unwrap().roc_auc();
            prop_assert!(got.is_some() == expected.is_some() && (got.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-12);
        }

        #[test]
        fn monotone_scores_do_not_matter(items in prop::collection::vec((-9..9i32, any::<bool>()), 1..40)) {
            let labels: Vec<bool> = items.iter().map(|item| item.1).collect();
            let curve = |f: fn(f64) -> f64| {
                let scores: Vec<f64> = items.iter().map(|item| f(f64::from(item.0))).collect();
                PrCurve::of(&scores, &labels).unwrap()
            };
            let (plain, cubed) = (curve(|x| x), curve(|x| x * x * x - 5.0));
            prop_assert_eq!(plain.average_precision(), cubed.average_precision());
            prop_assert_eq!(plain.best_f(0.5).map(|best| best.f), cubed.best_f(0.5).map(|best| best.f));
        }
    }
}
