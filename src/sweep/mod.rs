//! Thousands of configurations on one data set: which to run, how sure that is, and what it gives up.
//!
//! A grid names a base pipeline and axes; it makes [`Trial`]s. They are replayed as one tree, and each leaves a [`Record`]: all
//! that choosing needs to know of it. A [`Selection`] is what is chosen, and how far it can be trusted.

#[cfg(test)]
mod agreement;
mod amounts;
mod asked;
mod bias;
mod choose;
mod conclude;
mod drawn;
mod draws;
#[cfg(test)]
pub(crate) mod fixture;
mod front;
mod grid;
mod ground;
mod halving;
mod importance;
mod journal;
mod meter;
mod multiplicity;
mod needed;
mod neighbours;
mod noise;
mod objective;
mod paired_test;
mod parameters;
pub mod plan;
mod pool;
mod profile;
mod record;
mod run;
mod sampled;
mod select;
mod selection;
mod sheet;
mod side_by_side;
#[cfg(test)]
mod simulated;
mod table;
mod trial;
mod validate;

pub use amounts::{Amounts, Unit};
pub use asked::{BuildTriager, asked_cases};
pub use front::{Front, front};
pub use grid::{GRIDS, Grid, Planned, Sample, ShippedGrid, read_grid};
pub use ground::{Ground, GroundDeploy, GroundIncident};
pub use halving::survivors;
pub use importance::importance;
pub use journal::{Journal, Origin};
pub use neighbours::neighbours;
pub use objective::{Constraint, End, Form, Goal, Metric, Objective};
pub use paired_test::{answered, false_actions, paired_test};
pub use parameters::parameter_count;
pub use record::{DecidedCase, Record, hash_of};
pub use run::{Walk, Walked};
pub use sampled::Sampler;
pub use select::{Study, select, table};
pub use selection::{
    AmountDifference, AxisSummary, BiasCorrected, Choice, Conclusion, Fold, FrontPoint, GridSummary, Importance,
    Interaction, Invalid, LevelMean, MainEffect, Multiplicity, Needed, Neighbour, NoiseLevel, PairedTest, Reason,
    Selection, Setting, Standing, Validation,
};
pub use sheet::{Scratch, Sheet};
pub use side_by_side::{CaseId, Change, Discordant, Finding, MetricRow, SideBySide, Value};
pub use trial::{Role, Trial, TrialFile};

/// All that was searched and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    pub grid: GridSummary,
    pub objective: Objective,
    pub ground: Ground,
    /// References, the base, the points of the grid.
    pub trials: Vec<Trial>,
    /// In the order of `trials`.
    pub records: Vec<Record>,
}
