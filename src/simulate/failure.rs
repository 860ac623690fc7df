//! How an error looks in the log: message, exception, stack trace.

use super::code::Tree;
use super::scenario::Language;
use super::wording::Wording;
use crate::model::Severity;

/// One kind of error.
#[derive(Clone, Debug)]
pub struct Failure {
    pub wording: Wording,
    pub severity: Severity,
    /// Exception type as the language writes it.
    pub exception: Option<String>,
    /// Innermost first; empty: no stack trace is logged.
    pub frames: Vec<Frame>,
    /// The message begins with who failed (`POST /orders failed: …`); the exception's own text follows the first colon.
    pub prefixed: bool,
}

/// One line of a stack trace.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// In the company's code: found again in every revision.
    Code { path: String, function: String, anchor: String },
    /// In a library or the language's runtime: (module, function, file, line).
    Library(&'static str, &'static str, &'static str, u32),
}

impl Frame {
    pub fn code(path: String, function: &str, anchor: String) -> Self {
        Self::Code { path, function: function.to_owned(), anchor }
    }
}

impl Failure {
    /// An error without a stack trace.
    pub fn plain(severity: Severity, text: &str) -> Self {
        Self { wording: Wording::new(text), severity, exception: None, frames: Vec::new(), prefixed: false }
    }

    /// An error with an exception of `kind` (see [`exception`]).
    pub fn thrown(language: Language, kind: &str, text: &str, frames: Vec<Frame>) -> Self {
        let exception = Some(exception(kind, language).to_owned());
        Self { wording: Wording::new(text), severity: Severity::Error, exception, frames, prefixed: false }
    }

    /// What the exception itself says in `message`.
    pub fn own_text<'a>(&self, message: &'a str) -> &'a str {
        let after = if self.prefixed { message.split_once(": ") } else { None };
        after.map_or(message, |(_, text)| text)
    }

    /// The frames as text at one revision, without the line that names the exception.
    pub fn frames_in(&self, tree: &Tree, language: Language) -> String {
        let mut lines: Vec<String> = self.frames.iter().map(|frame| frame.text(tree, language)).collect();
        if language == Language::TypeScript {
            // The frame that throws has not been awaited.
            if let Some(top) = lines.first_mut() {
                *top = top.replace("    at async ", "    at ");
            }
        }
        let outer = match language {
            Language::Python => {
                "  File \"/usr/lib/python3.13/site-packages/servekit/app.py\", line 214, in dispatch\n    return handler(request)"
            }
            Language::TypeScript => {
                "    at process.processTicksAndRejections (node:internal/process/task_queues:103:5)"
            }
            Language::Java => {
                "\tat io.servekit.Router.dispatch(Router.java:151)\n\tat java.base/java.lang.Thread.run(Thread.java:1583)"
            }
        };
        lines.push(outer.to_owned());
        if language == Language::Python {
            lines.reverse();
        }
        lines.join("\n")
    }
}

/// A whole stack trace: `frames` (of [`Failure::frames_in`]) with the line that names the exception.
pub fn stack_trace(language: Language, exception: &str, message: &str, frames: &str) -> String {
    match language {
        Language::Python => format!("Traceback (most recent call last):\n{frames}\n{exception}: {message}"),
        Language::TypeScript | Language::Java => format!("{exception}: {message}\n{frames}"),
    }
}

impl Frame {
    fn text(&self, tree: &Tree, language: Language) -> String {
        match self {
            Self::Library(module, function, file, line) => library_line(module, function, file, *line, language),
            Self::Code { path, function, anchor } => {
                let function = super::code::camel(function, language);
                let (line, text) = tree.get(path).map_or((1, String::new()), |file| file.locate(&function, anchor));
                code_line(path, &function, line, &text, language)
            }
        }
    }
}

fn library_line(module: &str, function: &str, file: &str, line: u32, language: Language) -> String {
    let name = super::code::camel(function, language);
    match language {
        Language::Python => {
            let path = format!("/usr/lib/python3.13/site-packages/{file}");
            format!("  File \"{path}\", line {line}, in {function}\n    return self._{function}(*args, **options)")
        }
        Language::TypeScript if line == 0 => format!("    at {name} (<anonymous>)"),
        Language::TypeScript => {
            let class = module.rsplit('.').next().unwrap_or(module);
            format!("    at {class}.{name} (/app/node_modules/{}:{line}:19)", file.replace(".py", ".js"))
        }
        Language::Java => {
            let class = module.rsplit('.').next().unwrap_or(module);
            format!("\tat {module}.{name}({class}.java:{line})")
        }
    }
}

fn code_line(path: &str, function: &str, line: usize, text: &str, language: Language) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    match language {
        Language::Python => {
            let path = path.strip_prefix("services/").unwrap_or(path);
            format!("  File \"/srv/{path}\", line {line}, in {function}\n    {text}")
        }
        Language::TypeScript => {
            let path = path.splitn(3, '/').nth(2).unwrap_or(path);
            let column = text.find('(').map_or(9, |at| at + 3);
            format!("    at async {function} (/app/{path}:{line}:{column})")
        }
        Language::Java => {
            let class = path.split("src/main/java/").nth(1).unwrap_or(path).trim_end_matches(".java").replace('/', ".");
            format!("\tat {class}.{function}({file}:{line})")
        }
    }
}

/// The exception type that stands for a neutral `kind` in a language.
pub fn exception(kind: &str, language: Language) -> &'static str {
    let [python, typescript, java] = match kind {
        "Timeout" => ["httpkit.errors.ReadTimeout", "TimeoutError", "java.net.SocketTimeoutException"],
        "Io" => ["ConnectionError", "FetchError", "java.io.IOException"],
        "Busy" => ["BusyError", "BusyError", "com.harbor.errors.BusyException"],
        "Denied" => ["PermissionError", "DeniedError", "com.harbor.errors.DeniedException"],
        "Invalid" => ["ValueError", "ValidationError", "java.lang.IllegalArgumentException"],
        "NotFound" => ["LookupError", "NotFoundError", "com.harbor.errors.NotFoundException"],
        "Conflict" => ["ConflictError", "ConflictError", "com.harbor.errors.ConflictException"],
        "Db" => ["quaydb.errors.OperationalError", "QuayDbError", "org.quaydb.QuayException"],
        "Parse" => ["ValueError", "SyntaxError", "java.lang.NumberFormatException"],
        "Key" => ["KeyError", "TypeError", "java.util.NoSuchElementException"],
        "Null" => ["AttributeError", "TypeError", "java.lang.NullPointerException"],
        "Cast" => ["AttributeError", "TypeError", "java.lang.ClassCastException"],
        "Schema" => ["schemata.SchemaError", "SchemaError", "io.schemata.SchemaException"],
        _ => ["RuntimeError", "Error", "java.lang.IllegalStateException"],
    };
    match language {
        Language::Python => python,
        Language::TypeScript => typescript,
        Language::Java => java,
    }
}
