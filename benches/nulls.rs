//! How often each detector flags where nothing happens: the table of `docs/detectors.md`.
//!
//! `cargo bench --bench nulls` prints it; `-- 4` makes it with a quarter of the worlds.

#[path = "../tests/suite/null_worlds.rs"]
mod null_worlds;

use null_worlds::{Attained, Noise, NullWorld, PValue};
use rayon::prelude::*;
use shakedown::detect::{Baseline, DetectorSpec};
use shakedown::model::Span;

const RATES: [f64; 5] = [0.05, 0.2, 1.0, 5.0, 20.0];
const LEVELS: [f64; 3] = [0.05, 0.01, 0.001];
const SEED: u64 = 20_261_124;
const WEEKS: i64 = 25;
const WORLDS: u64 = 100;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let part: u64 = args.first().and_then(|a| a.parse().ok()).unwrap_or(1);
    let only = args.get(1).cloned();
    let detectors: Vec<(String, DetectorSpec, Baseline)> = rows()
        .into_iter()
        .filter(|(name, _)| only.as_ref().is_none_or(|o| name.contains(o.as_str())))
        .map(|(name, text)| (name.to_owned(), toml::from_str(text).expect("a detector"), Baseline::Flat))
        .collect();
    let specs: Vec<(DetectorSpec, Baseline)> = detectors.iter().map(|(_, s, b)| (s.clone(), *b)).collect();
    for noise in Noise::ALL {
        for rate in RATES {
            let found: Vec<Vec<Vec<PValue>>> = (0..WORLDS / part)
                .into_par_iter()
                .map(|i| NullWorld { noise, rate, weeks: WEEKS, seed: SEED + i }.p_values(&specs, Span::hours(1)))
                .collect();
            for (d, (name, _, _)) in detectors.iter().enumerate() {
                let worlds: Vec<&[PValue]> = found.iter().map(|w| w[d].as_slice()).collect();
                let cells: Vec<String> = LEVELS
                    .iter()
                    .map(|&l| {
                        let e = Attained::of(&worlds, |p| p.exact, l);
                        let r = Attained::of(&worlds, |p| p.randomized, l);
                        format!("{:6.2} /{:6.2} ±{:4.2}", e.share / l, r.share / l, r.error / l)
                    })
                    .collect();
                println!("{:8} {:5} {:16} {}", noise.name(), rate, name, cells.join("  |  "));
            }
        }
    }
}

fn rows() -> Vec<(&'static str, &'static str)> {
    vec![
        ("poisson_fixed", "kind='poisson_fixed'"),
        ("cond_binomial", "kind='cond_binomial'"),
        ("etest", "kind='etest'"),
        ("gamma_poisson", "kind='gamma_poisson'"),
        ("nb", "kind='nb'"),
        ("strat_nb", "kind='strat_nb'"),
        ("did", "kind='did'"),
        ("farrington", "kind='farrington'"),
        ("rolling_pct", "kind='rolling_pct'"),
        ("ears c1", "kind='ears'\nmethod='c1'"),
        ("ears c2", "kind='ears'"),
        ("ears c3", "kind='ears'\nmethod='c3'"),
        ("cusum", "kind='cusum'"),
        ("prefix_scan", "kind='prefix_scan'"),
        ("e_value", "kind='e_value'"),
        ("e_value control", "kind='e_value'\nagainst='control'"),
    ]
}
