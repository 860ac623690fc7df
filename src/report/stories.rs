//! Where two pipelines part ways: one telling case of each kind, picked by rule, not by hand.

use super::facts;
use super::why::View;
use crate::detect::ShockKind;
use crate::evaluate::{Judged, Label};
use crate::model::{Alert, Span};
use std::collections::BTreeSet;

/// A regression that shows at least so long after its deploy is slow: the published window has closed by then.
const SLOW: Span = Span::minutes(60);

/// What a story shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regression that shows long after its deploy: missed by the first, detected by the second.
    Slow,
    /// Trouble that hit services without a deploy too: a suspect to the first, a shared cause to the second.
    SharedCause,
    /// A real regression too small to matter: a case to the first, suppressed by the second's gate.
    Small,
    /// A rhythm, a rush or a burst taken for a rise: a case to the first that hits nothing, none to the second.
    Artefact,
}

/// One deploy and service under both pipelines.
pub struct Story<'a> {
    pub kind: Kind,
    pub first: Side<'a>,
    pub second: Side<'a>,
    /// The picture is of the second pipeline's view; of the first's otherwise.
    pub pictures_second: bool,
}

/// What one pipeline made of it; `None`: it had no window there.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    pub view: View<'a>,
    /// Index in the assessment's `judged`.
    pub judged: Option<usize>,
}

impl<'a> Side<'a> {
    #[must_use]
    pub fn judged(&self) -> Option<&'a Judged<'a>> {
        self.judged.map(|index| &self.view.assessment.judged[index])
    }
}

/// The telling case of each kind, where there is one; without an incident log none.
#[must_use]
pub fn stories<'a>(first: View<'a>, second: View<'a>) -> Vec<Story<'a>> {
    if !facts::has_labels(first.assessment) {
        return Vec::new();
    }
    let picks: [(Kind, Pick); 4] =
        [(Kind::Slow, slow), (Kind::SharedCause, shared), (Kind::Small, small), (Kind::Artefact, artefact)];
    picks
        .into_iter()
        .filter_map(|(kind, pick)| pick(first, second).map(|place| story(kind, first, second, place)))
        .collect()
}

/// Picks the deploy and service of the most telling case.
type Pick = for<'a> fn(View<'a>, View<'a>) -> Option<(usize, &'a str)>;

fn story<'a>(kind: Kind, first: View<'a>, second: View<'a>, (deploy, service): (usize, &str)) -> Story<'a> {
    let side = |view: View<'a>| Side {
        view,
        judged: view.assessment.judged.iter().position(|j| place(j) == (deploy, service)),
    };
    let pictures_second = matches!(kind, Kind::Slow | Kind::SharedCause);
    Story { kind, first: side(first), second: side(second), pictures_second }
}

/// The slow regression detected by the second that began longest after its deploy.
fn slow<'a>(first: View<'a>, second: View<'a>) -> Option<(usize, &'a str)> {
    let detected: BTreeSet<usize> = first.assessment.judged.iter().flat_map(|j| &j.own).copied().collect();
    let found = second.assessment.judged.iter().flat_map(|j| j.own.iter().map(move |&incident| (j, incident)));
    let late = |j: &Judged, incident: usize| {
        let log = second.assessment.truth.incidents[incident].incident;
        log.started_at - j.outcome.window.baseline.end
    };
    let missed = found.filter(|&(j, incident)| !detected.contains(&incident) && late(j, incident) >= SLOW);
    missed.max_by_key(|&(j, incident)| late(j, incident)).map(|(j, _)| place(j))
}

/// The shared cause that the first pipeline blamed most firmly, or else raised a case about.
fn shared<'a>(first: View<'a>, second: View<'a>) -> Option<(usize, &'a str)> {
    let is_shared = |j: &&Judged| {
        j.outcome.shock.is_some_and(|shock| shock.kind == ShockKind::SharedCause)
            && j.label == Label::NotCaused
            && !j.all.is_empty()
    };
    let rank = |j: &&Judged| {
        let theirs = there(first, j);
        let case = theirs.and_then(Judged::case);
        (case.is_some_and(|case| case.action.changes_production()), case.is_some())
    };
    second.assessment.judged.iter().filter(is_shared).rev().max_by_key(rank).map(place)
}

/// A regression lost at the second's gate, or one that is not worth an action, which the first made a case of: the smallest share.
fn small<'a>(first: View<'a>, second: View<'a>) -> Option<(usize, &'a str)> {
    let gated = second.assessment.judged.iter().filter(|j| j.case().is_none());
    let small = gated.filter_map(|j| {
        let theirs = there(first, j)?;
        let own_incident = |alert: &usize| {
            j.hits[*alert].iter().any(|&i| second.assessment.truth.incidents[i].guilty == Some(j.outcome.window.deploy))
        };
        let alert = (0..j.hits.len()).find(own_incident)?;
        theirs.case()?;
        Some((j.outcome.alerts[alert].impact.score().unwrap_or(0.0), j))
    });
    let smallest = small.min_by(|a, b| a.0.total_cmp(&b.0));
    smallest.map(|(_, j)| place(j))
}

/// The false alarm of the first, one it acted on before others, whose known signature the second expected most of against what the
/// first expected.
fn artefact<'a>(first: View<'a>, second: View<'a>) -> Option<(usize, &'a str)> {
    let null = first.assessment.judged.iter().filter(|j| j.case().is_some() && j.all.is_empty());
    let told = null.filter_map(|j| {
        let theirs = there(second, j)?;
        if theirs.case().is_some() || !theirs.outcome.alerts.is_empty() {
            return None;
        }
        let loudest = loudest(j)?;
        let group = second.fits.of(&j.outcome.window).find(&j.outcome.window.service, &loudest.detection.signature);
        let seen = theirs.outcome.seen.iter().find(|seen| Some(seen.group) == group);
        let expected = seen.and_then(|seen| seen.score).map_or(0.0, |score| score.expected);
        Some((j.action().changes_production(), expected - loudest.detection.expected, j))
    });
    told.max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))).map(|(.., j)| place(j))
}

/// The alert on a known signature with the largest excess.
fn loudest<'a>(judged: &Judged<'a>) -> Option<&'a Alert> {
    let known = judged.outcome.passed().filter(|alert| !alert.detection.is_new);
    known.max_by(|a, b| a.detection.excess().total_cmp(&b.detection.excess()))
}

/// What another pipeline made of the same deploy and service.
fn there<'a>(view: View<'a>, judged: &Judged) -> Option<&'a Judged<'a>> {
    view.assessment.judged.iter().find(|other| place(other) == place(judged))
}

fn place<'a>(judged: &Judged<'a>) -> (usize, &'a str) {
    let window = &judged.outcome.window;
    (window.deploy, &window.service)
}
