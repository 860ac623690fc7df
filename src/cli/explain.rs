use super::args::ExplainArgs;
use super::failure::Failure;
use super::input::{FitsPool, costs, data_set, pipelines, require_records};
use super::output::print;
use super::progress::Terminal;
use crate::evaluate::{GivenPipeline, evaluate};
use crate::pipeline::run as run_pipeline;
use crate::report;

/// Prints one deploy's journey through every stage of each pipeline.
pub fn run(args: &ExplainArgs, terminal: &Terminal) -> Result<(), Failure> {
    let pipelines = pipelines(&args.pipeline)?;
    let costs = costs(args.costs.as_ref())?;
    let (data, intake) = data_set(&args.data, terminal);
    let data = data?;
    require_records(&data, &intake)?;
    let pool = FitsPool::of(&data, &pipelines)?;
    for named in &pipelines {
        let Some(fits) = pool.find(&named.spec) else { continue };
        let fail = |reason| Failure::usage(&named.spec.name, reason, "");
        let replay = run_pipeline(&data, fits, &named.spec, &costs.charges, terminal).map_err(fail)?;
        terminal.clear();
        let given = GivenPipeline { given: &named.given, spec: &named.spec };
        let assessment = evaluate(&data, fits, &given, &replay, &costs);
        print(&report::explain(&data, fits, &assessment, &named.spec, &args.deploy)?)?;
    }
    Ok(())
}
