use super::Span;

/// Told how far long work has come. The library draws nothing; the command line shows a bar.
pub trait Progress: Sync {
    /// A new piece of work begins, of `total` steps (0: unknown).
    fn start(&self, what: &str, total: u64);
    /// `steps` more are done.
    fn advance(&self, steps: u64);
    /// The rest will take about so long: told where steps differ too much for a mean of them.
    fn left(&self, _left: Span) {}
}

/// Shows nothing.
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _what: &str, _total: u64) {}
    fn advance(&self, _steps: u64) {}
}
