//! Episodes: the alarms of one (deploy, service) that follow each other closely (statistics.md §9).

use super::judged::Judged;
use crate::model::{Instant, Span};

/// Alerts further apart than this belong to two episodes.
pub const EPISODE_GAP: Span = Span::minutes(30);

/// Alerts of one window whose first records lie at most [`EPISODE_GAP`] apart, one to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Episode {
    /// Index of the window among the judged.
    pub judged: usize,
    /// Event time of its first record.
    pub first_seen: Instant,
    /// When its alerts were known.
    pub decided_at: Instant,
    /// One of its alerts hits an incident.
    pub hits: bool,
}

/// All episodes, by window, then time.
#[must_use]
pub fn episodes(judged: &[Judged]) -> Vec<Episode> {
    judged.iter().enumerate().flat_map(|(index, window)| of_window(index, window)).collect()
}

fn of_window(index: usize, window: &Judged) -> Vec<Episode> {
    let passed = window.outcome.alerts.iter().zip(&window.hits).filter(|(alert, _)| !alert.gated);
    let mut alerts: Vec<(Instant, bool)> =
        passed.map(|(alert, hits)| (alert.detection.first_seen, !hits.is_empty())).collect();
    alerts.sort_unstable();
    let close = |a: &(Instant, bool), b: &(Instant, bool)| b.0 - a.0 <= EPISODE_GAP;
    let episodes = alerts.chunk_by(close).map(|alerts| Episode {
        judged: index,
        first_seen: alerts[0].0,
        decided_at: window.outcome.window.decided_at,
        hits: alerts.iter().any(|(_, hit)| *hit),
    });
    episodes.collect()
}
