//! One assessment, several renderers: terminal, Markdown, JSON lines, charts, and the story of one deploy.
//!
//! ```text
//!            ┌▶ terminal      one screen                       summary, comparison
//! Assessment ┼▶ markdown      report.md, comparison.md         report, comparison
//!            ├▶ charts        *.svg                            funnel, precision and recall, tornado, reliability, counts around each case
//!            ├▶ explain       one deploy as a post-mortem      explain
//!            └▶ files         all of it in a folder            write, write_comparison
//! Selection ──▶ sweep         the same of thousands of trials  write_sweep, sweep_summary
//! ```
//!
//! Nothing here computes a score: what is printed comes from `evaluate`, and what is told of a signature that did not flag is
//! measured again by the same detector (`signatures`). All text from data is escaped on its way out (architecture.md,
//! invariant 8); no output depends on the clock, on paths or on threads.

mod charts;
mod explain;
mod facts;
mod files;
#[cfg(test)]
mod fixture;
mod floors;
mod judged_rows;
mod labelled_triage;
mod markdown;
pub mod number;
mod placebo;
mod quality;
mod recalibration;
mod redteam;
mod regrouping;
mod shown;
mod side_by_side;
mod signatures;
mod stories;
mod style;
mod sweep;
mod terminal;
mod why;
mod words;

pub use charts::{funnel, precision_recall, reliability, rows_chart, tornado};
pub use explain::explain;
pub use files::{json, json_lines, write, write_comparison, write_rejects};
pub use judged_rows::{JudgedRows, labelled_summary};
pub use labelled_triage::{
    pairs as pair_triage, pairs_markdown as markdown_pair_triage, ranks as rank_triage,
    ranks_markdown as markdown_rank_triage,
};
pub use markdown::{
    comparison as markdown_comparison, placebo_section, quality as markdown_quality, report as markdown_report,
};
pub use placebo::summary as placebo_summary;
pub use quality::tables as quality_tables;
pub use recalibration::{markdown as markdown_recalibration, terminal as recalibration};
pub use redteam::{markdown as markdown_redteam, terminal as redteam};
pub use regrouping::{markdown as markdown_regrouping, terminal as regrouping};
pub use side_by_side::{markdown as markdown_side_by_side, terminal as side_by_side};
pub use style::Style;
pub use sweep::{sweep_markdown, sweep_summary, write_manifest, write_sweep, write_sweep_trials};
pub use terminal::{comparison, summary};
