//! The correction for multiplicity over a deploy's signatures, or over those of the day's deploys decided so far.

use super::{DetectSpec, Family, Measured};
use crate::model::Instant;
use crate::stats::{Correction, simes};

/// Fills in the corrected p-values and the number of tests each window was corrected for. A decision uses nothing of windows that
/// are decided later, be they of the same deploy.
pub fn correct(spec: &DetectSpec, measured: &mut [Measured]) {
    for deploy in 0..measured.len() {
        for look in 0..measured[deploy].tests.len() {
            let decided_at = measured[deploy].tests[look].decided_at;
            let own = Known::of(&measured[deploy], decided_at);
            let (corrected, family) = match spec.family {
                Family::Deploy => (spec.correction.adjust(&own.p, own.tests), own.tests),
                Family::Day => over_day(spec.correction, measured, deploy, &own, decided_at),
                Family::TwoLevel => two_level(spec.alpha, measured, deploy, &own, decided_at),
            };
            let of_deploy = &mut measured[deploy];
            of_deploy.tests[look].family = family;
            for (&seen, p) in own.seen.iter().zip(corrected) {
                if of_deploy.seen[seen].look == look {
                    of_deploy.seen[seen].corrected_p = Some(p);
                }
            }
        }
    }
}

/// What is known of a deploy's tests at an instant.
struct Known {
    /// Indices in `seen` of those with a p-value.
    seen: Vec<usize>,
    p: Vec<f64>,
    /// Silent ones included.
    tests: usize,
}

impl Known {
    fn of(measured: &Measured, at: Instant) -> Self {
        let known = |look: usize| measured.tests[look].decided_at <= at;
        let tested = measured.seen.iter().enumerate().filter(|(_, seen)| known(seen.look));
        let (seen, p) = tested.filter_map(|(index, seen)| Some((index, seen.p_value()?))).unzip();
        let tests = measured.tests.iter().filter(|tests| tests.decided_at <= at).map(|tests| tests.hypotheses).sum();
        Self { seen, p, tests }
    }
}

/// What is known of the other deploys of the same day.
fn others(measured: &[Measured], deploy: usize, at: Instant) -> Vec<Known> {
    let day = measured[deploy].day;
    let others = measured.iter().enumerate().filter(|(other, m)| *other != deploy && m.day == day);
    let begun = others.filter(|(_, m)| m.tests.iter().any(|tests| tests.decided_at <= at));
    begun.map(|(_, m)| Known::of(m, at)).collect()
}

fn over_day(
    correction: Correction,
    measured: &[Measured],
    deploy: usize,
    own: &Known,
    at: Instant,
) -> (Vec<f64>, usize) {
    let others = others(measured, deploy, at);
    let all: Vec<f64> = own.p.iter().chain(others.iter().flat_map(|other| &other.p)).copied().collect();
    let family = own.tests + others.iter().map(|other| other.tests).sum::<usize>();
    let mut corrected = correction.adjust(&all, family);
    corrected.truncate(own.p.len());
    (corrected, family)
}

/// The corrected p-values are 1 where the deploy is not selected, else Benjamini–Hochberg's × deploys ÷ selected deploys.
fn two_level(alpha: f64, measured: &[Measured], deploy: usize, own: &Known, at: Instant) -> (Vec<f64>, usize) {
    let of_deploy = |known: &Known| {
        let mut family = known.p.clone();
        family.resize(known.tests.max(family.len()), 1.0);
        if family.is_empty() { 1.0 } else { simes(&family) }
    };
    let day: Vec<f64> =
        std::iter::once(of_deploy(own)).chain(others(measured, deploy, at).iter().map(of_deploy)).collect();
    let deploys = Correction::BenjaminiHochberg.adjust(&day, day.len());
    let selected = deploys.iter().filter(|&&p| p < alpha).count();
    if deploys[0] >= alpha {
        return (vec![1.0; own.p.len()], own.tests);
    }
    let within = Correction::BenjaminiHochberg.adjust(&own.p, own.tests);
    (within.into_iter().map(|p| (p * day.len() as f64 / selected as f64).min(1.0)).collect(), own.tests)
}
