//! shakedown: can your self-healing pipeline be trusted?
//!
//! ```text
//!  DATA SET ──▶ normalize ▶ detect ▶ gate ▶ triage ▶ act ──▶ CASES ──evaluate──▶ EVALUATION ──report──▶
//!               └───────────────── pipeline ─────────────┘
//! ```
//!
//! A module uses only modules above it in this list; `tests/suite/architecture.rs` enforces it.

pub mod act;
pub mod cli;
pub mod dataset;
pub mod detect;
pub mod endpoint;
pub mod evaluate;
pub mod gate;
pub mod model;
pub mod normalize;
pub mod pipeline;
pub mod redact;
pub mod report;
pub mod series;
pub mod simulate;
pub mod stats;
pub mod sweep;
pub mod triage;
