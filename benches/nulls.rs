//! How often each detector flags where nothing happens: the tables of `docs/detectors.md`, as Markdown.
//!
//! `cargo bench --bench nulls` prints them (about half an hour); `cargo bench --bench nulls -- 10` takes a tenth of the worlds.

#[path = "../tests/suite/null_worlds.rs"]
mod null_worlds;

use null_worlds::{Attained, Noise, NullWorld, PValue, Subject};
use rayon::prelude::*;
use shakedown::detect::Baseline;
use shakedown::model::Span;

const SEED: u64 = 20_261_124;
const WORLDS: u64 = 50;
const WEEKS: i64 = 25;

/// Mean errors an hour.
const RATES: [f64; 5] = [0.05, 0.2, 1.0, 5.0, 20.0];
const NOISES: [Noise; 3] = [Noise::Poisson, Noise::Bursty, Noise::Autocorrelated];
const LEVELS: [f64; 3] = [0.05, 0.01, 0.001];

/// Those whose p-values are shown with their errors, and randomized.
const DEFAULTS: [&str; 2] = ["strat_nb", "did"];

/// Name, specification, and whether it holds W against the same hour of the week instead of all of B.
const DETECTORS: [(&str, &str, bool); 18] = [
    ("poisson_fixed", "kind = 'poisson_fixed'", false),
    ("cond_binomial", "kind = 'cond_binomial'", false),
    ("the same, hour_of_week", "kind = 'cond_binomial'", true),
    ("etest", "kind = 'etest'", false),
    ("gamma_poisson", "kind = 'gamma_poisson'", false),
    ("nb", "kind = 'nb'", false),
    ("strat_nb", "kind = 'strat_nb'", false),
    ("did", "kind = 'did'", false),
    ("farrington", "kind = 'farrington'", false),
    ("rolling_pct", "kind = 'rolling_pct'", false),
    ("ears, c1", "kind = 'ears'\nmethod = 'c1'", false),
    ("ears, c2", "kind = 'ears'\nmethod = 'c2'", false),
    ("ears, c3", "kind = 'ears'\nmethod = 'c3'", false),
    ("cusum", "kind = 'cusum'", false),
    ("prefix_scan", "kind = 'prefix_scan'", false),
    ("e_value", "kind = 'e_value'", false),
    ("e_value, control", "kind = 'e_value'\nagainst = 'control'", false),
    ("random", "kind = 'random'", false),
];

/// Those made for long windows.
const LONG: [&str; 5] = ["strat_nb", "cusum", "prefix_scan", "e_value", "e_value, control"];

/// P-values by detector and world, with the rate.
type Found = Vec<(f64, Vec<Vec<Vec<PValue>>>)>;

fn main() {
    let part = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_u64).max(1);
    let worlds = (WORLDS / part).max(2);
    println!("Seed {SEED}; {worlds} worlds of {WEEKS} weeks, {} windows each.\n", WEEKS * 40);
    let all: Vec<&str> = DETECTORS.iter().map(|(name, ..)| *name).collect();
    for noise in NOISES {
        println!("{}, windows of an hour:\n", noise.name());
        print_table(&all, &measure(&all, noise, worlds, Span::hours(1)));
    }
    for noise in NOISES {
        println!("{}, {} worlds, exact and randomized p-values of the defaults:\n", noise.name(), 2 * worlds);
        print_errors(&measure(&DEFAULTS, noise, 2 * worlds, Span::hours(1)));
    }
    for noise in NOISES {
        println!("{}, {} worlds, windows of a day:\n", noise.name(), worlds.div_ceil(2));
        print_table(&LONG, &measure(&LONG, noise, worlds.div_ceil(2), Span::hours(24)));
    }
}

fn measure(names: &[&str], noise: Noise, worlds: u64, span: Span) -> Found {
    let subjects: Vec<Subject> = DETECTORS
        .iter()
        .filter(|(name, ..)| names.contains(name))
        .map(|&(_, text, hour_of_week)| Subject {
            detector: toml::from_str(text).expect("a detector"),
            baseline: if hour_of_week { Baseline::HourOfWeek } else { Baseline::Flat },
            randomize: names == DEFAULTS,
        })
        .collect();
    let at = |rate| {
        let world = |i| NullWorld { noise, rate, weeks: WEEKS, seed: SEED + i }.p_values(&subjects, span);
        let by_world: Vec<Vec<Vec<PValue>>> = (0..worlds).into_par_iter().map(world).collect();
        let of_detector = |d: usize| by_world.iter().map(|found| found[d].clone()).collect();
        (rate, (0..subjects.len()).map(of_detector).collect())
    };
    RATES.into_iter().map(at).collect()
}

fn print_head() {
    println!("| errors an hour | {} |", RATES.map(|rate| rate.to_string()).join(" | "));
    println!("| --- |{}", " --- |".repeat(RATES.len()));
}

fn print_table(names: &[&str], found: &Found) {
    print_head();
    for (d, name) in names.iter().enumerate() {
        let cell = |(_, detectors): &(f64, Vec<Vec<Vec<PValue>>>)| {
            let ratios = LEVELS.map(|level| short(attained(&detectors[d], |p| p.exact, level).share / level));
            ratios.join(" · ")
        };
        println!("| {name} | {} |", found.iter().map(cell).collect::<Vec<_>>().join(" | "));
    }
    println!();
}

fn print_errors(found: &Found) {
    print_head();
    for (d, name) in DEFAULTS.iter().enumerate() {
        for level in LEVELS {
            let cell = |(_, detectors): &(f64, Vec<Vec<Vec<PValue>>>)| {
                let exact = attained(&detectors[d], |p| p.exact, level);
                let randomized = attained(&detectors[d], |p| p.randomized, level);
                let error = exact.error.max(randomized.error) / level;
                format!("{} · {} ± {error:.2}", short(exact.share / level), short(randomized.share / level))
            };
            let cells: Vec<String> = found.iter().map(cell).collect();
            println!("| {name}, {} % | {} |", 100.0 * level, cells.join(" | "));
        }
    }
    println!();
}

fn attained(worlds: &[Vec<PValue>], p: fn(&PValue) -> f64, level: f64) -> Attained {
    let worlds: Vec<&[PValue]> = worlds.iter().map(Vec::as_slice).collect();
    Attained::of(&worlds, p, level)
}

/// Two digits that matter.
fn short(ratio: f64) -> String {
    if ratio >= 9.95 {
        format!("{ratio:.0}")
    } else if ratio >= 1.95 {
        format!("{ratio:.1}")
    } else {
        format!("{ratio:.2}")
    }
}
