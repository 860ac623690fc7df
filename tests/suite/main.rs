//! One test binary. `contract` shows by hand what each sentence of the contract means; `oracle` holds the same against a second
//! implementation on random data; `causality` and `determinism` state what must not matter; `nulls`
//! counts false alarms where nothing happens; `architecture` reads the sources.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod architecture;
mod bad_input;
mod causality;
mod classifier;
mod cli;
mod compare;
mod contract;
mod detect;
mod detection;
mod determinism;
mod evaluation;
mod example;
mod fake_model;
/// The server that the unit tests use too.
#[allow(dead_code)]
#[path = "../../src/endpoint/fixture.rs"]
mod fake_server;
mod floors;
mod llm;
mod loghub;
mod month;
mod normalize;
mod null_worlds;
mod nulls;
mod oracle;
mod regrouping;
mod support;
mod sweep;
mod triage;
mod vectors;
