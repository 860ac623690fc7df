//! From a p-value to a probability, at most.

use crate::model::{Detection, Posterior};
use crate::stats::{ln_bayes_factor_bound, posterior_probability};

/// How probable it is at most that the deploy is bad: the prior share of bad deploys and the largest Bayes factor that the case's
/// smallest p-value allows (Sellke, Bayarri & Berger 2001; statistics.md §8). Calibrated p-values come first: a model that takes bursts
/// for evidence makes its own too small. `None` where no detection has a p-value, as with new signatures only.
///
/// The smallest of several p-values is taken as if it were the only one, so the bound is the looser the more signatures a case has.
#[must_use]
pub fn posterior<'a>(prior: f64, detections: impl Iterator<Item = &'a Detection> + Clone) -> Option<Posterior> {
    let calibrated = smallest(detections.clone().filter_map(|d| d.p_calibrated));
    let p = calibrated.or_else(|| smallest(detections.filter_map(|d| d.p_value)))?;
    let at_most = posterior_probability(prior, ln_bayes_factor_bound(p.ln())?)?;
    Some(Posterior { at_most, calibrated: calibrated.is_some() })
}

fn smallest(p_values: impl Iterator<Item = f64>) -> Option<f64> {
    p_values.min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::detection;
    use super::*;

    /// A detection's own p-value and its calibrated one.
    type Pair = (Option<f64>, Option<f64>);

    /// What is given, and (bound, calibrated).
    type Row<'a> = (&'a [Pair], Option<(f64, bool)>);

    fn of(pairs: &[Pair]) -> Option<Posterior> {
        let with = |&(p_value, p_calibrated): &Pair| Detection { p_value, p_calibrated, ..detection() };
        let detections: Vec<Detection> = pairs.iter().map(with).collect();
        posterior(0.03, detections.iter())
    }

    #[test]
    fn the_smallest_p_value_counts_and_a_calibrated_one_comes_first() {
        let rows: [Row; 7] = [
            (&[], None),
            (&[(None, None)], None),
            // statistics.md §0: p = .001 leaves at most 62 %, p = 1e-4 at most 92.5 %.
            (&[(Some(0.001), None)], Some((0.622, false))),
            (&[(Some(0.04), None), (Some(0.001), None), (None, None)], Some((0.622, false))),
            (&[(Some(1e-30), Some(0.001)), (Some(1e-9), None)], Some((0.622, true))),
            (&[(Some(0.001), Some(0.5)), (Some(0.5), Some(1e-4))], Some((0.925, true))),
            (&[(Some(0.0), None)], Some((1.0, false))),
        ];
        for (given, expected) in rows {
            let found = of(given);
            assert_eq!(found.map(|p| p.calibrated), expected.map(|(_, calibrated)| calibrated), "{given:?}");
            let apart = found.zip(expected).map_or(0.0, |(found, (at_most, _))| (found.at_most - at_most).abs());
            assert!(apart < 0.001, "{given:?}: {found:?}");
        }
    }

    #[test]
    fn a_p_value_that_says_nothing_leaves_the_prior() {
        assert!((of(&[(Some(0.9), None)]).unwrap().at_most - 0.03).abs() < 1e-12);
    }
}
