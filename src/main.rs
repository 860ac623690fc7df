//! `shakedown`: parse, run, exit code.

fn main() -> std::process::ExitCode {
    shakedown::cli::run()
}
