//! Step 4: exceedances come in runs.

/// How many exceedances make one event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clusters {
    block: f64,
    rows: f64,
    least_ln_p: f64,
    exceeded: bool,
    /// Blocks with an exceedance.
    blocks: f64,
    /// Sum over blocks of rows × least p; without an exceedance that of the threshold, where the block is censored.
    total: f64,
}

impl Clusters {
    /// The prior is a number of blocks in which exceedances came one at a time.
    pub(super) fn new(prior: f64) -> Self {
        Self { block: f64::NAN, rows: 0.0, least_ln_p: 0.0, exceeded: false, blocks: prior, total: prior }
    }

    /// Closes the block before `block`.
    pub(super) fn turn(&mut self, block: f64) {
        if self.block.is_nan() {
            self.block = block;
        }
        if block > self.block {
            if self.rows > 0.0 {
                self.blocks += f64::from(u8::from(self.exceeded));
                self.total += self.rows * self.least_ln_p.exp();
            }
            (self.block, self.rows, self.least_ln_p, self.exceeded) = (block, 0.0, 0.0, false);
        }
    }

    /// `ln_p` is that of the threshold where the value did not exceed it.
    pub(super) fn push(&mut self, ln_p: f64, exceeded: bool) {
        self.rows += 1.0;
        self.least_ln_p = self.least_ln_p.min(ln_p);
        self.exceeded |= exceeded;
    }

    /// Logarithm of the extremal index.
    pub(super) fn ln_index(&self) -> f64 {
        (self.blocks / self.total).ln().min(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::draws::Draws;
    use super::*;

    /// Blocks whose least p is exactly Exp(θ) ÷ rows.
    #[test]
    fn the_extremal_index_is_recovered() {
        let (index, rows) = (0.2, 100.0);
        let mut clusters = Clusters::new(1.0);
        let mut draws = Draws(2);
        for block in 0..4_000 {
            clusters.turn(f64::from(block));
            let p = -draws.uniform().ln() / index / rows;
            let exceeded = p < 0.1;
            for i in 0..100 {
                let least = if exceeded && i == 50 { p } else { 0.1 };
                clusters.push(least.ln(), exceeded && i == 50);
            }
        }
        assert!((clusters.ln_index().exp() - index).abs() < 0.015);
    }
}
