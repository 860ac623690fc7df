//! Made-up sweeps for the tests of this folder: a thousand trials with plausible numbers, one for each conclusion, one of hostile names.

mod variants;

pub use variants::{concluding, hostile};

use super::view::View;
use crate::model::{Instant, Interval, Span, Tokens};
use crate::pipeline::{PipelineSpec, Preset};
use crate::stats::{Difference, Estimate};
use crate::sweep::{
    AmountDifference, AxisSummary, BiasCorrected, Choice, Conclusion, Fold, FrontPoint, Goal, GridSummary, Importance,
    Interaction, Invalid, LevelMean, MainEffect, Metric, Multiplicity, Needed, Neighbour, NoiseLevel, PairedTest,
    Reason, Record, Role, Selection, Setting, Standing, Trial, Validation,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::OnceLock;

pub struct Sweep {
    pub selection: Selection,
    pub table: Vec<Standing>,
    pub trials: Vec<Trial>,
    pub records: Vec<Record>,
}

impl Sweep {
    pub fn view(&self) -> View<'_> {
        View { selection: &self.selection, table: &self.table, trials: &self.trials }
    }
}

pub const CONCLUSIONS: [Conclusion; 6] = [
    Conclusion::BetterThanBase,
    Conclusion::NotShownBetter,
    Conclusion::KeepBase,
    Conclusion::RunNothing,
    Conclusion::NothingMeetsConstraints,
    Conclusion::NoLabels,
];

const ALPHAS: [f64; 6] = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05];
const IMPACTS: [f64; 5] = [0.0, 0.0001, 0.0002, 0.001, 0.01];
const COUNTS: [u64; 4] = [1, 2, 3, 5];
const FIX_AT: [f64; 4] = [0.4, 0.5, 0.6, 0.8];
const CUTS: [usize; 3] = [120, 200, 300];

fn base() -> PipelineSpec {
    Preset::find("corrected-2026").unwrap().spec().unwrap()
}

fn axes() -> Vec<AxisSummary> {
    let axis = |path: &str, levels: Vec<String>| AxisSummary { path: path.to_owned(), levels };
    vec![
        axis("detect.alpha", ALPHAS.iter().map(ToString::to_string).collect()),
        axis("gate.min_impact", IMPACTS.iter().map(ToString::to_string).collect()),
        axis("detect.min_count", COUNTS.iter().map(ToString::to_string).collect()),
        axis("act.policy.fix_at", FIX_AT.iter().map(ToString::to_string).collect()),
        axis("normalize.truncate", CUTS.iter().map(ToString::to_string).collect()),
    ]
}

fn at(path: &str, spec: &mut PipelineSpec, value: toml::Value) {
    let mut whole = toml::Value::try_from(&*spec).unwrap();
    let (parent, key) = path.rsplit_once('.').unwrap();
    let table = parent.split('.').fold(&mut whole, |value, key| value.get_mut(key).unwrap());
    table.as_table_mut().unwrap().insert(key.to_owned(), value);
    *spec = whole.try_into().unwrap();
}

fn spec_of(levels: &[usize], id: &str) -> PipelineSpec {
    let mut spec = base();
    spec.detect.alpha = ALPHAS[levels[0]];
    spec.detect.min_count = COUNTS[levels[2]];
    spec.act.policy.fix_at = FIX_AT[levels[3]];
    id.clone_into(&mut spec.name);
    // The gate and the rules are variants: only a file reaches into them.
    if levels[1] != 2 || levels[4] != 2 {
        at("gate.min_impact", &mut spec, IMPACTS[levels[1]].into());
        at("normalize.truncate", &mut spec, i64::try_from(CUTS[levels[4]]).unwrap().into());
    }
    spec
}

fn trial(id: &str, role: Role, spec: PipelineSpec, levels: Vec<usize>) -> Trial {
    Trial { id: id.to_owned(), role, given: toml::to_string(&spec).unwrap(), spec, levels }
}

/// Made once: a thousand files are read for them.
fn trials() -> Vec<Trial> {
    static TRIALS: OnceLock<Vec<Trial>> = OnceLock::new();
    TRIALS.get_or_init(make_trials).clone()
}

fn make_trials() -> Vec<Trial> {
    let mut trials: Vec<Trial> = ["null", "always", "langchain-2026"]
        .map(|name| trial(name, Role::Reference, Preset::find(name).unwrap().spec().unwrap(), Vec::new()))
        .into();
    trials.push(trial("corrected-2026", Role::Base, base(), Vec::new()));
    let mut n = 0;
    for a in 0..ALPHAS.len() {
        for i in 0..IMPACTS.len() {
            for c in 0..COUNTS.len() {
                for f in 0..FIX_AT.len() {
                    for t in 0..CUTS.len() {
                        n += 1;
                        let (id, levels) = (format!("t{n:04}"), vec![a, i, c, f, t]);
                        trials.push(trial(&id, Role::Candidate, spec_of(&levels, &id), levels));
                    }
                }
            }
        }
    }
    trials
}

/// Caught of 12 and acted wrongly, as a threshold and a gate would have it.
fn standing(id: &str, caught: u64, wrong: u64, unneeded_review: f64, rng: &mut ChaCha8Rng) -> Standing {
    let missed = f64::from(u32::try_from(12 - caught).unwrap()) * 2_100.0;
    let running = 300.0 + 60.0 * (caught + wrong) as f64 + unneeded_review;
    let undergone = caught as f64 * rng.random_range(90.0..140.0);
    let total = running + missed + undergone;
    Standing {
        id: id.to_owned(),
        part: "",
        objective: Some(total),
        objective_low: Some(total * 0.6),
        objective_high: Some(total * 1.5),
        validated: Some(total * 1.1),
        end_to_end_precision: Estimate::ratio(caught, caught + wrong),
        end_to_end_recall: Estimate::ratio(caught, 12),
        triage_precision: Estimate::ratio(caught + 1, caught + wrong + 2),
        case_precision: Estimate::ratio(caught + 3, 2 * caught + 3 * wrong + 5),
        detection_recall: Estimate::ratio((caught + 3).min(15), 15),
        cases: 2 * caught + 3 * wrong + 5,
        false_actions: wrong,
        total_usd: total,
        running_usd: running,
        missed_harm_usd: missed,
        undergone_harm_usd: undergone,
        false_usd: 105.0 * wrong as f64,
        tokens: 20_000.0 * (caught + wrong) as f64,
        act_minutes_p50: (caught > 0).then(|| 40.0 + rng.random_range(0.0..30.0)),
    }
}

fn table(trials: &[Trial]) -> Vec<Standing> {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let row = |trial: &Trial| {
        let (caught, wrong): (u64, u64) = match trial.levels[..] {
            [a, i, c, f, _] => {
                let noise = rng.random_range(-0.7..0.7_f64);
                let caught =
                    11.0 - 0.5 * (a as f64 - 3.0).powi(2).min(6.0) - 1.3 * (i as f64 - 1.5).max(0.0) - 0.4 * f as f64
                        + noise;
                let wrong = 1.6 * a as f64 - 1.2 * i as f64 - 0.9 * c as f64 + 2.0 + noise * 2.0;
                (caught.round().clamp(0.0, 12.0) as u64, wrong.round().max(0.0) as u64)
            }
            _ => match trial.id.as_str() {
                "null" => (0, 0),
                "always" => (12, 95),
                "langchain-2026" => (9, 14),
                _ => (8, 1),
            },
        };
        standing(&trial.id, caught, wrong, 45.0 * wrong as f64, &mut rng)
    };
    trials.iter().map(row).collect()
}

fn record(id: &str) -> Record {
    Record {
        id: id.to_owned(),
        evaluation: "0123456789abcdef".repeat(4),
        windows: 120,
        alerts: 40,
        normalization: Tokens::default(),
        cases: Vec::new(),
        unreachable: Vec::new(),
    }
}

fn validation() -> Validation {
    let start = Instant::from_micros(1_790_812_800_000_000);
    let day = |n: i64| start + Span::minutes(n * 1440);
    let fold = |i: i64, chosen: &str, numbers: [f64; 4]| Fold {
        train: Interval::new(day(0), day(14 + 4 * i)),
        validate: Interval::new(day(14 + 4 * i), day(18 + 4 * i)),
        train_incidents: 5 + i.unsigned_abs(),
        validate_incidents: 1 + i.unsigned_abs() % 3,
        chosen: Some(chosen.to_owned()),
        in_sample: Some(numbers[0]),
        out_of_sample: Some(numbers[1]),
        base: Some(numbers[2]),
        null: Some(12_000.0),
        hindsight: Some(numbers[3]),
    };
    Validation {
        block_days: 4.0,
        gap_days: 0.0,
        folds: vec![
            fold(0, "t0720", [2_900.0, 5_300.0, 9_800.0, 3_900.0]),
            fold(1, "t0738", [3_300.0, 4_100.0, 6_900.0, 4_000.0]),
            fold(2, "t0738", [3_400.0, 11_200.0, 13_900.0, 8_300.0]),
            fold(3, "t0738", [4_700.0, 1_200.0, 900.0, 400.0]),
        ],
        note: None,
        in_sample: Some(3_600.0),
        out_of_sample: Some(5_400.0),
        base: Some(7_900.0),
        null: Some(12_000.0),
        agreeing: 3,
    }
}

fn importance(axes: &[AxisSummary], trials: &[Trial], table: &[Standing]) -> Importance {
    let effect = |index: usize, share: f64| MainEffect {
        path: axes[index].path.clone(),
        share,
        flat: share < 0.01,
        levels: (0..axes[index].levels.len())
            .map(|level| {
                let mine = trials.iter().zip(table).filter(|(trial, _)| trial.levels.get(index) == Some(&level));
                let costs: Vec<f64> = mine.filter_map(|(_, standing)| standing.objective).collect();
                LevelMean {
                    level: axes[index].levels[level].clone(),
                    trials: costs.len() as u64,
                    mean: Some(costs.iter().sum::<f64>() / costs.len() as f64),
                    best: costs.iter().copied().reduce(f64::min),
                }
            })
            .collect(),
    };
    let pair = |a: usize, b: usize, share: f64| Interaction {
        a: axes[a].path.clone(),
        b: axes[b].path.clone(),
        share,
        means: Vec::new(),
    };
    Importance {
        response: "ln cost".to_owned(),
        method: "exact",
        r_squared: None,
        main: vec![effect(0, 0.46), effect(1, 0.31), effect(3, 0.05), effect(2, 0.03), effect(4, 0.002)],
        interactions: vec![pair(0, 1, 0.09), pair(0, 2, 0.02)],
        rest: 0.038,
    }
}

fn front(table: &[Standing]) -> Vec<FrontPoint> {
    let mut front: Vec<FrontPoint> = Vec::new();
    let mut rows: Vec<&Standing> = table.iter().skip(3).collect();
    rows.sort_by(|a, b| {
        b.end_to_end_recall.numerator.cmp(&a.end_to_end_recall.numerator).then(a.false_actions.cmp(&b.false_actions))
    });
    for s in rows {
        if front.last().is_none_or(|last| s.false_actions < last.precision.denominator - last.precision.numerator) {
            front.push(FrontPoint {
                id: s.id.clone(),
                same: 2,
                recall: s.end_to_end_recall.clone(),
                precision: s.end_to_end_precision.clone(),
                false_usd: 105.0 * s.false_actions as f64,
                false_usd_low: Some(20.0 * s.false_actions as f64),
                false_usd_high: Some(300.0 * s.false_actions as f64),
                tokens: s.tokens,
                act_minutes_p50: s.act_minutes_p50,
                total_usd: s.total_usd,
                by_chance: front.len() == 1,
            });
        }
    }
    front
}

#[allow(clippy::unnecessary_wraps)] // what the fields take
fn difference(value: f64, low: f64, high: f64) -> Option<Difference> {
    let (low, high) = (Some(low), Some(high));
    Some(Difference { value, low, high, level: 0.95, replicates: 2_000, clusters: 107, undefined_replicates: 0 })
}

fn test(a: &str, b: &str) -> PairedTest {
    let metric = |metric, difference, significant, magnitude| AmountDifference {
        metric,
        difference,
        significant: Some(significant),
        magnitude: Some(magnitude),
        relevant: Some(true),
    };
    PairedTest {
        a: a.to_owned(),
        b: b.to_owned(),
        metrics: vec![
            metric("cost_usd_per_month", difference(-4_300.0, -9_900.0, -410.0), true, -0.44),
            metric("end_to_end.recall", difference(0.25, -0.02, 0.5), false, 0.37),
        ],
        only_a: 3,
        only_b: 0,
        p_recall: Some(0.25),
        false_only_a: 1,
        false_only_b: 0,
        p_false_actions: None,
    }
}

fn neighbours(view: View, choice: &str) -> Vec<Neighbour> {
    let (chosen, mine) = view.find(choice).unwrap();
    let differing =
        |trial: &Trial| (0..5).filter(|&axis| trial.levels[axis] != chosen.levels[axis]).collect::<Vec<_>>();
    let near = view.points().filter_map(|(trial, standing)| match differing(trial)[..] {
        [axis] => Some((axis, trial, standing)),
        _ => None,
    });
    near.map(|(axis, trial, standing)| Neighbour {
        id: trial.id.clone(),
        path: view.selection.grid.axes[axis].path.clone(),
        level: view.selection.grid.axes[axis].levels[trial.levels[axis]].clone(),
        objective: standing.objective,
        difference: standing.objective.zip(mine.objective).map(|(a, b)| a - b),
        low: Some(-500.0),
        high: Some(4_000.0),
        same: axis == 4,
    })
    .collect()
}

/// The best is better than the base, also out of sample.
pub fn plausible() -> Sweep {
    let (axes, trials) = (axes(), trials());
    let table = table(&trials);
    let points = || trials.iter().zip(&table).filter(|(trial, _)| trial.role == Role::Candidate);
    let (best, _) = points().min_by(|a, b| a.1.total_usd.total_cmp(&b.1.total_usd)).unwrap();
    let (choice, _) = points().find(|(t, s)| t.levels[0] == 3 && s.end_to_end_recall.numerator >= 10).unwrap();
    let settings = axes
        .iter()
        .zip(&choice.levels)
        .map(|(axis, &level)| Setting { path: axis.path.clone(), level: axis.levels[level].clone() });
    let named = [choice.id.as_str(), &best.id, "corrected-2026", "null", "always", "langchain-2026"];
    let standings = named.iter().filter_map(|id| table.iter().find(|s| s.id == **id)).cloned().collect();
    let mut selection = Selection {
        schema_version: 1,
        data_set: "harbor-month".to_owned(),
        data_set_hash: "60c63b155afb5f86".to_owned(),
        version: "0.1.0".to_owned(),
        costs: "2026-11".to_owned(),
        labels: "complete".to_owned(),
        seed: 1,
        grid: GridSummary {
            name: "first-look".to_owned(),
            given: "base = \"corrected-2026\"\n\n[axes]\n\"detect.alpha\" = [0.001, 0.01]\n".to_owned(),
            base: "corrected-2026".to_owned(),
            trials: 1_440,
            combinations: Some(1_500),
            excluded: 40,
            duplicates: 15,
            invalid: vec![Invalid { reason: "act.policy.fix_at is 1.2: it lies in [0, 1]".to_owned(), count: 5 }],
            halved: 0,
            open: 0,
            axes: axes.clone(),
        },
        objective: "lowest cost per month".to_owned(),
        metric: Metric::Cost,
        goal: Goal::Minimize,
        conclusion: Conclusion::BetterThanBase,
        choice: Some(Choice {
            id: choice.id.clone(),
            settings: settings.collect(),
            best: best.id.clone(),
            within_one_se: 61,
            standard_error: 640.0,
            parameters: 27,
            reason: Reason::SimplestWithinOneSe,
        }),
        standings,
        validation: validation(),
        bias: Some(BiasCorrected {
            replicates: 1_000,
            clusters: 107,
            in_bag: 2_700.0,
            out_of_bag: 4_900.0,
            low: 1_900.0,
            high: 9_300.0,
            choice_share: 0.412,
            distinct_winners: 38,
        }),
        multiplicity: Some(Multiplicity {
            distinct: 402,
            not_worse_than_best: 133,
            critical: 3.1,
            p_any_better_than_base: Some(0.018),
            p_choice_better_than_base: Some(0.031),
            free_parameters: 5,
            incidents: 12,
        }),
        tests: ["corrected-2026", "langchain-2026", "null"].map(|other| test(&choice.id, other)).into(),
        needed: Some(Needed {
            a: choice.id.clone(),
            b: "corrected-2026".to_owned(),
            weeks: 4.43,
            more_weeks: Some(6.2),
            incidents: Some(28.4),
        }),
        front: front(&table),
        front_left_out: 0,
        importance: Some(importance(&axes, &trials, &table)),
        neighbours: Vec::new(),
        label_noise: [(0.05, 88), (0.1, 71), (0.2, 44)]
            .map(|(share, same_choice)| NoiseLevel {
                share,
                draws: 100,
                same_choice,
                beats_base: 97,
                median_rank: 4.0,
                regret: 130.0,
            })
            .into(),
    };
    selection.neighbours = neighbours(View { selection: &selection, table: &table, trials: &trials }, &choice.id);
    let records = trials.iter().map(|trial| record(&trial.id)).collect();
    Sweep { selection, table, trials, records }
}
