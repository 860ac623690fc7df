//! `shakedown triage`: was it the deploy? Triagers judged by labels.

mod args;
mod named;
mod rank;
mod score;

pub use args::TriageArgs;

use super::failure::Failure;
use super::progress::Terminal;
use args::TriageCommand;

pub fn run(args: &TriageArgs, terminal: &Terminal) -> Result<(), Failure> {
    match &args.command {
        TriageCommand::Score(args) => score::run(args, terminal),
        TriageCommand::Rank(args) => rank::run(args, terminal),
    }
}
