//! .NET.
//!
//! ```text
//! System.NullReferenceException: Object reference not set
//!    at Shop.Cart.Total(Int32 id) in C:\src\Shop\Cart.cs:line 12
//!    --- End of inner exception stack trace ---
//!    at Shop.Api.Get()
//! ```
//! Inner exceptions are printed first, so the order of the text is already the root cause first. Compiler-made names are undone:
//! `Shop.Cart.<TotalAsync>d__5.MoveNext()` is `Shop.Cart.TotalAsync`.

use super::lines::{number, some};
use super::{Frame, Language, flatten};

pub(super) fn parse(lines: &[&str]) -> Vec<Frame> {
    flatten([lines.iter().filter_map(|line| frame(line.trim())).collect()])
}

fn frame(line: &str) -> Option<Frame> {
    let call = line.strip_prefix("at ")?;
    let open = call.find('(')?;
    let close = open + call[open..].find(')')?;
    let after = call[close + 1..].trim();
    let (file, line) = if after.is_empty() { (None, None) } else { location(after)? };
    let arguments = &call[open + 1..close];
    if file.is_none() && !plausible_arguments(arguments) {
        return None;
    }
    let name = call[..open].trim_end();
    if name.contains(char::is_whitespace) || name.contains('/') {
        return None;
    }
    let (module, function) = undo_compiler(name)?;
    Some(Frame { file, module: some(&module), function: some(&function), line, language: Language::DotNet })
}

/// `in C:\src\Cart.cs:line 12`.
fn location(text: &str) -> Option<(Option<String>, Option<u32>)> {
    let (file, line) = text.strip_prefix("in ")?.rsplit_once(":line ")?;
    Some((some(file), number(line)))
}

/// Nothing, or `Int32 id, String name`: a type, a blank and a name each; a JVM's or V8's location is none of these.
fn plausible_arguments(text: &str) -> bool {
    text.is_empty()
        || text.split(", ").all(|argument| {
            argument.split_once(' ').is_some_and(|(kind, name)| !kind.is_empty() && !name.contains(':'))
                && !["Native Method", "Unknown Source"].contains(&argument)
        })
}

/// Module and function, with async state machines and lambdas given back to the method they were written in.
fn undo_compiler(name: &str) -> Option<(String, String)> {
    if let (Some(open), Some(close)) = (name.find('<'), name.find('>'))
        && open + 1 < close
    {
        let module = name[..open].trim_end_matches(['.', '+']).trim_end_matches("<>c").trim_end_matches(['.', '+']);
        return Some((module.to_owned(), name[open + 1..close].to_owned()));
    }
    let (module, function) = name.rsplit_once('.')?;
    let function = function.split(['[', '`']).next().unwrap_or(function);
    let module = module.trim_end_matches('.');
    (!module.is_empty()).then(|| (module.to_owned(), function.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn every_form_of_a_frame() {
        for (line, expected) in [
            ("   at Shop.Cart.Total(Int32 id) in C:\\src\\Cart.cs:line 12", "Shop.Cart.Total (C:\\src\\Cart.cs:12)"),
            ("   at Shop.Cart.Total()", "Shop.Cart.Total"),
            ("at System.Linq.Enumerable.First[T](IEnumerable`1 source)", "System.Linq.Enumerable.First"),
            (
                "at Shop.Cart.<TotalAsync>d__5.MoveNext() in /app/Cart.cs:line 7",
                "Shop.Cart.TotalAsync (/app/Cart.cs:7)",
            ),
            ("at Shop.Cart..ctor(String a, Int32 b) in /app/Cart.cs:line 3", "Shop.Cart.ctor (/app/Cart.cs:3)"),
        ] {
            let frames = parse(line);
            assert_eq!(frames.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected], "{line}");
        }
    }

    #[test]
    fn inner_exceptions_come_first_as_printed() {
        let text = "X: a ---> Y: b\n   at S.Y.Inner() in a.cs:line 1\n   --- End of inner exception stack trace ---\n   at S.X.Outer() in b.cs:line 2";
        let functions: Vec<_> = parse(text).into_iter().filter_map(|f| f.function).collect();
        assert_eq!(functions, ["Inner", "Outer"]);
    }
}
