/// What a normalizer may read of a record; absent texts are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text<'a> {
    pub message: &'a str,
    pub exception_type: &'a str,
    pub stack_trace: &'a str,
}

impl<'a> Text<'a> {
    /// A record that has a message and nothing else.
    #[must_use]
    pub fn of_message(message: &'a str) -> Self {
        Self { message, ..Self::default() }
    }
}

/// What of a record a normalizer reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    Message,
    /// Message, exception type and stack trace.
    All,
}

/// What a normalizer makes of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The signature, unless a miner generalizes it.
    pub template: String,
    /// Whether a miner must leave it as it is: it comes of stack frames, not of words.
    pub settled: bool,
}

impl Key {
    #[must_use]
    pub fn open(template: String) -> Self {
        Self { template, settled: false }
    }

    #[must_use]
    pub fn settled(template: String) -> Self {
        Self { template, settled: true }
    }
}
