//! Thousands of configurations on one data set: which to run, how sure that is, and what it gives up.
//!
//! A grid names a base pipeline and axes; it makes [`Trial`]s. They are replayed as one tree, and each leaves a [`Record`]: all
//! that choosing needs to know of it. A [`Selection`] is what is chosen, and how far it can be trusted.

mod amounts;
#[cfg(test)]
pub mod fixture;
mod front;
mod ground;
mod importance;
mod neighbours;
mod objective;
mod paired_test;
mod record;
mod sampled;
mod selection;
mod sheet;
mod side_by_side;
mod trial;

pub use amounts::{Amounts, Unit};
pub use front::{Front, MOST_POINTS, front};
pub use ground::{Ground, GroundDeploy, GroundIncident};
pub use importance::importance;
pub use neighbours::neighbours;
pub use objective::{Constraint, End, Form, Goal, MONTH_DAYS, Metric, Objective};
pub use paired_test::{answered, false_actions, paired_test};
pub use record::{DecidedCase, Record, hash_of};
pub use sampled::Sampler;
pub use selection::{
    AmountDifference, AxisSummary, BiasCorrected, Choice, Conclusion, Fold, FrontPoint, GridSummary, Importance,
    Interaction, Invalid, LevelMean, MainEffect, Multiplicity, Needed, Neighbour, NoiseLevel, PairedTest, Reason,
    Selection, Setting, Standing, Validation,
};
pub use sheet::{Scratch, Sheet};
pub use side_by_side::{CaseId, Change, Discordant, Finding, MetricRow, SideBySide, Value};
pub use trial::{Role, Trial};
