//! Worlds in which nothing happens: errors with a daily and weekly rhythm and noise of a known kind, and no deploy that changes
//! anything. What a detector flags there it flags wrongly.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Poisson, StandardNormal};
use shakedown::dataset::{DataSet, Labels, Manifest, RecordRef, Records};
use shakedown::detect::{Baseline, DetectSpec, DetectorSpec, History, Look};
use shakedown::model::{IncidentSeverity, Instant, Interval, Severity, Span, Window};
use shakedown::normalize::{Rules, RulesSpec};
use shakedown::series::Series;
use std::collections::BTreeMap;

/// 2026-05-04T00:00:00Z, a Monday.
const START: Instant = Instant::from_micros(1_777_852_800_000_000);

/// History before the first window.
pub const HISTORY_WEEKS: i64 = 8;

/// Errors come in bins as fine as the finest detector looks.
const BIN: Span = Span::minutes(15);
const BINS_AN_HOUR: i64 = 4;

/// Variance of the shocks, whose mean is 1.
pub const ALPHA: f64 = 0.3;

/// Correlation of the shocks' logarithms from one hour to the next.
pub const RHO: f64 = 0.8;

/// What multiplies the rhythm in each hour, with mean 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// Nothing: counts are Poisson.
    Poisson,
    /// Independent gamma shocks: hourly counts are negative binomial, variance μ + 0.3 μ².
    Bursty,
    /// Log-normal shocks of the same variance, autocorrelated.
    Autocorrelated,
}

impl Noise {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Poisson => "Poisson",
            Self::Bursty => "bursty",
            Self::Autocorrelated => "AR(.8)",
        }
    }

    fn shocks(self, hours: i64, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let gamma = Gamma::new(1.0 / ALPHA, ALPHA).expect("a distribution");
        let variance = ALPHA.ln_1p();
        let mut level: f64 = rng.sample(StandardNormal);
        let shock = |_| match self {
            Self::Poisson => 1.0,
            Self::Bursty => gamma.sample(rng),
            Self::Autocorrelated => {
                level = RHO * level + (1.0 - RHO * RHO).sqrt() * rng.sample::<f64, _>(StandardNormal);
                (variance.sqrt() * level - variance / 2.0).exp()
            }
        };
        (0..hours).map(shock).collect()
    }
}

/// A service, and a control with the same rhythm and the same shocks, without any deploy.
pub struct NullWorld {
    pub noise: Noise,
    /// Mean errors an hour of each.
    pub rate: f64,
    /// Weeks of windows after the history.
    pub weeks: i64,
    pub seed: u64,
}

impl NullWorld {
    pub fn data(&self) -> DataSet {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let hours = (HISTORY_WEEKS + self.weeks) * 168;
        let mean = (0..168).map(rhythm).sum::<f64>() / 168.0;
        let shocks = self.noise.shocks(hours, &mut rng);
        let mut records = Records::default();
        for service in ["shop", "pay"] {
            for bin in 0..hours * BINS_AN_HOUR {
                let hour = bin / BINS_AN_HOUR;
                let intensity = self.rate * rhythm(hour) / mean * shocks[hour as usize] / BINS_AN_HOUR as f64;
                let count = Poisson::new(intensity).expect("a distribution").sample(&mut rng) as u32;
                if count > 0 {
                    let at = START + Span::from_micros(BIN.micros() * bin + rng.random_range(0..BIN.micros()));
                    records.push(&record(service, at, count));
                }
            }
        }
        records.sort();
        DataSet::assemble(manifest(hours), records, Vec::new(), None, None, BTreeMap::new())
    }

    /// Windows of `span` that start on the hours of weekdays from 9 to 17.
    pub fn windows(&self, span: Span) -> impl Iterator<Item = Window> + use<> {
        let days = HISTORY_WEEKS * 7..(HISTORY_WEEKS + self.weeks) * 7;
        let starts = days.filter(|day| day % 7 < 5).flat_map(|day| (9..17).map(move |hour| day * 24 + hour));
        starts.map(move |hour| {
            let start = START + Span::hours(hour);
            let window = Interval::new(start, start + span);
            let baseline = Interval::new(start - Span::days(7 * HISTORY_WEEKS), start);
            Window { deploy: 0, service: "shop".to_owned(), window, baseline, decided_at: window.end }
        })
    }

    /// P-values of each subject at each window, by subject.
    pub fn p_values(&self, subjects: &[Subject], span: Span) -> Vec<Vec<PValue>> {
        let data = self.data();
        let masks = Rules::new(&RulesSpec { masks: Vec::new(), truncate: None }).expect("masks");
        let series = Series::build(&data.records, &masks, Severity::Error);
        let group = series.find("shop", "boom");
        let built: Vec<_> = subjects.iter().map(|subject| (subject, subject.detector.build())).collect();
        let plain = DetectSpec::plain(DetectorSpec::Null {}, 0.05);
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ 0xA5A5);
        let mut found: Vec<Vec<PValue>> = vec![Vec::new(); subjects.len()];
        for window in self.windows(span) {
            let look = Look::new(&data, &plain, window.clone(), window.window, &[]);
            let uniform: f64 = rng.random();
            for ((subject, detector), found) in built.iter().zip(&mut found) {
                let score = |more: bool| {
                    let Some(group) = group else { return 1.0 };
                    let history = History::new(&series, &look, group, subject.baseline, look.exposures[0]);
                    let history = if more { history.with_one_more() } else { history };
                    // A signature without a record in W is not asked about.
                    if history.k == 0 { 1.0 } else { detector.score(&history).ln_p.exp() }
                };
                let exact = score(false);
                let next = if subject.randomize { score(true) } else { exact };
                found.push(PValue { exact, randomized: next + uniform * (exact - next) });
            }
        }
        found
    }
}

/// A detector, what it holds W against, and whether its p-values are randomized too.
#[derive(Clone, Debug)]
pub struct Subject {
    pub detector: DetectorSpec,
    pub baseline: Baseline,
    pub randomize: bool,
}

/// A p-value of a count, `P(X ≥ k)`, and one drawn between that and `P(X > k)`: uniform where the law is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PValue {
    pub exact: f64,
    pub randomized: f64,
}

/// Hour of the day ± 60 %, greatest at 15:00; half on weekends. Hour 0 is the first of a Monday.
fn rhythm(hour: i64) -> f64 {
    let day = 1.0 + 0.6 * (std::f64::consts::TAU * (hour - 9) as f64 / 24.0).sin();
    if hour / 24 % 7 < 5 { day } else { day / 2.0 }
}

fn record(service: &'static str, timestamp: Instant, count: u32) -> RecordRef<'static> {
    RecordRef {
        timestamp,
        observed_at: None,
        service,
        severity: Severity::Error,
        message: "boom",
        exception_type: "",
        stack_trace: "",
        version: "",
        trace_id: "",
        user_id: "",
        count,
    }
}

fn manifest(hours: i64) -> Manifest {
    Manifest {
        name: "null world".to_owned(),
        description: String::new(),
        license: String::new(),
        start: Some(START),
        end: Some(START + Span::hours(hours)),
        incidents: Labels::Complete,
        timezone: "UTC".to_owned(),
        environment: "production".to_owned(),
        repo: None,
        redaction: None,
        traffic_step: Span::minutes(1),
        actionable: IncidentSeverity::Sev3,
    }
}

/// A share of windows with the standard error that its spread over worlds gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attained {
    pub share: f64,
    pub error: f64,
}

impl Attained {
    /// `worlds`: the p-values of each world. Windows of one world are not independent, worlds are. The error is at least that of
    /// independent windows at the nominal level.
    pub fn of(worlds: &[&[PValue]], p: impl Fn(&PValue) -> f64, level: f64) -> Self {
        let shares: Vec<f64> = worlds
            .iter()
            .map(|world| world.iter().filter(|one| p(one) < level).count() as f64 / world.len() as f64)
            .collect();
        let (n, windows) = (shares.len() as f64, worlds.iter().map(|world| world.len()).sum::<usize>() as f64);
        let share = shares.iter().sum::<f64>() / n;
        let spread = shares.iter().map(|one| (one - share).powi(2)).sum::<f64>() / (n - 1.0).max(1.0) / n;
        Self { share, error: spread.max(level * (1.0 - level) / windows).sqrt() }
    }
}
