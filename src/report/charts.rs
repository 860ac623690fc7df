//! Charts as SVG text. One file per chart; [`paint`] holds the colours and the few shapes that all of them use.

mod case;
mod funnel;
pub(super) mod paint;
mod plan;
mod precision_recall;
mod reliability;
mod rows;
mod tornado;

pub(super) use case::draw as case_chart;
pub use funnel::funnel;
pub(super) use plan::{Plan, safe};
pub use precision_recall::precision_recall;
pub use reliability::reliability;
pub use rows::rows_chart;
pub use tornado::tornado;
