//! TOML files that people write: an unknown key is an error that names file, line and the nearest key.

use super::{nearest, source};
use crate::model::UserError;
use serde::de::DeserializeOwned;
use std::path::Path;

/// Reads and parses a TOML file.
///
/// # Errors
/// When it cannot be read, is no TOML, or does not fit `T`.
pub fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, UserError> {
    parse_toml(&source::read_text(path)?, &source::name(path))
}

/// Parses TOML text; `file` is its name for messages.
///
/// # Errors
/// As [`read_toml`].
pub fn parse_toml<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, UserError> {
    toml::from_str(text).map_err(|error| {
        let message = error.message().lines().next().unwrap_or_default().to_owned();
        let key = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
        let offset = key.and_then(|key| offset_of_key(text, key)).or_else(|| error.span().map(|span| span.start));
        let place = match offset {
            Some(offset) => format!("{file}:{}", text[..offset.min(text.len())].matches('\n').count() + 1),
            None => file.to_owned(),
        };
        match key {
            Some(key) => UserError::new(place, format!("unknown key {key:?}"), known_keys(key, &message)),
            None => UserError::new(place, message, ""),
        }
    })
}

/// Where `key` is assigned: serde forgets the place inside tagged tables.
fn offset_of_key(text: &str, key: &str) -> Option<usize> {
    text.match_indices(key).map(|(offset, _)| offset).find(|&offset| {
        let before = text[..offset].chars().next_back();
        let after = text[offset + key.len()..].trim_start_matches([' ', '\t', '"']);
        before.is_none_or(|c| matches!(c, '\n' | ' ' | '\t' | '{' | ',' | '"' | '[' | '.'))
            && (after.starts_with('=') || after.starts_with(']'))
    })
}

fn known_keys(key: &str, message: &str) -> String {
    let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
    match nearest(key, &known) {
        close if close.is_empty() && known.is_empty() => "no keys are allowed here".to_owned(),
        close if close.is_empty() => format!("known here: {}", known.join(", ")),
        close => close.trim_start_matches("; ").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Manifest;

    #[test]
    fn an_unknown_key_is_told_with_its_line_and_the_nearest_one() {
        let error = parse_toml::<Manifest>("name = \"a\"\n\ntimezon = \"UTC\"\n", "dataset.toml").unwrap_err();
        assert_eq!(error.place, "dataset.toml:3");
        assert_eq!(error.message, "unknown key \"timezon\"");
        assert_eq!(error.help, "did you mean \"timezone\"?");
        let error = parse_toml::<Manifest>("name = \"a\"\nincidents = \"some\"\n", "dataset.toml").unwrap_err();
        assert_eq!(error.place, "dataset.toml:2");
    }
}
