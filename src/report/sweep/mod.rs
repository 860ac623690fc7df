//! A sweep for people and for programs: which configuration to run, how sure that is, and what it gives up.
//!
//! ```text
//!                        ┌▶ page        sweep.md                      a sceptical reader's questions, in order
//! Selection, Standings, ─┼▶ charts      charts/*.svg
//! Trials, Records        ├▶ terminal    one screen
//!                        ├▶ trials      trials.csv, trials.parquet    a row a trial
//!                        └▶ files       all of it in a folder
//! ```
//!
//! Nothing here computes a score: what is printed comes from `sweep`; only a median and a mean over trials are taken for charts.

mod charts;
mod columns;
mod files;
#[cfg(test)]
mod fixture;
mod kept;
mod page;
mod scale;
mod settings;
mod terminal;
mod trials;
mod view;
mod words;

pub use files::write_sweep;
pub use kept::{write_manifest, write_sweep_trials};
pub use page::sweep_markdown;
pub use terminal::sweep_summary;
