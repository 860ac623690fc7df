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
        let span = error.span().map(|span| span.start);
        let offset = key.and_then(|key| offset_of_key(text, key, span.unwrap_or_default())).or(span);
        let place = match offset {
            Some(offset) => format!("{file}:{}", text[..offset.min(text.len())].matches('\n').count() + 1),
            None => file.to_owned(),
        };
        match key {
            Some(key) => UserError::new(place, format!("unknown key {key:?}"), known_keys(key, &message)),
            None => UserError::new(place, plain(&message), ""),
        }
    })
}

/// serde's words for what does not fit, in words for people who do not write Rust.
#[must_use]
pub fn plain(message: &str) -> String {
    if let Some(field) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        return format!("{field} is missing");
    }
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        let mut names = rest.split('`').step_by(2);
        let given = names.next().unwrap_or_default();
        let known: Vec<&str> = rest.split('`').skip(2).step_by(2).collect();
        return format!("{given:?} is none of {}{}", known.join(", "), nearest(given, &known));
    }
    let mismatch = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    match mismatch.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((given, wanted)) => format!("{} where {} belongs", given.replace('`', ""), plain_type(wanted)),
        None => message.to_owned(),
    }
}

fn plain_type(wanted: &str) -> &str {
    match wanted {
        "a sequence" => "a list",
        "u8" => "a whole number from 0 to 255",
        "u16" | "u32" | "u64" | "usize" => "a whole number ≥ 0",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        other if other.starts_with("struct ") || other == "a map" => "a table",
        other => other,
    }
}

/// Where `key` is assigned at or after `from`: serde knows only where a tagged table begins.
fn offset_of_key(text: &str, key: &str, from: usize) -> Option<usize> {
    let from = text.floor_char_boundary(from);
    text[from..].match_indices(key).map(|(offset, _)| from + offset).find(|&offset| {
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
        let error = parse_toml::<Manifest>("name = 3\n", "dataset.toml").unwrap_err();
        assert_eq!(error.message, "integer 3 where a string belongs");
        assert_eq!(
            plain("unknown variant `al`, expected one of `all`, `b`"),
            "\"al\" is none of all, b; did you mean \"all\"?"
        );
        assert_eq!(plain("missing field `name`"), "name is missing");
        let error = parse_toml::<Manifest>("name = \"a\"\nincidents = \"some\"\n", "dataset.toml").unwrap_err();
        assert_eq!(error.place, "dataset.toml:2");
    }
}
