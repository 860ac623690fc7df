use serde::Serialize;

/// Which way a piece of evidence points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The deploy caused it.
    For,
    /// Something else did.
    Against,
    /// Told for the reader; carries no weight.
    Context,
}

/// Where a piece of evidence can be checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// A line of the deploy's diff; `line` is 1-based in the new file (in the old one for a removed line); `None`: the file as a whole.
    Diff { file: String, line: Option<u32> },
    /// A frame of a stack trace seen in W.
    Frame { signature: String, frame: String },
    /// A number measured on the data set, in `unit`.
    Measured { name: String, value: f64, unit: String },
    /// The text of a record in W.
    Message { signature: String, excerpt: String },
}

/// One reason for or against “the deploy caused this”, with where to check it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// What kind of reason: `stack_in_changed_hunk`, `undeployed_services_rose`, …
    pub rule: String,
    pub direction: Direction,
    /// Log-odds in favour of `caused` that the rule adds (negative when against), natural logarithm; 0 for context.
    pub weight: f64,
    /// One sentence for people.
    pub summary: String,
    pub sources: Vec<Source>,
}

/// Places in the deploy's diff that a verdict's reasons named, each looked up in the diff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Citations {
    /// They exist.
    pub held: u64,
    /// They do not, and were dropped from the reasons.
    pub dropped: u64,
}

impl std::ops::Add for Citations {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { held: self.held + other.held, dropped: self.dropped + other.dropped }
    }
}

impl std::iter::Sum for Citations {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::default(), |a, b| a + b)
    }
}
