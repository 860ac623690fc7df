//! The quasi-Poisson model behind Farrington's detector: one rate, or a log-linear trend, with robust weights.

use super::beta::beta_tails;

/// Newton's steps for a trend; a trend that needs more runs off to infinity.
const MAX_STEPS: usize = 50;

/// One bin of the past.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub count: f64,
    exposure: f64,
    /// Bins from the tested one, negative.
    time: f64,
    weight: f64,
}

impl Cell {
    pub fn new(count: u64, exposure: f64, time: f64) -> Self {
        Self { count: count as f64, exposure, time, weight: 1.0 }
    }
}

/// A fitted model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    /// Expected count per exposure at the tested bin.
    pub rate: f64,
    /// Change of `ln rate` per bin.
    pub slope: f64,
    /// At least 1.
    pub phi: f64,
    /// Pearson's dispersion, not floored.
    dispersion: f64,
    /// The dispersion that the package mistakes for it; see `FarringtonError::Surveillance`.
    package: f64,
    degrees: f64,
    /// Inverse information of `ln rate` and of `slope`, and between them.
    information: Information,
}

#[derive(Clone, Copy, Debug)]
struct Information {
    level: f64,
    between: f64,
    slope: f64,
}

impl Fit {
    pub fn se_textbook(&self) -> f64 {
        (self.phi * self.information.level).sqrt()
    }

    pub fn se_surveillance(&self) -> f64 {
        if self.information.level.is_finite() { (self.package * self.information.level).sqrt() } else { f64::INFINITY }
    }

    /// Two-sided p-value of the slope, by Student's t: `I_x(ν/2, ½)` at `x = ν / (ν + t²)` (DLMF 8.17.6). With the
    /// package's dispersion if `package`.
    pub fn trend_p(&self, package: bool) -> Option<f64> {
        let variance = if package { self.package } else { self.dispersion } * self.information.slope;
        let (square, nu) = (self.slope * self.slope / variance, self.degrees);
        if square.is_nan() || square.is_infinite() {
            return Some(if square.is_nan() { 1.0 } else { 0.0 });
        }
        beta_tails(nu / 2.0, 0.5, nu / (nu + square), square / (nu + square)).map(|tails| tails.lower.exp())
    }

    fn mean(&self, cell: &Cell) -> f64 {
        self.rate * (self.slope * cell.time).exp() * cell.exposure
    }

    /// Anscombe's residual, standardised: `1.5 (y^{2/3} μ^{−1/6} − μ^{1/2}) / √(phi (1 − h))`.
    fn anscombe(&self, cell: &Cell) -> f64 {
        let (mean, t, found) = (self.mean(cell), cell.time, &self.information);
        let leverage = mean * (found.level + t * (2.0 * found.between + t * found.slope));
        let raw = 1.5 * (cell.count.powf(2.0 / 3.0) * mean.powf(-1.0 / 6.0) - mean.sqrt());
        raw / (self.phi * (1.0 - leverage).max(f64::EPSILON)).sqrt()
    }
}

/// Fits the model; again with weights `s⁻²` where the residual `s` exceeds `reweight_above`, all scaled to sum to `n`.
///
/// `None` with too few cells, or where a trend does not converge.
pub(super) fn fit(cells: &[Cell], reweight_above: Option<f64>, trend: bool) -> Option<Fit> {
    if cells.len() < if trend { 3 } else { 2 } {
        return None;
    }
    let first = converge(cells, trend)?;
    let Some(limit) = reweight_above else {
        return Some(Fit { package: first.dispersion, ..first });
    };
    if first.rate <= 0.0 {
        return Some(first);
    }
    let mut weighted = cells.to_vec();
    for cell in &mut weighted {
        let residual = first.anscombe(cell);
        cell.weight = if residual > limit { (residual * residual).recip() } else { 1.0 };
    }
    let scale = cells.len() as f64 / weighted.iter().map(|cell| cell.weight).sum::<f64>();
    for cell in &mut weighted {
        cell.weight *= scale;
    }
    converge(&weighted, trend)
}

/// Weighted sums that a Newton step needs.
#[derive(Default)]
struct Sums {
    mean: f64,
    time: f64,
    square: f64,
    excess: f64,
    slope: f64,
}

impl Sums {
    /// Sums of `ω μ` times 1, `t` and `(t − t̄)²`, and of `ω (y − μ)` times 1 and `t − t̄`; `time` ends as `t̄`.
    fn of(cells: &[Cell], rate: f64, slope: f64) -> Self {
        let mean = |cell: &Cell| rate * (slope * cell.time).exp() * cell.exposure;
        let mut sums = Self::default();
        for cell in cells {
            let expected = cell.weight * mean(cell);
            sums.mean += expected;
            sums.time += expected * cell.time;
        }
        sums.time /= sums.mean;
        for cell in cells {
            let (expected, away) = (mean(cell), cell.time - sums.time);
            let excess = cell.weight * (cell.count - expected);
            sums.square += cell.weight * expected * away * away;
            sums.excess += excess;
            sums.slope += excess * away;
        }
        sums
    }
}

/// The fit of greatest quasi-likelihood with the cells' weights.
fn converge(cells: &[Cell], trend: bool) -> Option<Fit> {
    let (mut events, mut exposure) = (0.0, 0.0);
    for cell in cells {
        events += cell.weight * cell.count;
        exposure += cell.weight * cell.exposure;
    }
    if events == 0.0 {
        return (!trend).then(|| Fit::quiet(cells.len()));
    }
    let level = events / exposure;
    let (rate, slope) = if trend { tilted(cells, level)? } else { (level, 0.0) };
    let sums = Sums::of(cells, rate, slope);
    let (time, steep) = (sums.time, if trend { sums.square.recip() } else { 0.0 });
    let information =
        Information { level: sums.mean.recip() + time * time * steep, between: -time * steep, slope: steep };
    Some(Fit::new(cells, rate, slope, information))
}

/// Rate at time 0 and slope of greatest quasi-likelihood, by Newton's method (which iterated weighted least squares is,
/// for a log link) from a constant rate. `None` where it does not settle.
fn tilted(cells: &[Cell], level: f64) -> Option<(f64, f64)> {
    let (mut ln_rate, mut slope) = (level.ln(), 0.0);
    for _ in 0..MAX_STEPS {
        let sums = Sums::of(cells, ln_rate.exp(), slope);
        let (rise, tilt) = (sums.excess / sums.mean, sums.slope / sums.square);
        slope += tilt;
        ln_rate += rise - tilt * sums.time;
        if !ln_rate.is_finite() || !slope.is_finite() {
            return None;
        }
        if rise.abs() + (tilt * sums.time).abs() < 1e-12 {
            return Some((ln_rate.exp(), slope));
        }
    }
    None
}

impl Fit {
    /// No events in the past: nothing is expected.
    fn quiet(cells: usize) -> Self {
        let information = Information { level: f64::INFINITY, between: 0.0, slope: 0.0 };
        let degrees = cells as f64 - 1.0;
        Self { rate: 0.0, slope: 0.0, phi: 1.0, dispersion: 0.0, package: 0.0, degrees, information }
    }

    fn new(cells: &[Cell], rate: f64, slope: f64, information: Information) -> Self {
        let parameters = if information.slope > 0.0 { 2.0 } else { 1.0 };
        let degrees = cells.len() as f64 - parameters;
        let mut found = Self { rate, slope, phi: 1.0, dispersion: 0.0, package: 0.0, degrees, information };
        for cell in cells {
            let mean = found.mean(cell);
            let square = cell.weight * (cell.count - mean) * (cell.count - mean) / (mean * degrees);
            found.dispersion += square;
            found.package += square / mean;
        }
        found.phi = found.dispersion.max(1.0);
        found
    }
}
