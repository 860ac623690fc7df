//! The section on what the detection stage does where nothing was deployed.

use super::super::number::count;
use super::super::placebo::{HEAD, answer, rows};
use super::escape::table;
use crate::evaluate::PlaceboScores;

pub fn section(scores: &PlaceboScores) -> String {
    let [flagged, level] = answer(scores);
    let head = HEAD.map(|name| if name.is_empty() { "verdict" } else { name });
    let rows: Vec<Vec<String>> = rows(scores).into_iter().map(Vec::from).collect();
    format!(
        "## Where nothing was deployed\n\n{flagged} {level}\n\n{}\nPseudo-deploys lie on a grid of W's length, within an hour of the \
         time of day of a real deploy of the service and on a weekday or weekend day like it, and overlap no real window: {} in all, \
         {} of them in incidents and left out. A test is a signature with a record in the baseline, silent ones included; its p-value \
         is taken before correction. Tests of one day go together, so bounds are Clopper–Pearson on tests ÷ {:.1}. **What to do:** \
         where a row is above, the detector takes a rhythm or a burst for a rise; choose one that knows them, or a lower α.\n",
        table(&head, true, &rows),
        count(scores.windows),
        count(scores.in_incidents),
        scores.rate.design_effect
    )
}
