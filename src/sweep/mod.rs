//! Thousands of configurations on one data set: which to run, how sure that is, and what it gives up.
//!
//! A grid names a base pipeline and axes; it makes [`Trial`]s. They are replayed as one tree, and each leaves a [`Record`]: all
//! that choosing needs to know of it. A [`Selection`] is what is chosen, and how far it can be trusted.

#[cfg(test)]
mod agreement;
mod amounts;
mod grid;
mod ground;
mod journal;
mod meter;
mod objective;
pub mod plan;
mod record;
mod run;
mod selection;
mod sheet;
mod trial;

pub use amounts::{Amounts, Unit};
pub use grid::{GRIDS, Grid, Planned, Sample, ShippedGrid, parameter_count, read_grid};
pub use ground::{Ground, GroundDeploy, GroundIncident};
pub use journal::{Journal, Origin};
pub use objective::{Constraint, End, Form, Goal, MONTH_DAYS, Metric, Objective};
pub use record::{DecidedCase, Record};
pub use run::Walk;
pub use selection::{
    AmountDifference, AxisSummary, BiasCorrected, Choice, Conclusion, Fold, FrontPoint, GridSummary, Importance,
    Interaction, Invalid, LevelMean, MainEffect, Multiplicity, Needed, Neighbour, NoiseLevel, PairedTest, Reason,
    Selection, Setting, Standing, Validation,
};
pub use sheet::{Scratch, Sheet};
pub use trial::{Role, Trial};
