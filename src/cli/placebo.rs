//! `shakedown placebo`: the attained false-alarm rate of each pipeline's detection stage.

use super::args::{Format, PlaceboArgs};
use super::failure::Failure;
use super::input::{FitsPool, data_set, pipelines, require_records};
use super::output::{colour, print};
use super::progress::Terminal;
use crate::evaluate::{PlaceboScores, PlaceboVerdict};
use crate::model::UserError;
use crate::pipeline::placebos;
use crate::report::{self, Style};
use serde::Serialize;

#[derive(Serialize)]
struct Scored<'a> {
    pipeline: &'a str,
    verdict: PlaceboVerdict,
    #[serde(flatten)]
    scores: PlaceboScores,
}

pub fn run(args: &PlaceboArgs, terminal: &Terminal) -> Result<(), Failure> {
    let pipelines = pipelines(&args.pipeline)?;
    let (data, intake) = data_set(&args.data, terminal);
    let data = data?;
    require_records(&data, &intake)?;
    let pool = FitsPool::of(&data, &pipelines)?;
    let mut all = Vec::new();
    for named in &pipelines {
        let Some(fits) = pool.find(&named.spec) else { continue };
        let placebos = placebos(&data, fits, &named.spec, terminal);
        let scores = PlaceboScores::of(&placebos, named.spec.detect.alpha);
        all.push(Scored { pipeline: &named.spec.name, verdict: scores.verdict(), scores });
    }
    terminal.clear();
    if all.iter().all(|one| one.scores.windows == 0) {
        let help = "bring more days: a placebo needs min_baseline of history and an hour in which no window is open";
        return Err(Failure::Nothing(UserError::new(&data.manifest.name, "no pseudo-deploy fits", help)));
    }
    match args.format {
        Format::Json => print(&report::json(&all)?)?,
        Format::Md => {
            let sections =
                all.iter().map(|one| format!("# {}\n\n{}", one.pipeline, report::placebo_section(&one.scores)));
            print(&sections.collect::<Vec<_>>().join("\n"))?;
        }
        Format::Terminal => {
            let style = Style { color: colour() };
            let set = &data.manifest.name;
            let texts = all.iter().map(|one| report::placebo_summary(one.pipeline, set, &one.scores, style));
            print(&texts.collect::<Vec<_>>().join("\n"))?;
        }
    }
    let above: Vec<&str> =
        all.iter().filter(|one| one.verdict != PlaceboVerdict::Holds).map(|one| one.pipeline).collect();
    if args.gate && !above.is_empty() {
        return Err(Failure::Gate(UserError::new(
            "--gate",
            format!("the level is not shown to hold for {}", above.join(", ")),
            "lower alpha, choose a detector that knows the rhythm, or bring a longer history",
        )));
    }
    Ok(())
}
