//! Whether an objective asks for something that can be.

use crate::sweep::{Constraint, End, Metric, Objective};

/// # Errors
/// Names the first constraint that bounds nothing, or what cannot be bounded so.
pub(super) fn check(objective: &Objective) -> Result<(), String> {
    objective
        .constraints
        .iter()
        .try_for_each(|constraint| bounds(constraint).map_err(|reason| told(constraint, &reason)))
}

fn told(constraint: &Constraint, reason: &str) -> String {
    let metric = toml::Value::try_from(constraint.metric).map(|name| name.to_string()).unwrap_or_default();
    format!("objective.constraints: the one on {} {reason}", metric.trim_matches('"'))
}

fn bounds(constraint: &Constraint) -> Result<(), String> {
    let bounds = [constraint.at_least, constraint.at_most];
    if bounds == [None, None] {
        return Err("bounds nothing: give at_least or at_most".to_owned());
    }
    if let Some(bound) = bounds.into_iter().flatten().find(|bound| !bound.is_finite()) {
        return Err(format!("has the bound {bound}: it is a finite number"));
    }
    if constraint.at_least.zip(constraint.at_most).is_some_and(|(low, high)| low > high) {
        return Err("has at_least above at_most: nothing meets both".to_owned());
    }
    match is_ratio(constraint.metric) {
        true if bounds.into_iter().flatten().any(|bound| !(0.0..=1.0).contains(&bound)) => {
            Err("is a ratio: its bounds lie in [0, 1]".to_owned())
        }
        false if constraint.end != End::Value => {
            Err("is no ratio and has no interval of its own: leave out end".to_owned())
        }
        _ => Ok(()),
    }
}

const fn is_ratio(metric: Metric) -> bool {
    match metric {
        Metric::EndToEndPrecision
        | Metric::EndToEndRecall
        | Metric::TriagePrecision
        | Metric::CasePrecision
        | Metric::DetectionRecall => true,
        Metric::Cost | Metric::FalseCost | Metric::Tokens | Metric::ActMinutes => false,
    }
}
