//! The command line: arguments, one file per command, and the exit code.

mod args;
mod check;
mod compare;
mod completions;
mod detect;
mod explain;
mod failure;
mod foreseen;
mod input;
mod normalize;
mod output;
mod placebo;
mod preset;
mod progress;
mod replay;
mod simulate;
mod sweep;
mod triage;

use args::{Cli, Command};
use clap::Parser;
use failure::Failure;
use std::process::ExitCode;

/// Parses the arguments, runs the command, prints what went wrong, and picks the exit code.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            // Nothing is left to do when the terminal is gone.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    std::panic::set_hook(Box::new(failure::report_defect));
    match std::panic::catch_unwind(|| dispatch(cli)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => failure.report(),
        Err(_) => ExitCode::from(70),
    }
}

fn dispatch(cli: Cli) -> Result<(), Failure> {
    if let Some(threads) = cli.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(usize::from(threads))
            .build_global()
            .map_err(|e| Failure::usage("--threads", e.to_string(), ""))?;
    }
    let terminal = progress::Terminal::new(cli.no_progress);
    match cli.command {
        Command::Replay(args) => replay::run(&args, &terminal),
        Command::Compare(args) => compare::run(&args),
        Command::Check(args) => check::run(&args, &terminal),
        Command::Simulate(args) => simulate::run(&args, &terminal),
        Command::Detect(args) => detect::run(&args, &terminal),
        Command::Explain(args) => explain::run(&args, &terminal),
        Command::Placebo(args) => placebo::run(&args, &terminal),
        Command::Normalize(args) => normalize::run(&args, &terminal),
        Command::Triage(args) => triage::run(&args, &terminal),
        Command::Sweep(args) => sweep::run(&args, &terminal),
        Command::Preset(args) => preset::run(&args),
        Command::Completions { shell } => completions::run(shell),
    }
}
