//! Triage by a model in a sweep: its answers are read from a recording; what asking would cost is told before.

use super::plan::asking_trials;
use crate::cli::failure::Failure;
use crate::cli::foreseen::Foreseen;
use crate::cli::progress::Terminal;
use crate::dataset::DataSet;
use crate::endpoint::{Access, Budget, Caps, Cost, Mode, Prices};
use crate::model::{UserError, visible};
use crate::sweep::{Planned, Trial, asked_cases};
use crate::triage::{Triager, TriagerSpec};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Looks for the recordings before the work begins that would need them at its end.
pub fn recordings_are_there(planned: &Planned, dry_run: bool) -> Result<(), UserError> {
    let mut known: Vec<&TriagerSpec> = Vec::new();
    for Trial { spec, .. } in &planned.trials {
        if dry_run || !spec.triage.needs_recording() || known.contains(&&spec.triage) {
            continue;
        }
        spec.triage.build().map_err(|reason| {
            let help = "sweep --dry-run shows what asking would cost; sweep --export-trial and triage record make the \
                        recording";
            UserError::new(&spec.name, reason, help)
        })?;
        known.push(&spec.triage);
    }
    Ok(())
}

/// Calls, tokens and the most they could cost, over all distinct cases of the trials that ask a model.
pub fn forecast(data: &DataSet, trials: &[Trial], terminal: &Terminal) -> Result<String, Failure> {
    let asking = asking_trials(trials);
    if asking.is_empty() {
        return Ok("  asks no model\n".to_owned());
    }
    let prices = Prices::load(None).map_err(|e| Failure::usage("prices", e, ""))?;
    let budget = Arc::new(Budget::new(Caps::default(), prices));
    let mut planned: BTreeMap<String, Foreseen> = BTreeMap::new();
    let build = |spec: &TriagerSpec| -> Result<Box<dyn Triager>, String> {
        let there = spec.endpoint().and_then(|e| e.cassette.as_ref()).is_some_and(|path| path.exists());
        let mode = if there { Mode::RecordMissing } else { Mode::Live };
        spec.build_with(&Access { mode: Some(mode), budget: Some(budget.clone()) })
    };
    let found = asked_cases(data, trials, &asking, &build, terminal)?;
    terminal.clear();
    for (model, case) in found {
        planned.entry(model).or_default().add(Some(&case));
    }
    let mut text = String::new();
    for (model, foreseen) in &planned {
        _ = writeln!(text, "  asks {:<17}{}", visible(model), told(foreseen, &budget));
    }
    Ok(text)
}

/// What asking one model takes.
fn told(foreseen: &Foreseen, budget: &Budget) -> String {
    let most = foreseen.most.unwrap_or(Cost::NOTHING);
    let money = match most.usd {
        Some(usd) => format!("at most ${usd} by the list prices of {}", budget.prices().as_of),
        None => "cost not known: the model has no price".to_owned(),
    };
    format!(
        "{} distinct cases over all trials, {} recorded; {} calls to make, about {} tokens of prompts, at most {} \
         in all, {money}",
        foreseen.cases, foreseen.recorded, foreseen.open, foreseen.prompt_tokens, most.tokens
    )
}
