//! Printing data to stdout and warnings to stderr.

use super::failure::Failure;
use crate::model::{UserError, visible};
use crate::redact::outgoing;
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Writes to stdout.
///
/// # Errors
/// [`Failure::OutputClosed`] when the reader is gone (`| head`), an error of the user's when stdout cannot be written (a full disk).
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Failure::OutputClosed,
        _ => Failure::usage("stdout", format!("cannot be written: {error}"), "is there room?"),
    })
}

/// Writes one warning to stderr. Text from files is made visible first.
pub fn warn(message: &str) {
    // A closed stderr is no reason to stop.
    let _ = writeln!(std::io::stderr(), "warning: {}", visible(&outgoing(message)));
}

/// Writes lines for people to stderr. Text from files is made visible first.
pub fn note(text: &str) {
    for line in text.lines() {
        // A closed stderr is no reason to stop.
        let _ = writeln!(std::io::stderr(), "{}", visible(&outgoing(line)));
    }
}

/// Whether to colour stdout: a terminal, and neither `NO_COLOR` nor `TERM=dumb`; `CLICOLOR_FORCE` colours always.
#[must_use]
pub fn colour() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("NO_COLOR") {
        return false;
    }
    set("CLICOLOR_FORCE")
        || (std::io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"))
}

/// A name as that of a folder: what is not plain becomes a dash.
pub fn folder_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    name.chars().map(plain).collect::<String>().trim_start_matches('.').to_owned()
}

/// The error with the whole path of the file that could not be written.
pub fn under(folder: &Path, error: UserError) -> UserError {
    UserError { place: folder.join(&error.place).display().to_string(), ..error }
}
