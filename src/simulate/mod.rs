//! Seeded scenarios with known truth.
mod bug; mod change; mod diff; mod catalogue;
mod calendar; mod code; mod domain; mod failure; mod happening; mod scenario; mod stream; mod wording; mod words;
