//! `shakedown normalize diff`: what another normalizer does to the same records, and what follows from it.

use super::args::DiffArgs;
use super::named::{NamedNormalizer, normalizer};
use crate::cli::args::Format;
use crate::cli::failure::Failure;
use crate::cli::input::{FitsPool, NamedPipeline, costs, data_set, pipelines, require_records};
use crate::cli::output::{colour, print};
use crate::cli::progress::Terminal;
use crate::dataset::DataSet;
use crate::evaluate::{
    Assessment, Comparison, Costs, GivenPipeline, Grouped, Regrouping, compare, evaluate, regrouping,
};
use crate::pipeline::{Replay, run as run_pipeline};
use crate::report::{self, Style};
use crate::series::Fits;
use serde::Serialize;

/// Whose stages follow, where a is a normalizer alone.
const DEFAULT_STAGES: &str = "recommended-2026";

/// Replays one pipeline under two normalizers and tells the difference.
pub fn run(args: &DiffArgs, terminal: &Terminal) -> Result<(), Failure> {
    let pair = named(args)?;
    let costs = costs(args.costs.as_ref())?;
    let (data, intake) = data_set(&args.data, terminal);
    let data = data?;
    require_records(&data, &intake)?;
    let (a, b) = (&pair[0], &pair[1]);
    let pool = FitsPool::of(&data, &pair)?;
    let (fits_a, fits_b) = (fits(&pool, a)?, fits(&pool, b)?);
    let (replay_a, replay_b) =
        (replay(&data, fits_a, a, &costs, terminal)?, replay(&data, fits_b, b, &costs, terminal)?);
    terminal.clear();
    let assess = |named: &NamedPipeline, fits: &Fits, replay| -> Assessment {
        evaluate(&data, fits, &GivenPipeline { given: &named.given, spec: &named.spec }, replay, &costs)
    };
    let (of_a, of_b) = (assess(a, fits_a, &replay_a), assess(b, fits_b, &replay_b));
    let told = regrouping(
        &data,
        Grouped { name: &args.a, fits: fits_a, assessment: &of_a },
        Grouped { name: &args.b, fits: fits_b, assessment: &of_b },
    );
    let comparison = compare(&data, &costs, &of_a, &of_b);
    let set = &data.manifest.name;
    match args.format {
        Format::Terminal => print(&report::regrouping(&told, &comparison, set, Style { color: colour() })),
        Format::Md => print(&report::markdown_regrouping(&told, &comparison, set)),
        Format::Json => print(&report::json(&Document { regrouping: &told, comparison: &comparison })?),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    regrouping: &'a Regrouping,
    comparison: &'a Comparison,
}

/// The pipeline under both normalizers.
fn named(args: &DiffArgs) -> Result<[NamedPipeline; 2], Failure> {
    let (a, b) = (normalizer(&args.a, "--a")?, normalizer(&args.b, "--b")?);
    let is_pipeline = |name: &str| pipelines(&[name.to_owned()]).is_ok();
    let stages = args.pipeline.as_deref().or_else(|| Some(args.a.as_str()).filter(|a| is_pipeline(a)));
    let stages = pipelines(&[stages.unwrap_or(DEFAULT_STAGES).to_owned()])?.remove(0);
    let under = |normalizer: NamedNormalizer, letter: &str| {
        let mut spec = stages.spec.clone();
        spec.name = format!("{}-{letter}", normalizer.name);
        spec.normalize = normalizer.spec;
        NamedPipeline { given: stages.given.clone(), spec }
    };
    Ok([under(a, "a"), under(b, "b")])
}

fn fits<'p, 'a>(pool: &'p FitsPool<'a>, named: &NamedPipeline) -> Result<&'p Fits<'a>, Failure> {
    pool.find(&named.spec).ok_or_else(|| Failure::usage(&named.spec.name, "has no series", ""))
}

fn replay(
    data: &DataSet,
    fits: &Fits,
    named: &NamedPipeline,
    costs: &Costs,
    terminal: &Terminal,
) -> Result<Replay, Failure> {
    run_pipeline(data, fits, &named.spec, &costs.charges, terminal)
        .map_err(|reason| Failure::usage(&named.spec.name, reason, ""))
}
