//! One test binary. `contract` shows by hand what each sentence of the contract means; `oracle` holds the same against a second
//! implementation on random data; `causality` and `determinism` state what must not matter; `architecture` reads the sources.
//!
//! A test whose name begins with `bug_` shows a known disagreement with the contract and is ignored with the reason; list them
//! with `cargo test --test suite -- --ignored bug_`.

mod architecture;
mod bad_input;
mod causality;
mod cli;
mod contract;
mod determinism;
mod example;
mod month;
mod oracle;
mod support;
mod vectors;
