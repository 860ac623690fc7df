//! `alerts.jsonl` and `cases.jsonl`: one row an alert, one row a case, with what happened to it and what was true.

use super::judged::{Judged, Label};
use super::truth::Truth;
use crate::dataset::DataSet;
use crate::detect::Shock;
use crate::model::{Action, Disposition, Evidence, Floor, Instant, Posterior, Tokens, VerdictKind};
use serde::Serialize;

/// A detection with its gate and what it hits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlertRow {
    pub deploy_id: String,
    pub service: String,
    pub signature: String,
    pub k: u64,
    pub baseline_count: u64,
    pub expected: f64,
    pub p_value: Option<f64>,
    pub is_new: bool,
    pub first_seen: Instant,
    /// `weight × max(shares)`.
    pub impact: Option<f64>,
    pub request_share: Option<f64>,
    pub user_share: Option<f64>,
    /// Expected harm of W in US dollars, where the gate reckons it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub harm_usd: Option<f64>,
    pub gated: bool,
    pub gate_reason: String,
    /// Ids of the incidents it hits.
    pub hits: Vec<String>,
}

/// A case with its verdict, its end, and the truth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseRow {
    pub deploy_id: String,
    pub service: String,
    pub decided_at: Instant,
    /// Of the alerts that passed the gate.
    pub signatures: Vec<String>,
    pub verdict: VerdictKind,
    pub confidence: f64,
    pub attributed: Vec<String>,
    pub evidence: Vec<Evidence>,
    pub action: Action,
    pub disposition: Disposition,
    /// Whether services that were not deployed rose too, where asked.
    pub shock: Option<Shock>,
    /// How probable the p-values leave it at most that the deploy is bad; `None`: no alert of it has one.
    pub posterior: Option<Posterior>,
    /// The floors for automatic action, where the policy wanted one; empty otherwise.
    pub floors: Vec<Floor>,
    pub truth: Label,
    /// Ids of the incidents that its alerts hit.
    pub hits: Vec<String>,
    pub tokens: Tokens,
    pub review_minutes: f64,
}

#[must_use]
pub fn alert_rows(data: &DataSet, truth: &Truth, judged: &[Judged]) -> Vec<AlertRow> {
    let rows =
        judged.iter().flat_map(|j| j.outcome.alerts.iter().zip(&j.hits).map(move |(alert, hits)| (j, alert, hits)));
    rows.map(|(judged, alert, hits)| AlertRow {
        deploy_id: data.deploys[judged.outcome.window.deploy].id.clone(),
        service: judged.outcome.window.service.clone(),
        signature: alert.detection.signature.clone(),
        k: alert.detection.k,
        baseline_count: alert.detection.baseline_count,
        expected: alert.detection.expected,
        p_value: alert.detection.p_value,
        is_new: alert.detection.is_new,
        first_seen: alert.detection.first_seen,
        impact: alert.impact.score(),
        request_share: alert.impact.request_share,
        user_share: alert.impact.user_share,
        harm_usd: alert.impact.harm_usd,
        gated: alert.gated,
        gate_reason: alert.gate_reason.clone(),
        hits: ids(truth, hits),
    })
    .collect()
}

#[must_use]
pub fn case_rows(data: &DataSet, truth: &Truth, judged: &[Judged]) -> Vec<CaseRow> {
    let cases = judged.iter().filter_map(|j| Some((j, j.case()?)));
    cases
        .map(|(judged, case)| CaseRow {
            deploy_id: data.deploys[judged.outcome.window.deploy].id.clone(),
            service: judged.outcome.window.service.clone(),
            decided_at: judged.outcome.window.decided_at,
            signatures: judged.outcome.passed().map(|alert| alert.detection.signature.clone()).collect(),
            verdict: case.verdict.kind,
            confidence: case.verdict.confidence,
            attributed: case.verdict.attributed.clone(),
            evidence: case.verdict.evidence.clone(),
            action: case.action,
            disposition: case.disposition,
            shock: judged.outcome.shock,
            posterior: case.posterior,
            floors: case.floors.clone(),
            truth: judged.label,
            hits: ids(truth, &judged.all),
            tokens: case.tokens,
            review_minutes: case.review_minutes,
        })
        .collect()
}

fn ids<'i>(truth: &Truth, incidents: impl IntoIterator<Item = &'i usize>) -> Vec<String> {
    incidents.into_iter().map(|&i| truth.incidents[i].incident.id.clone()).collect()
}
