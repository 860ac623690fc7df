//! What a configuration says of redaction.

use super::Kind;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// Most rules of a configuration.
const MAX_RULES: usize = 64;
/// Longest pattern, in bytes.
const MAX_PATTERN: usize = 1024;
/// Largest compiled pattern, in bytes.
const MAX_COMPILED: usize = 1 << 20;
/// Deepest nesting of a pattern.
const MAX_NESTING: u32 = 50;
/// Longest name, in bytes.
const MAX_NAME: usize = 32;

/// What is redacted. By default every built-in kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RedactionSpec {
    /// Kinds left in the text: `card`, `iban`, `email`, `phone`, `ip`, `high_entropy`. Secrets are never left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<Kind>,
    /// What else is redacted; at most 64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<UserRule>,
}

/// A user's own kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserRule {
    /// Lower case letters, digits and `_`, at most 32; `customer_no` gives `<CUSTOMER_NO:1>`.
    pub name: String,
    /// Pattern of the `regex` crate, at most 1 KiB; where it has a group named `value`, only that is replaced.
    pub pattern: String,
}

impl RedactionSpec {
    /// The patterns of the rules, in order.
    ///
    /// # Errors
    /// When a kind may not be kept, or a rule's name or pattern is refused.
    pub(super) fn compile(&self) -> Result<Vec<Regex>, String> {
        if let Some(kind) = self.keep.iter().find(|kind| !kind.may_be_kept()) {
            return Err(format!("keep names {}: secrets are never left in the text", kind.name()));
        }
        if self.rules.len() > MAX_RULES {
            return Err(format!("rules are {}: at most {MAX_RULES}", self.rules.len()));
        }
        self.rules.iter().enumerate().map(|(index, rule)| self.compile_one(index, rule)).collect()
    }

    fn compile_one(&self, index: usize, rule: &UserRule) -> Result<Regex, String> {
        let name = &rule.name;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
        if !starts || name.len() > MAX_NAME || !name.chars().all(plain) {
            return Err(format!(
                "rules[{index}].name must be 1 to {MAX_NAME} lower case letters, digits and `_`, a letter first"
            ));
        }
        if Kind::ALL.iter().any(|kind| kind.name() == name) || self.rules[..index].iter().any(|r| r.name == *name) {
            return Err(format!("rules[{index}].name is {name}, which another kind has"));
        }
        if rule.pattern.len() > MAX_PATTERN {
            let bytes = rule.pattern.len();
            return Err(format!("rules[{index}].pattern has {bytes} bytes: at most {MAX_PATTERN}"));
        }
        let regex = RegexBuilder::new(&rule.pattern)
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(4 * MAX_COMPILED)
            .nest_limit(MAX_NESTING)
            .build()
            .map_err(|error| format!("rules[{index}].pattern of {name}: {error}"))?;
        if regex.is_match("") {
            return Err(format!("rules[{index}].pattern of {name} matches nothing at all: it would match everywhere"));
        }
        Ok(regex)
    }
}
