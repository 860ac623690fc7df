//! What each stage is worth, in the money of the price list.

use super::super::number::{Unit, count, difference, excludes_zero, money};
use super::super::words;
use super::escape::table;
use crate::evaluate::{PartOfPipeline, StageValues};

#[must_use]
pub fn section(values: &StageValues) -> String {
    let built_up = values.built_up.iter().map(|part| row(built_up_name(part), part)).collect::<Vec<_>>();
    let taken_out = values.taken_out.iter().map(|part| row(taken_out_name(part), part)).collect::<Vec<_>>();
    format!(
        "## What each stage is worth\n\nKeep a stage whose worth lies above 0 with its whole interval, and ask what a stage is for whose worth lies below. What the same days would have cost with one stage more in each row:\n\n{}\nAnd the whole pipeline with one stage taken out; without triage every case is believed with certainty. A triage of negative worth here means that under this price list a wrong action costs less than a missed regression: check both prices before you believe it.\n\n{}\n{}",
        table(
            &["pipeline", "cases", "actions", "running", "harm", "total", "worth of that stage [95 %]"],
            true,
            &built_up
        ),
        table(
            &["pipeline", "cases", "actions", "running", "harm", "total", "worth of that stage [95 %]"],
            true,
            &taken_out
        ),
        NOTES
    )
}

const NOTES: &str = "Harm is that of actionable incidents that a deploy caused: all of it where nobody but people acted, because asking a person changes nothing about when an incident ended; up to the decision where the pipeline acted on it, as if an action ended it at once. So the worth of acting is what it could save at best, detection alone earns nothing, and gate and triage earn review time only until something acts on them. Worth is cost without the stage − cost with it; days are resampled, 2,000 draws.\n";

fn row(name: String, part: &PartOfPipeline) -> Vec<String> {
    let worth = difference(part.worth.as_ref(), Unit::Money);
    let worth = if excludes_zero(part.worth.as_ref()) == Some(true) { format!("**{worth}**") } else { worth };
    vec![
        name,
        count(part.cases),
        count(part.actions),
        money(part.running_usd),
        money(part.harm_usd),
        money(part.total_usd),
        worth,
    ]
}

fn built_up_name(part: &PartOfPipeline) -> String {
    use crate::evaluate::PipelineStage::Detect;
    match part.stage {
        None => "none: people alone".to_owned(),
        Some(Detect) => "detection, people asked".to_owned(),
        Some(stage) => format!("+ {}", words::pipeline_stage(stage)),
    }
}

fn taken_out_name(part: &PartOfPipeline) -> String {
    part.stage.map_or_else(String::new, |stage| format!("without {}", words::pipeline_stage(stage)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn only_stages_that_the_pipeline_has_are_told() {
        // The fixture has neither a gate nor a triage that tells cases apart.
        fixture::with(|w| {
            let text = section(w.assessment.evaluation.stage_values.as_ref().unwrap());
            let names: Vec<&str> =
                text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next()).collect();
            let expected = ["pipeline", "---", "none: people alone", "detection, people asked", "+ action"];
            assert_eq!(names[..5], expected);
            assert_eq!(names[5..], ["pipeline", "---", "without action"]);
        });
    }
}
