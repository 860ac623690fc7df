use super::args::Cli;
use super::failure::Failure;
use super::output::print;
use clap::CommandFactory;
use clap_complete::Shell;

/// Prints the completion script of a shell.
pub fn run(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "shakedown", &mut script);
    print(&String::from_utf8_lossy(&script))
}
