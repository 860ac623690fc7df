//! Missed regressions, one by one.

use super::super::charts::Plan;
use super::super::why::{self, View};
use super::super::words;
use super::escape::{code, md, md_excerpt};
use super::{TOLD, bullets};
use crate::evaluate::Loss;
use std::fmt::Write;

#[must_use]
pub fn section(view: View, plan: &Plan) -> String {
    let losses = &view.assessment.losses;
    let mut out = "## Missed regressions\n\n".to_owned();
    if losses.is_empty() {
        return out + "None: every deploy-caused incident worth acting on was acted on.\n";
    }
    for (&incident, &loss) in losses.iter().take(TOLD) {
        out += &one(view, plan, incident, loss);
    }
    if losses.len() > TOLD {
        _ = writeln!(out, "{} more are not told here.", losses.len() - TOLD);
    }
    out
}

fn one(view: View, plan: &Plan, index: usize, loss: Loss) -> String {
    let known = &view.assessment.truth.incidents[index];
    let incident = known.incident;
    let mut out = format!(
        "### {} {}\n\nLost at **{}**: {}. Severity {}, {} to {}, services {}, caused by deploy {}.\n\n",
        md_excerpt(&incident.id, 40),
        md_excerpt(&incident.title, 100),
        words::loss_short(loss),
        words::loss_meaning(loss),
        incident.severity.name(),
        incident.started_at.minute(),
        incident.resolved_at.map_or_else(|| "still open".to_owned(), why::moment),
        services(&incident.services),
        incident.deploy_id.as_deref().map_or_else(|| "–".to_owned(), code)
    );
    out += &bullets(why::missed(view, index, loss).iter().map(|sentence| md(sentence)));
    let charts = plan.charts.iter().filter(|chart| {
        let window = &view.assessment.judged[chart.judged].outcome.window;
        Some(window.deploy) == known.guilty && known.touches(&window.service)
    });
    for chart in charts {
        _ = writeln!(out, "\n![{}]({})", md(&chart.title), chart.link());
    }
    out.push('\n');
    out
}

fn services(services: &[String]) -> String {
    if services.is_empty() {
        return "all".to_owned();
    }
    services.iter().map(|s| code(s)).collect::<Vec<_>>().join(", ")
}
