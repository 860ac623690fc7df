//! Step 2: the scale on which counts vary alike.

use crate::stats::ln_normal_upper;

/// Anscombe's shift of a count.
const SHIFT: f64 = 0.375;
/// Dispersion before any is known, and the range it may take.
const DISPERSION: f64 = 0.1;
const DISPERSIONS: (f64, f64) = (1e-6, 20.0);

/// The scale on which counts vary alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// NB2: variance `μ + alpha μ²`.
    alpha: f64,
    /// Squared residuals count up to it, and then average `usual` where the model holds.
    cut: f64,
    usual: f64,
}

impl Scale {
    pub(super) fn new(clip: f64) -> Self {
        // E min(Z², c²) of a standard normal Z.
        let density = (-0.5 * clip * clip).exp() / std::f64::consts::TAU.sqrt();
        let outside = 2.0 * ln_normal_upper(clip).exp();
        let usual = 1.0 - outside - 2.0 * clip * density + clip * clip * outside;
        Self { alpha: DISPERSION, cut: clip * clip, usual }
    }

    /// `asinh(√(α (x + ⅜))) ÷ √α`, with variance about ¼; a square root where α vanishes.
    fn stabilise(&self, count: f64) -> f64 {
        let root = self.alpha.sqrt();
        (root * (count + SHIFT).sqrt()).asinh() / root
    }

    pub(super) fn residual(&self, count: f64, expected: f64) -> f64 {
        2.0 * (self.stabilise(count) - self.stabilise(expected))
    }

    /// `count`, moved to within `clip` standard deviations of `expected`.
    pub(super) fn clip(&self, count: f64, expected: f64, clip: f64) -> f64 {
        let root = self.alpha.sqrt();
        let at = |residual: f64| {
            let y = (self.stabilise(expected) + residual / 2.0).max(self.stabilise(0.0));
            (y * root).sinh().powi(2) / self.alpha - SHIFT
        };
        count.clamp(at(-clip).max(0.0), at(clip))
    }

    /// Huber's proposal 2 as stochastic approximation: the mean clipped square moves towards its value under the model.
    pub(super) fn learn(&mut self, count: f64, expected: f64, share: f64) {
        let residual = self.residual(count, expected);
        let excess = (residual * residual).min(self.cut) / self.usual - 1.0;
        let (low, high) = DISPERSIONS;
        self.alpha = (self.alpha.ln() + 2.0 * share.min(0.2) * excess).exp().clamp(low, high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_anscombes() {
        let mut scale = Scale::new(1.345);
        // Huber's κ at 1.345: E min(Z², c²).
        assert!((scale.usual - 0.710_2).abs() < 5e-4, "{}", scale.usual);
        scale.alpha = 1e-9;
        assert!((scale.residual(24.0, 8.0) - 2.0 * (24.375_f64.sqrt() - 8.375_f64.sqrt())).abs() < 1e-6);
        scale.alpha = 1.0;
        assert!((scale.residual(4e6, 1e6) - 4.0_f64.ln()).abs() < 1e-6);
        assert!((scale.residual(scale.clip(1e9, 10.0, 1.345), 10.0) - 1.345).abs() < 1e-9);
    }
}
