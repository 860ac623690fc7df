//! How much longer one would have to look to tell two trials apart.

use super::drawn::Drawn;
use super::draws::spread_of_difference;
use super::pool::{Pool, Scores};
use super::selection::Needed;
use crate::stats::normal_quantile;

const WEEK_DAYS: f64 = 7.0;
/// Beyond this nobody waits.
const LONGEST_WEEKS: f64 = 520.0;
const ALPHA: f64 = 0.05;
const POWER: f64 = 0.8;

/// Weeks until a difference as large as that of classes `a` and `b` would show: `n = weeks · ((z₀.₉₇₅ + z₀.₈) · SE ÷ |difference|)²`, since
/// the standard error of a monthly mean falls with the root of the time (two-sided 5 %, power 80 %; Cohen 1988, §2). `None`: one of the
/// two has no value.
#[must_use]
pub fn needed(pool: &Pool, scores: &Scores, drawn: &Drawn, (a, b): (usize, usize)) -> Option<Needed> {
    let weeks = pool.sweep.ground.days / WEEK_DAYS;
    let difference = (scores.losses[a] - scores.losses[b]).abs();
    let error = spread_of_difference(&drawn.losses[a], &drawn.losses[b])?;
    let ratio = (normal_quantile(1.0 - ALPHA / 2.0) + normal_quantile(POWER)) * error / difference;
    let in_all = weeks * ratio * ratio;
    let more = Some((in_all - weeks).max(0.0)).filter(|_| difference > 0.0 && in_all <= LONGEST_WEEKS);
    let rate = pool.incidents(&pool.all_units()) as f64 / weeks;
    Some(Needed {
        a: pool.id_of(a)?,
        b: pool.id_of(b)?,
        weeks,
        more_weeks: more,
        incidents: more.map(|more| rate * (weeks + more)),
    })
}

/// The class of the lowest loss that can be chosen and does not do what `class` does.
#[must_use]
pub fn competitor(scores: &Scores, class: usize) -> Option<usize> {
    let others = scores.contestants().filter(|&other| other != class);
    others.min_by(|&a, &b| scores.losses[a].total_cmp(&scores.losses[b]).then(a.cmp(&b)))
}
