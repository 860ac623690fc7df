use super::system::SystemScore;
use super::{LEVEL, REPLICATES, SEED};
use crate::stats::{Bounds, ratio_bounds};
use serde::Serialize;

/// Means over systems, each weighing the same however many lines it has. A score that is undefined in a system is left out of that
/// mean; `None` where it is undefined in all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mean {
    pub systems: usize,
    pub ga: Option<f64>,
    pub pga: Option<f64>,
    pub rga: Option<f64>,
    pub fga: Option<f64>,
    pub pairwise_precision: Option<f64>,
    pub pairwise_recall: Option<f64>,
    pub pairwise_f1: Option<f64>,
    pub homogeneity: Option<f64>,
    pub completeness: Option<f64>,
    pub v_measure: Option<f64>,
    pub ari: Option<f64>,
    pub split_rate: Option<f64>,
    pub merge_rate: Option<f64>,
    pub intervals: MeanIntervals,
}

/// What other systems of this kind might have given: systems drawn anew, percentile intervals. `None` with fewer than 10 systems,
/// which say too little about others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MeanIntervals {
    pub over: &'static str,
    pub level: f64,
    pub ga: Option<Bounds>,
    pub fga: Option<Bounds>,
    pub pairwise_f1: Option<Bounds>,
}

impl Mean {
    #[must_use]
    pub fn of(systems: &[SystemScore]) -> Self {
        let values = |of: &dyn Fn(&SystemScore) -> Option<f64>| systems.iter().filter_map(of).collect::<Vec<f64>>();
        let mean = |of: &dyn Fn(&SystemScore) -> Option<f64>| {
            let values = values(of);
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        let bounds = |of: &dyn Fn(&SystemScore) -> Option<f64>| {
            let parts: Vec<(f64, f64)> = values(of).into_iter().map(|value| (value, 1.0)).collect();
            ratio_bounds(&parts, LEVEL, REPLICATES, SEED)
        };
        Self {
            systems: systems.len(),
            ga: mean(&|s| s.ga),
            pga: mean(&|s| s.pga),
            rga: mean(&|s| s.rga),
            fga: mean(&|s| s.fga),
            pairwise_precision: mean(&|s| s.pairwise.precision),
            pairwise_recall: mean(&|s| s.pairwise.recall),
            pairwise_f1: mean(&|s| s.pairwise.f1),
            homogeneity: mean(&|s| s.homogeneity),
            completeness: mean(&|s| s.completeness),
            v_measure: mean(&|s| s.v_measure),
            ari: mean(&|s| s.ari),
            split_rate: mean(&|s| s.split_rate),
            merge_rate: mean(&|s| s.merge_rate),
            intervals: MeanIntervals {
                over: "systems",
                level: LEVEL,
                ga: bounds(&|s| s.ga),
                fga: bounds(&|s| s.fga),
                pairwise_f1: bounds(&|s| s.pairwise.f1),
            },
        }
    }
}
