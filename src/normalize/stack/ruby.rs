//! Ruby.
//!
//! ```text
//! app/models/cart.rb:12:in `total': undefined method `price' for nil (NoMethodError)
//!     from app/controllers/carts_controller.rb:7:in `show'
//! ```
//! From 3.4 on the quote is straight and names the class: `in 'Cart#total'`.

use super::lines::{leading_number, some};
use super::{Frame, Language, flatten};

const EXTENSIONS: [&str; 5] = [".rb:", ".erb:", ".rake:", ".ru:", ".haml:"];

pub(super) fn parse(lines: &[&str]) -> Vec<Frame> {
    flatten([lines.iter().filter_map(|line| frame(line.trim())).collect()])
}

fn frame(line: &str) -> Option<Frame> {
    let line = line.strip_prefix("from ").unwrap_or(line);
    let (file, rest) = location(line)?;
    let (number, rest) = leading_number(rest)?;
    let (module, function) = rest.strip_prefix(":in ").map_or((None, None), name);
    Some(Frame { file: some(file), module, function, line: Some(number), language: Language::Ruby })
}

/// The path (with a known extension, or internal to the VM) and what follows its colon.
fn location(line: &str) -> Option<(&str, &str)> {
    if line.starts_with("<internal:") {
        let end = line.find(">:")? + 1;
        return Some((&line[..end], &line[end + 1..]));
    }
    let end = EXTENSIONS.iter().filter_map(|extension| Some(line.find(extension)? + extension.len())).min()?;
    let file = &line[..end - 1];
    (!file.contains(char::is_whitespace) && !file.contains('"')).then(|| (file, &line[end..]))
}

/// Class and method of `` `block in total' `` or `'Cart#total'`.
fn name(text: &str) -> (Option<String>, Option<String>) {
    let Some(inner) = text.strip_prefix(['`', '\'']) else { return (None, None) };
    let inner = inner.split('\'').next().unwrap_or(inner);
    let inner = inner.rsplit(" in ").next().unwrap_or(inner);
    match inner.rfind(['#', '.']) {
        Some(at) => (some(&inner[..at]), some(&inner[at + 1..])),
        None => (None, some(inner)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn old_and_new_forms_are_read() {
        let text = "app/models/cart.rb:12:in `block in total': undefined method (NoMethodError)\n\tfrom <internal:kernel>:187:in `loop'\n\tfrom app/x.rb:7:in 'Carts::Api#show'\n\tfrom bin/run.rb:3";
        let shown: Vec<_> = parse(text).iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "total (app/models/cart.rb:12)",
                "loop (<internal:kernel>:187)",
                "Carts::Api.show (app/x.rb:7)",
                "? (bin/run.rb:3)"
            ]
        );
    }
}
