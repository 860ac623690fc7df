//! Every trial's numbers over the whole data set.

use super::amounts::Amounts;
use super::drawn::Drawn;
use super::objective::Metric;
use super::pool::Pool;
use super::selection::Standing;
use super::trial::Role;
use crate::evaluate::MONTH_DAYS;
use rayon::prelude::*;

/// What trials are called in a table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    pub choice: Option<usize>,
    pub best: Option<usize>,
}

impl Parts {
    /// A trial's part; the choice's comes first.
    #[must_use]
    pub fn of(self, pool: &Pool, trial: usize) -> &'static str {
        match pool.sweep.trials[trial].role {
            _ if self.choice == Some(trial) => "choice",
            _ if self.best == Some(trial) => "best_in_sample",
            Role::Base => "base",
            Role::Reference => "reference",
            Role::Candidate => "candidate",
        }
    }
}

/// The objective of each class: over the whole data set with its interval, and on the weeks that validate.
#[derive(Clone, Copy, Debug, Default)]
struct Objectives {
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    validated: Option<f64>,
}

/// Standings of the trials named, in their order. `validated`: weights of the units that are scored on, and their days.
#[must_use]
pub fn standings(
    pool: &Pool,
    drawn: &Drawn,
    (validated, days): (&[f64], f64),
    parts: Parts,
    trials: &[usize],
) -> Vec<Standing> {
    let known = pool.sweep.objective.is_known(pool.sweep.ground.labels);
    let of_class =
        |class: usize| if known { objectives(pool, drawn, (validated, days), class) } else { Objectives::default() };
    let mut classes: Vec<usize> = trials.iter().map(|&trial| pool.class_of[trial]).collect();
    classes.sort_unstable();
    classes.dedup();
    let found: Vec<Objectives> = classes.par_iter().map(|&class| of_class(class)).collect();
    let objective = |trial: usize| {
        let at = classes.binary_search(&pool.class_of[trial]);
        at.map_or_else(|_| Objectives::default(), |at| found[at])
    };
    trials.par_iter().map(|&trial| standing(pool, objective(trial), parts, trial)).collect()
}

fn objectives(pool: &Pool, drawn: &Drawn, (validated, days): (&[f64], f64), class: usize) -> Objectives {
    let all = pool.all_units();
    let value = |loss: f64| pool.value(loss);
    let ends = drawn.interval(class).and_then(|(low, high)| Some((value(low)?, value(high)?)));
    Objectives {
        value: value(pool.loss(class, &all, pool.sweep.ground.days)),
        // A loss turned around turns its ends around.
        low: ends.map(|(a, b)| a.min(b)),
        high: ends.map(|(a, b)| a.max(b)),
        validated: value(pool.loss(class, validated, days)).filter(|_| days > 0.0),
    }
}

fn standing(pool: &Pool, objective: Objectives, parts: Parts, trial: usize) -> Standing {
    let (sheet, sum) = (&pool.sheet, &pool.totals[trial]);
    let per_month = |of: fn(&Amounts) -> f64| MONTH_DAYS / pool.sweep.ground.days * of(sum);
    Standing {
        id: pool.sweep.trials[trial].id.clone(),
        part: parts.of(pool, trial),
        objective: objective.value,
        objective_low: objective.low,
        objective_high: objective.high,
        validated: objective.validated,
        end_to_end_precision: sheet.estimate(Metric::EndToEndPrecision, sum),
        end_to_end_recall: sheet.estimate(Metric::EndToEndRecall, sum),
        triage_precision: sheet.estimate(Metric::TriagePrecision, sum),
        case_precision: sheet.estimate(Metric::CasePrecision, sum),
        detection_recall: sheet.estimate(Metric::DetectionRecall, sum),
        cases: sum.cases as u64,
        false_actions: sum.false_actions as u64,
        total_usd: per_month(Amounts::cost_usd),
        running_usd: per_month(|sum| sum.running_usd),
        missed_harm_usd: per_month(|sum| sum.missed_usd),
        undergone_harm_usd: per_month(|sum| sum.undergone_usd),
        false_usd: per_month(|sum| sum.false_usd),
        tokens: per_month(|sum| sum.tokens),
        act_minutes_p50: sheet.act_minutes(&pool.sweep.records[trial]),
    }
}
