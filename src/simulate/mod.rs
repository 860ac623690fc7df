//! Seeded scenarios with known truth: a company's month of error logs, deploys, diffs, incidents and traffic.
//!
//! ```text
//! scenario ─▶ code + catalogue of errors ─▶ episodes ─▶ deploys walked in time ─▶ records, traffic ─▶ incidents, truth
//! ```
//!
//! Every item draws from its own stream of random numbers, named after it: adding one reshuffles no other.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap
)]

mod background;
mod bug;
mod calendar;
mod catalogue;
mod change;
mod code;
mod demand;
mod diff;
mod domain;
mod emit;
mod episode;
mod failure;
mod flow;
mod happening;
mod postmortem;
mod release;
mod roster;
mod run;
mod scenario;
mod stream;
mod truth;
mod wording;
mod words;

#[cfg(test)]
mod tests;

pub use happening::{Fault, Happening, Harmless, Remedy, Trigger, What};
pub use run::{Simulation, simulate};
pub use scenario::{BackgroundSpec, DeploysSpec, Language, Options, Scenario, ServiceSpec};
pub use truth::Truth;
