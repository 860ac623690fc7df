use super::args::{PresetArgs, PresetCommand};
use super::failure::Failure;
use super::output::print;
use crate::dataset::nearest;
use crate::pipeline::{PRESETS, Preset};
use std::fmt::Write;

/// Lists or shows the shipped pipelines.
pub fn run(args: &PresetArgs) -> Result<(), Failure> {
    match &args.command {
        PresetCommand::List => list(),
        PresetCommand::Show { name } => show(name),
    }
}

fn list() -> Result<(), Failure> {
    let mut text = String::new();
    for preset in &PRESETS {
        let _ = writeln!(text, "{:<20}{}", preset.name, preset.spec()?.description);
    }
    print(&text)
}

fn show(name: &str) -> Result<(), Failure> {
    if let Some(preset) = Preset::find(name) {
        return print(preset.toml);
    }
    let names: Vec<&str> = PRESETS.iter().map(|p| p.name).collect();
    let message = format!("there is no preset {name:?}{}", nearest(name, &names));
    Err(Failure::usage("preset", message, format!("there are: {}", names.join(", "))))
}
