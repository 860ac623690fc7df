//! The choice again, with mistakes in the incident log.

use super::choose::{best, simplest};
use super::drawn::{Drawn, SEED};
use super::ground::{Ground, GroundDeploy, GroundIncident};
use super::pool::{Class, Pool, Scores, play};
use super::profile::Profile;
use super::selection::NoiseLevel;
use super::sheet::{Scratch, Sheet};
use crate::model::Progress;
use crate::stats::median;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Shares of incidents whose record is wrong: those of an evaluation's label noise.
const SHARES: [f64; 3] = [0.05, 0.10, 0.20];
const DRAWS: u64 = 50;
/// People who blame the wrong deploy blame one of the last few.
const RECENT: usize = 5;

/// What was chosen under one wrong log.
struct Again {
    chosen: usize,
    beats_base: bool,
    rank: f64,
    regret: f64,
}

/// Chooses again under incident logs that are wrong in places. In each draw every incident is wrong with the same probability; a wrong one
/// is, at even odds, missing from the log or blamed on the wrong cause: a deploy's, at even odds, on something else or on another of
/// the last five deploys of a service it touches; another's on the last deploy of one of its services before it began. Which incidents a window could
/// have hit stays as it was, and so do the standard errors of the rule: they are those of the log as it is.
#[must_use]
pub fn label_noise(
    pool: &Pool,
    scores: &Scores,
    drawn: &Drawn,
    choice: usize,
    progress: &dyn Progress,
) -> Vec<NoiseLevel> {
    if pool.sweep.ground.incidents.is_empty() {
        return Vec::new();
    }
    progress.start("choosing under wrong incident logs", SHARES.len() as u64 * DRAWS);
    let level = |(level, share): (u64, f64)| {
        // Each draw has a seed of its own, so that the number of threads leaves no trace.
        let draw = |n: u64| {
            let mut rng = ChaCha8Rng::seed_from_u64(SEED + level * DRAWS + n);
            let sheet = pool.sheet.relabelled(mistaken(&pool.sweep.ground, share, &mut rng));
            progress.advance(1);
            again(pool, scores, drawn, choice, &sheet)
        };
        let again: Vec<Again> = (0..DRAWS).filter_map(draw).collect();
        noise_level(share, choice, &again)
    };
    (0..).zip(SHARES).map(level).collect()
}

fn noise_level(share: f64, choice: usize, again: &[Again]) -> NoiseLevel {
    let middle = |of: fn(&Again) -> f64| median(&again.iter().map(of).collect::<Vec<f64>>()).unwrap_or(0.0);
    let count = |keep: &dyn Fn(&Again) -> bool| again.iter().filter(|one| keep(one)).count() as u64;
    NoiseLevel {
        share,
        draws: DRAWS,
        same_choice: count(&|one| one.chosen == choice),
        beats_base: count(&|one| one.beats_base),
        median_rank: middle(|one| one.rank),
        regret: middle(|one| one.regret),
    }
}

/// The choice under another log; `None`: nothing keeps the constraints under it.
fn again(pool: &Pool, truly: &Scores, drawn: &Drawn, choice: usize, sheet: &Sheet) -> Option<Again> {
    let noisy = scores_under(pool, sheet);
    let best = best(pool, &noisy)?;
    let chosen = simplest(pool, &noisy, best, &drawn.errors_to(best)).chosen;
    let base = pool.base().map_or(f64::NAN, |trial| noisy.losses[pool.class_of[trial]]);
    let ahead = (0..noisy.losses.len()).filter(|&class| noisy.losses[class] < noisy.losses[choice]);
    let rank = ahead.map(|class| pool.eligible_in(class)).fold(1, |rank, trials| rank + trials);
    Some(Again {
        chosen,
        beats_base: noisy.losses[choice] <= base,
        rank: rank as f64,
        regret: truly.losses[chosen] - truly.losses[choice],
    })
}

/// All classes under another log, each by its simplest trial (trials that do the same under the log as it is are taken to do the same
/// under this one).
fn scores_under(pool: &Pool, sheet: &Sheet) -> Scores {
    let (all, days) = (pool.all_units(), pool.sweep.ground.days);
    let score = |scratch: &mut Scratch, class: &Class| {
        let trial = class.simplest.unwrap_or(class.trials[0]);
        let (objective, constraints, _): (Profile, Vec<Profile>, _) =
            play(sheet, pool.sweep, &pool.sweep.records[trial], scratch);
        let class = Class { trials: Vec::new(), simplest: class.simplest, objective, constraints };
        (pool.loss_of(&class.objective.parts(&all), days), pool.keeps_constraints(&class, &all, days))
    };
    let (losses, keeps) = pool.classes.par_iter().map_init(|| Scratch::of(sheet), score).unzip();
    Scores { losses, keeps }
}

/// The incident log with mistakes.
fn mistaken(ground: &Ground, share: f64, rng: &mut ChaCha8Rng) -> Vec<GroundIncident> {
    let one = |incident: &GroundIncident| {
        // All numbers are drawn for every incident, so that one record's fate does not move the next one's.
        let (wrong, missing, elsewhere, which) =
            (rng.random_bool(share), rng.random_bool(0.5), rng.random_bool(0.5), rng.random::<f64>());
        match (wrong && incident.evaluable, missing) {
            (false, _) => incident.clone(),
            (true, true) => GroundIncident { evaluable: false, guilty: None, ..incident.clone() },
            (true, false) if incident.by_deploy && elsewhere => blamed_on(incident, None),
            (true, false) => miscaused(ground, incident, which),
        }
    };
    ground.incidents.iter().map(one).collect()
}

/// A deploy's incident blamed on another deploy, another cause's on the last deploy before it; as it is where there is none.
fn miscaused(ground: &Ground, incident: &GroundIncident, which: f64) -> GroundIncident {
    let suspect = |deploy: &GroundDeploy| {
        deploy.of_environment && deploy.at <= incident.started_at && incident.touches_any(&deploy.services)
    };
    let suspects = (0..).zip(&ground.deploys).filter(|(index, d)| suspect(d) && Some(*index) != incident.guilty);
    let suspects: Vec<u32> = suspects.map(|(index, _)| index).collect();
    let Some(&last) = suspects.last() else { return incident.clone() };
    let recent = &suspects[suspects.len().saturating_sub(RECENT)..];
    let any = recent[((which * recent.len() as f64) as usize).min(recent.len() - 1)];
    blamed_on(incident, Some(if incident.by_deploy { any } else { last }))
}

fn blamed_on(incident: &GroundIncident, deploy: Option<u32>) -> GroundIncident {
    let by_deploy = deploy.is_some();
    GroundIncident { guilty: deploy, names_deploy: by_deploy, by_deploy, cause_open: false, ..incident.clone() }
}
