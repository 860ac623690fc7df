//! Roots of log tails.

/// Newton steps of a concave function close in from the left without oscillating, so that 60 are ample; the rest is for
/// bisection far from the root.
const MAX_STEPS: usize = 200;

/// Where `f` is 0 on `[low, high]`. `f` gives its value and its slope and must increase; a log tail of a log-concave
/// density is also concave, which makes Newton's method converge from anywhere. Steps outside the bracket are halved.
///
/// Returns the nearer end where `f` has no root inside, and `None` where `f` fails or the steps do not settle.
pub(super) fn solve(f: impl Fn(f64) -> Option<(f64, f64)>, start: f64, low: f64, high: f64) -> Option<f64> {
    let (mut low, mut high) = (low, high);
    let mut at = start.clamp(low, high);
    for _ in 0..MAX_STEPS {
        let (value, slope) = f(at)?;
        if value == 0.0 {
            return Some(at);
        }
        if value < 0.0 {
            low = at;
        } else {
            high = at;
        }
        let newton = at - value / slope;
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        if (next - at).abs() <= 4.0 * f64::EPSILON * at.abs().max(f64::EPSILON)
            || (high - low) <= f64::EPSILON * at.abs()
        {
            return Some(next);
        }
        at = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_roots_from_both_sides() {
        let f = |x: f64| Some((x.ln() - 2.0, 1.0 / x));
        for start in [1e-3, 1.0, 7.0, 1e3] {
            assert!((solve(f, start, 1e-9, 1e9).unwrap() - 2.0_f64.exp()).abs() < 1e-13);
        }
    }

    #[test]
    fn no_root_gives_the_nearer_end() {
        assert!((solve(|x| Some((x + 10.0, 1.0)), 0.5, 0.0, 1.0).unwrap()).abs() < 1e-12);
        assert!((solve(|x| Some((x - 10.0, 1.0)), 0.5, 0.0, 1.0).unwrap() - 1.0).abs() < 1e-12);
        assert!(solve(|_| None, 0.5, 0.0, 1.0).is_none());
    }
}
