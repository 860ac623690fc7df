//! Text of logs, diffs, models and files on its way to people: redacted first, then made visible.

use crate::model;
use crate::redact::outgoing;
use std::borrow::Cow;

/// As [`model::visible`], redacted.
#[must_use]
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    match outgoing(text) {
        Cow::Borrowed(same) => model::visible(same),
        Cow::Owned(redacted) => Cow::Owned(model::visible(&redacted).into_owned()),
    }
}

/// As [`model::excerpt`], redacted before it is cut: half a secret is known by nothing.
#[must_use]
pub(crate) fn excerpt(text: &str, limit: usize) -> String {
    model::excerpt(&outgoing(text), limit)
}
