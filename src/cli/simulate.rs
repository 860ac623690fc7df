use super::args::SimulateArgs;
use super::failure::Failure;
use super::input::out_of_range;
use super::output::print;
use super::progress::Terminal;
use crate::dataset::{SetFiles, read_toml, store};
use crate::model::{Progress, UserError};
use crate::report;
use crate::simulate::{Options, Scenario, Simulation, simulate};
use std::fs;

/// Makes a data set from a scenario and writes it, with its exact truth beside it.
pub fn run(args: &SimulateArgs, terminal: &Terminal) -> Result<(), Failure> {
    if args.out.exists() && !args.out.is_dir() {
        return Err(Failure::usage(args.out.display().to_string(), "is a file", "--out names a folder"));
    }
    if args.out.join("dataset.toml").exists() && !args.force {
        let help = "choose another folder, or pass --force to replace it";
        return Err(Failure::usage(args.out.display().to_string(), "holds a data set already", help));
    }
    let scenario: Scenario = read_toml(&args.scenario)?;
    let options = Options { seed: args.seed, days: args.days, scale: args.scale };
    terminal.start("simulating", 0);
    let place = args.scenario.display().to_string();
    let simulation = simulate(&scenario, &options)
        .map_err(|reason| out_of_range(&place, &fs::read_to_string(&args.scenario).unwrap_or_default(), reason))?;
    write(args, &simulation)?;
    terminal.clear();
    print(&format!(
        "{}: {} records, {} deploys, {} incidents in {}\n",
        simulation.manifest.name,
        simulation.records.len(),
        simulation.deploys.len(),
        simulation.incidents.len(),
        args.out.display()
    ))
}

fn write(args: &SimulateArgs, simulation: &Simulation) -> Result<(), UserError> {
    let diffs = args.out.join("diffs");
    if args.force && diffs.exists() {
        fs::remove_dir_all(&diffs).map_err(|e| UserError::new("diffs", e.to_string(), ""))?;
    }
    let files = SetFiles {
        manifest: &simulation.manifest,
        records: &simulation.records,
        deploys: &simulation.deploys,
        incidents: &simulation.incidents,
        traffic: &simulation.traffic,
        diffs: &simulation.diffs,
    };
    store(&args.out, &files)?;
    let truth = report::json_lines(&simulation.truth)?;
    fs::write(args.out.join("truth.jsonl"), truth).map_err(|e| UserError::new("truth.jsonl", e.to_string(), ""))
}
