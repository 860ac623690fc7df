use crate::model::Tokens;

/// What the endpoint says that an answer took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub tokens: Tokens,
    /// Of `tokens.output`, those spent on thinking; `None` where the endpoint does not say.
    pub reasoning: Option<u64>,
}

/// No answer takes more: what an endpoint counts beyond is no count.
const MOST: u64 = 1 << 40;

impl Usage {
    /// `None` where any of it is beyond belief.
    pub fn new(tokens: Tokens, reasoning: Option<u64>) -> Option<Self> {
        let counts = [tokens.input, tokens.output, tokens.cache_read, tokens.cache_write];
        let reasoning = reasoning.filter(|reasoning| *reasoning <= tokens.output);
        counts.iter().all(|count| *count <= MOST).then_some(Self { tokens, reasoning })
    }
}
