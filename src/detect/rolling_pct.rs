//! The rank of k among past windows of the same class: no distribution assumed.
//!
//! *Fires when* few past windows at this hour of weekdays (or weekend days) had as many records. *Misses when* α is below
//! 1 ÷ (windows + 1), which 28 days never reach at 0.001. *Fires wrongly when* the level has moved since.
//! *Parameters*: none. *Reference*: Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39; statistics.md §2.

use super::{Detector, History, Past, Score};

pub struct RollingPct;

impl Detector for RollingPct {
    fn score(&self, history: &History) -> Score {
        let class: Vec<Past> = history.past().into_iter().filter(|past| past.same_class).collect();
        let window = history.exposures.window;
        // Rates, so that a busier hour is no reason.
        let reached = |past: &&Past| past.count as f64 * window >= history.k as f64 * past.exposure;
        let p = (1 + class.iter().filter(reached).count()) as f64 / (class.len() + 1) as f64;
        let (count, exposure) = class.iter().fold((0, 0.0), |(y, e), past| (y + past.count, e + past.exposure));
        let expected = if exposure > 0.0 { count as f64 / exposure * window } else { history.expectation() };
        Score { expected, ln_p: p.ln() }
    }
}
