//! Ordered mask rules, then truncation.
//!
//! *Groups* messages that differ only in what a mask replaces. *Splits* one error when its variable part fits no mask; *merges*
//! two when what tells them apart is masked or lies beyond the truncation. *Parameters*: the masks and their order, `truncate`.
//! *Reference*: the published pipeline's regexes (semantics.md §3); Sentry's parameterization.

use super::{Key, MaskKind, Normalizer, Text};
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesSpec {
    /// Applied one after the other, each to what the one before left.
    pub masks: Vec<MaskKind>,
    /// Unicode scalar values that are kept; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncate: Option<usize>,
}

pub struct Rules {
    rules: Vec<(MaskKind, Regex)>,
    truncate: Option<usize>,
}

impl Rules {
    /// # Errors
    /// When a mask is named twice, a length is 0, or `truncate` is 0.
    pub fn new(spec: &RulesSpec) -> Result<Self, String> {
        if spec.truncate == Some(0) {
            return Err("normalize.truncate is 0: every message would be the same signature".to_owned());
        }
        let mut rules: Vec<(MaskKind, Regex)> = Vec::new();
        for &kind in &spec.masks {
            if rules.iter().any(|(other, _)| other.row().name == kind.row().name) {
                return Err(format!("normalize.masks names {} twice", kind.row().name));
            }
            if let MaskKind::Hex { min_length: 0 } | MaskKind::Number { min_length: 0 } = kind {
                return Err(format!("normalize.masks: {} has min_length 0", kind.row().name));
            }
            rules.push((kind, Regex::new(&kind.pattern()).map_err(|e| e.to_string())?));
        }
        Ok(Self { rules, truncate: spec.truncate })
    }

    /// The masks, in order.
    pub fn kinds(&self) -> impl Iterator<Item = MaskKind> {
        self.rules.iter().map(|(kind, _)| *kind)
    }
}

impl Rules {
    /// The message with every mask applied, cut.
    #[must_use]
    pub fn template(&self, message: &str) -> String {
        let mut text = Cow::Borrowed(message);
        for (kind, regex) in &self.rules {
            if !kind.may_match(text.as_bytes()) {
                continue;
            }
            if let Cow::Owned(replaced) = replace(*kind, regex, &text) {
                text = Cow::Owned(replaced);
            }
        }
        match self.truncate.and_then(|limit| text.char_indices().nth(limit)) {
            Some((cut, _)) => text[..cut].to_owned(),
            None => text.into_owned(),
        }
    }
}

impl Normalizer for Rules {
    fn key(&self, text: Text) -> Key {
        Key::open(self.template(text.message))
    }
}

/// `text` with every accepted match replaced by the mask's placeholder; borrowed when there is none.
fn replace<'a>(kind: MaskKind, regex: &Regex, text: &'a str) -> Cow<'a, str> {
    let mut out = String::new();
    let mut copied = 0;
    for found in regex.find_iter(text).filter(|found| kind.accepts(text, found.range())) {
        // A path's match begins with the character before it, which stays.
        let keep = if kind == (MaskKind::Path {}) {
            found.as_str().find(['/', '~', '\\']).map_or(0, |at| drive(found.as_str(), at))
        } else {
            0
        };
        out.push_str(&text[copied..found.start() + keep]);
        out.push_str(kind.row().placeholder);
        copied = found.end();
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// Where a path begins in its match: at its first separator, or two characters before that for `C:\`.
fn drive(found: &str, separator: usize) -> usize {
    if found[separator..].starts_with('\\') { separator.saturating_sub(2) } else { separator }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn published() -> Rules {
        let masks = vec![MaskKind::Uuid {}, MaskKind::Timestamp {}, MaskKind::Number { min_length: 4 }];
        Rules::new(&RulesSpec { masks, truncate: Some(200) }).unwrap()
    }

    #[test]
    fn the_published_masks_replace_in_order() {
        let cases = [
            ("order 7c9e6679-7425-40de-944b-e07fc1f90ae7 at 2026-05-04T15:59:00Z", "order <uuid> at <timestamp>"),
            ("blk_-7571492020523929240 to 10.250.14.38:50010", "blk_-<number> to 10.250.14.38:<number>"),
            ("code 999, 1000, ab12345cd", "code 999, <number>, ab<number>cd"),
            ("2026-05-04", "<number>-05-04"),
            ("", ""),
        ];
        for (message, template) in cases {
            assert_eq!(published().template(message), template);
        }
    }

    #[test]
    fn truncation_counts_characters_after_masking() {
        let long = format!("{} 12345 {}", "é".repeat(150), "x".repeat(100));
        let template = published().template(&long);
        assert_eq!(template.chars().count(), 200);
        assert!(template.starts_with(&"é".repeat(150)) && template.contains("<number>"));
    }

    #[test]
    fn a_path_keeps_what_stands_before_it() {
        let masks = Rules::new(&RulesSpec { masks: vec![MaskKind::Path {}], truncate: None }).unwrap();
        assert_eq!(masks.template("open(/var/tmp/x) failed: C:\\tmp\\a"), "open(<path>) failed: <path>");
        assert_eq!(masks.template("file=~/a/b"), "file=<path>");
    }

    proptest! {
        /// The gate by bytes and the borrowed copies change nothing against plain `replace_all`.
        #[test]
        fn equals_sequential_replacement(message in "[a-f0-9:. -]{0,60}|\\PC{0,40}") {
            let mut expected = message.clone();
            for kind in [MaskKind::Uuid {}, MaskKind::Timestamp {}, MaskKind::Number { min_length: 4 }] {
                let regex = Regex::new(&kind.pattern()).unwrap();
                expected = regex.replace_all(&expected, kind.row().placeholder).into_owned();
            }
            let expected: String = expected.chars().take(200).collect();
            prop_assert_eq!(published().template(&message), expected);
        }
    }
}
