//! `shakedown compare A B`: two runs or trials, read from what a replay or a sweep wrote.

mod side;

use super::args::{CompareArgs, Format};
use super::failure::Failure;
use super::output::{colour, print, warn};
use crate::model::UserError;
use crate::report::{self, Style};
use crate::sweep::SideBySide;
use side::Side;

/// Prints how B differs from A, whether chance could have done that, and what to do.
pub fn run(args: &CompareArgs) -> Result<(), Failure> {
    let (mut a, mut b) = (Side::read(&args.a)?, Side::read(&args.b)?);
    comparable(args, &a, &b)?;
    if a.ground.version != b.ground.version {
        warn(&format!(
            "A is of version {}, B of version {}: what differs may be the program",
            a.ground.version, b.ground.version
        ));
    }
    if a.record.id == b.record.id {
        for (side, given) in [(&mut a, "A"), (&mut b, "B")] {
            side.record.id = format!("{} of {given}", side.record.id);
        }
    }
    let found = SideBySide::of(&a.ground, &a.record, &b.record, a.of_sweep || b.of_sweep);
    match args.format {
        Format::Terminal => print(&report::side_by_side(&found, Style { color: colour() })),
        Format::Json => print(&report::json(&found)?),
        Format::Md => print(&report::markdown_side_by_side(&found)),
    }
}

/// Refuses what would not be the same deploys, incidents or prices.
fn comparable(args: &CompareArgs, a: &Side, b: &Side) -> Result<(), UserError> {
    let place = || format!("{} and {}", args.a, args.b);
    if a.place == b.place && a.record.id == b.record.id {
        return Err(UserError::new(&args.b, "is A itself", "name two runs or trials"));
    }
    if a.ground.data_set_hash != b.ground.data_set_hash {
        let message = format!(
            "are of different data: {:?} ({}…) and {:?} ({}…)",
            a.ground.data_set,
            short(&a.ground.data_set_hash),
            b.ground.data_set,
            short(&b.ground.data_set_hash)
        );
        return Err(UserError::new(place(), message, "replay both pipelines on the same data set, as it is now"));
    }
    if a.ground.costs != b.ground.costs {
        let message = if a.ground.costs.name == b.ground.costs.name {
            format!("are priced by two lists that are both named {:?} and differ", a.ground.costs.name)
        } else {
            format!("are priced by different lists: {:?} and {:?}", a.ground.costs.name, b.ground.costs.name)
        };
        return Err(UserError::new(place(), message, "replay one of them again with the other's --costs"));
    }
    if !a.ground.is_of_same_data(&b.ground) {
        let help = "replay both with this version of the program";
        return Err(UserError::new(place(), "name other deploys, services or incidents", help));
    }
    Ok(())
}

/// The beginning of a hash.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
