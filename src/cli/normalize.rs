//! `shakedown normalize`: how errors are grouped, judged by labels.

mod args;
mod diff;
mod named;
mod score;

pub use args::NormalizeArgs;

use super::failure::Failure;
use super::progress::Terminal;
use args::NormalizeCommand;

pub fn run(args: &NormalizeArgs, terminal: &Terminal) -> Result<(), Failure> {
    match &args.command {
        NormalizeCommand::Score(args) => score::run(args, terminal),
        NormalizeCommand::Diff(args) => diff::run(args, terminal),
    }
}
