//! What ends a command early, and the exit code that goes with it.

use crate::model::{UserError, visible};
use crate::redact::outgoing;
use std::io::Write;
use std::process::ExitCode;

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// Usage, configuration, input or environment: exit code 2.
    User(UserError),
    /// A gate that was asked for is not met: exit code 1.
    Gate(UserError),
    /// Stopped before its end, by a budget say, and can go on from there: exit code 3.
    Resumable(UserError),
    /// The user stopped it; what was done is kept: exit code 130.
    Interrupted(UserError),
    /// Nothing to evaluate: exit code 4.
    Nothing(UserError),
    /// The reader of our output went away: no message, exit code 0.
    OutputClosed,
}

impl Failure {
    pub fn usage(place: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::User(UserError::new(place, message, help))
    }

    /// Prints the message to stderr and gives the exit code.
    pub fn report(&self) -> ExitCode {
        let (error, code) = match self {
            Self::User(error) => (error, 2),
            Self::Gate(error) => (error, 1),
            Self::Resumable(error) => (error, 3),
            Self::Nothing(error) => (error, 4),
            Self::Interrupted(error) => (error, 130),
            Self::OutputClosed => return ExitCode::SUCCESS,
        };
        // A closed stderr leaves the exit code to tell.
        let _ = writeln!(std::io::stderr(), "error: {}", shown(error));
        ExitCode::from(code)
    }
}

/// The error with the text that came from files and arguments made visible, one line for what is wrong and one for the remedy.
fn shown(error: &UserError) -> UserError {
    let [place, message, help] =
        [&error.place, &error.message, &error.help].map(|text| visible(&outgoing(text)).into_owned());
    UserError { place, message, help }
}

impl From<UserError> for Failure {
    fn from(error: UserError) -> Self {
        Self::User(error)
    }
}

/// Prints what a panic said, as a defect of this program.
pub fn report_defect(info: &std::panic::PanicHookInfo<'_>) {
    let _ = writeln!(
        std::io::stderr(),
        "internal error: {info}\nhelp: this is a defect of shakedown, not of your data; please report it with the command and this text"
    );
}
