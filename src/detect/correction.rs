//! The correction for multiplicity over a deploy's signatures, or over those of the day's deploys decided so far.

use super::{DetectSpec, Family, Measured, stage::Seen};
use crate::stats::{Correction, simes};

/// Fills in the corrected p-values. A decision uses nothing of deploys that were decided later.
pub fn correct(spec: &DetectSpec, measured: &mut [Measured]) {
    let families: Vec<Vec<f64>> = measured.iter().map(p_values).collect();
    for index in 0..measured.len() {
        let corrected = match spec.family {
            Family::Deploy => spec.correction.adjust(&families[index], measured[index].family),
            Family::Day => over_day(spec.correction, measured, &families, index),
            Family::TwoLevel => two_level(spec.alpha, measured, &families, index),
        };
        let tested = measured[index].seen.iter_mut().filter(|seen| seen.score.is_some());
        for (seen, p) in tested.zip(corrected) {
            seen.corrected_p = Some(p);
        }
    }
}

fn p_values(measured: &Measured) -> Vec<f64> {
    measured.seen.iter().filter_map(Seen::p_value).collect()
}

/// The deploys of the same day decided no later than this one, itself first.
fn of_day(measured: &[Measured], index: usize) -> impl Iterator<Item = usize> {
    let this = (measured[index].day, measured[index].decided_at);
    let others = measured
        .iter()
        .enumerate()
        .filter(move |(other, m)| *other != index && m.day == this.0 && m.decided_at <= this.1);
    std::iter::once(index).chain(others.map(|(other, _)| other))
}

fn over_day(correction: Correction, measured: &[Measured], families: &[Vec<f64>], index: usize) -> Vec<f64> {
    let day: Vec<usize> = of_day(measured, index).collect();
    let all: Vec<f64> = day.iter().flat_map(|&deploy| &families[deploy]).copied().collect();
    let mut corrected = correction.adjust(&all, day.iter().map(|&deploy| measured[deploy].family).sum());
    corrected.truncate(families[index].len());
    corrected
}

/// The smallest corrected p-value is 1 where the deploy is not selected, else Benjamini–Hochberg's × deploys ÷ selected deploys.
fn two_level(alpha: f64, measured: &[Measured], families: &[Vec<f64>], index: usize) -> Vec<f64> {
    let day: Vec<usize> = of_day(measured, index).collect();
    let of_deploy = |&deploy: &usize| {
        let mut family = families[deploy].clone();
        family.resize(measured[deploy].family.max(family.len()), 1.0);
        if family.is_empty() { 1.0 } else { simes(&family) }
    };
    let deploys = Correction::BenjaminiHochberg.adjust(&day.iter().map(of_deploy).collect::<Vec<f64>>(), day.len());
    let selected = deploys.iter().filter(|&&p| p < alpha).count();
    if deploys[0] >= alpha {
        return vec![1.0; families[index].len()];
    }
    let within = Correction::BenjaminiHochberg.adjust(&families[index], measured[index].family);
    within.into_iter().map(|p| (p * day.len() as f64 / selected as f64).min(1.0)).collect()
}
