//! The progress bar: on stderr, only for people.

use crate::model::{Progress, Span};
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// A bar that is redrawn for every piece of work, or nothing at all.
pub struct Terminal {
    bar: ProgressBar,
}

impl Terminal {
    /// Draws only when stderr is a terminal, `CI` is not set, and it was not refused.
    #[must_use]
    pub fn new(refused: bool) -> Self {
        let draw = !refused && std::io::stderr().is_terminal() && std::env::var_os("CI").is_none();
        let target = if draw { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bar: ProgressBar::with_draw_target(Some(0), target) }
    }

    /// Takes the bar away, so that other text can be printed.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Terminal {
    fn start(&self, what: &str, total: u64) {
        let template = if total > 0 {
            "{msg} {bar:30} {human_pos}/{human_len} {eta}"
        } else {
            "{spinner} {msg} {human_pos} {per_sec}"
        };
        self.bar.reset();
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        self.bar.set_length(total);
        self.bar.set_message(what.to_owned());
        self.bar.enable_steady_tick(Duration::from_millis(200));
    }

    fn advance(&self, steps: u64) {
        self.bar.inc(steps);
    }

    fn left(&self, left: Span) {
        if let Ok(style) = ProgressStyle::with_template("trials {bar:30} {human_pos}/{human_len} {msg}") {
            self.bar.set_style(style);
        }
        self.bar
            .set_message(format!("about {} left", HumanDuration(Duration::from_micros(left.micros().unsigned_abs()))));
    }
}
