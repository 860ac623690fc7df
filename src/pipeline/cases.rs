//! Cases as triage sees them, made of what had been observed at each decision.

use super::context::{AlertFacts, last_deploy_before, traffic_change};
use super::replay::{Outcome, shared_cause};
use super::surroundings::Surroundings;
use crate::dataset::DataSet;
use crate::model::Alert;
use crate::series::Fits;
use crate::triage::evidence::measured::Measured;
use crate::triage::{AlertContext, CaseContext, Diff};
use rayon::prelude::*;
use std::sync::OnceLock;

/// The diffs of a data set's deploys, each parsed when it is first asked for.
pub struct Diffs<'a> {
    data: &'a DataSet,
    /// By deploy; `None` within: there is none, or it is no diff.
    parsed: Vec<OnceLock<Option<Diff>>>,
}

impl<'a> Diffs<'a> {
    #[must_use]
    pub fn new(data: &'a DataSet) -> Self {
        Self { data, parsed: data.deploys.iter().map(|_| OnceLock::new()).collect() }
    }

    /// The diff of a deploy, by index.
    #[must_use]
    pub fn of(&self, deploy: usize) -> Option<&Diff> {
        let parse = || self.data.diffs.get(&self.data.deploys[deploy].id).and_then(|text| Diff::parse(text).ok());
        self.parsed[deploy].get_or_init(parse).as_ref()
    }
}

/// What all cases of a replay are made of.
pub struct Cases<'a> {
    data: &'a DataSet,
    fits: &'a Fits<'a>,
    diffs: &'a Diffs<'a>,
}

impl<'a> Cases<'a> {
    #[must_use]
    pub const fn of(data: &'a DataSet, fits: &'a Fits<'a>, diffs: &'a Diffs<'a>) -> Self {
        Self { data, fits, diffs }
    }

    /// Lends one case.
    pub fn look<T>(&self, outcome: &Outcome, look: impl FnOnce(&CaseContext<'_>) -> T) -> T {
        let Self { data, fits, diffs } = self;
        let window = &outcome.window;
        let deploy = &data.deploys[window.deploy];
        let diff = diffs.of(window.deploy);
        let changed_files = deploy.changed_files.clone().unwrap_or_else(|| diff.map(Diff::paths).unwrap_or_default());
        let series = fits.of(window);
        let facts: Vec<AlertFacts> =
            outcome.alerts.iter().map(|alert| AlertFacts::gather(data, series, window, alert)).collect();
        let around = Surroundings::of(data, series, window);
        let measure = |alert: &Alert| if alert.gated { Measured::default() } else { around.measure(alert) };
        let measured: Vec<Measured> = outcome.alerts.iter().map(measure).collect();
        let open: Vec<_> = outcome.alerts.iter().zip(&measured).filter(|(alert, _)| !alert.gated).collect();
        let contexts = outcome.alerts.iter().zip(&facts).zip(&measured).map(|((alert, facts), measured)| {
            AlertContext { alert, samples: &facts.samples, before: facts.before, elsewhere: &facts.elsewhere, measured }
        });
        let first_seen = outcome.passed().map(|alert| alert.detection.first_seen).min();
        look(&CaseContext {
            deploy,
            diff,
            changed_files: &changed_files,
            window,
            alerts: &contexts.collect::<Vec<_>>(),
            traffic: traffic_change(data, window),
            last_deploy_before_first_record: first_seen
                .and_then(|first| last_deploy_before(data, first, window.deploy)),
            concurrent: &around.concurrent(&open),
        })
    }

    /// Whether triage is asked about it: it is a case, and shares its cause with nothing that was not deployed.
    #[must_use]
    pub fn is_asked(outcome: &Outcome) -> bool {
        outcome.passed().next().is_some() && shared_cause(outcome).is_none()
    }

    /// What `look` makes of every case that triage is asked about, in the order of `outcomes`, several at a time.
    pub fn each<T: Send>(&self, outcomes: &[Outcome], look: impl Fn(&CaseContext<'_>) -> T + Sync) -> Vec<T> {
        let asked = outcomes.par_iter().filter(|outcome| Self::is_asked(outcome));
        asked.map(|outcome| self.look(outcome, &look)).collect()
    }
}
