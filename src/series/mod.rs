//! Counts per (service, signature) over time, and the exposure they are read against. Nothing here decides anything.

mod calendar;
mod cells;
mod exposure;
mod fits;
mod groups;
mod prefixes;
mod texts;

pub use calendar::Calendar;
pub use cells::{Cell, Column, cells, columns, is_inside};
pub use exposure::{Exposure, Exposures, requests, without};
pub use fits::{Days, Fits};
pub use groups::{Group, GroupId, Observed, Series};
pub use prefixes::templates_of_rules;
pub use texts::{Templates, Texts};
