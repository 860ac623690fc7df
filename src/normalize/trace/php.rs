//! PHP: the engine's own traces, and Xdebug's.
//!
//! ```text
//! PHP Fatal error:  Uncaught Shop\CartError: empty in /app/src/Cart.php:12
//! Stack trace:
//! #0 /app/src/Api.php(7): Shop\Cart->total(Object(Shop\Item))
//! #1 [internal function]: Shop\Api->get()
//! #2 {main}
//!
//! Next Shop\ApiError: failed in /app/src/Api.php:9
//!
//! PHP Stack trace:
//! PHP   1. {main}() /app/index.php:0
//! PHP   2. Shop\Cart->total() /app/src/Api.php:7
//! ```
//! Both print with a call the place that made it; here a frame has the place *in* its function. The cause is printed before what it
//! caused (`Next`); Xdebug prints the most recent call last.

use super::block::{Block, MAX_CAUSES, Role};
use super::head;
use super::lines::{leading_number, number, some};
use super::{Frame, Language};

/// File and line; either may be missing.
type Place = (Option<String>, Option<u32>);

/// One call: who was called, and from where.
struct Call {
    name: (Option<String>, Option<String>),
    from: Place,
}

#[derive(Default)]
struct Printed {
    head: (String, String),
    thrown_at: Place,
    calls: Vec<Call>,
    oldest_first: bool,
}

pub(super) fn parse(lines: &[&str]) -> Vec<Block> {
    let mut printed: Vec<Printed> = vec![Printed::default()];
    for line in lines.iter().map(|line| line.trim()) {
        let Some(last) = printed.last_mut() else { break };
        if let Some(call) = engine_call(line) {
            last.calls.push(call);
        } else if let Some(call) = xdebug_call(line) {
            last.oldest_first = true;
            last.calls.push(call);
        } else if last.calls.is_empty() || line.starts_with("Next ") {
            let Some((head, thrown_at)) = read_head(line) else { continue };
            if !last.calls.is_empty() {
                if printed.len() > MAX_CAUSES {
                    break;
                }
                printed.push(Printed::default());
            }
            if let Some(last) = printed.last_mut() {
                (last.head, last.thrown_at) = (head, thrown_at);
            }
        }
    }
    let blocks = printed.into_iter().rev().enumerate().map(|(at, printed)| {
        let role = if at == 0 { Role::Thrown } else { Role::Cause };
        printed.into_block(role, at.checked_sub(1))
    });
    blocks.collect()
}

impl Printed {
    /// Each function with the place where it was when it made the next call, the first with the place that threw.
    fn into_block(mut self, role: Role, parent: Option<usize>) -> Block {
        if self.oldest_first {
            self.calls.reverse();
        }
        let mut place = self.thrown_at;
        let mut block = Block::new(role, parent).with_head(self.head);
        let main = (None, some("{main}"));
        let ended = self.calls.last().is_none_or(|call| call.name == main);
        for Call { name: (module, function), from } in self.calls {
            let (file, line) = std::mem::replace(&mut place, from);
            block.frames.push(Frame { file, module, function, line, language: Language::Php });
        }
        if !ended && place.0.is_some() {
            block.frames.push(Frame {
                file: place.0,
                module: None,
                function: main.1,
                line: place.1,
                language: Language::Php,
            });
        }
        block
    }
}

/// `#0 /app/src/Api.php(7): Shop\Cart->total(…)`, `#1 [internal function]: f()` or `#2 {main}`.
fn engine_call(line: &str) -> Option<Call> {
    let (_, rest) = leading_number(line.strip_prefix('#')?)?;
    let rest = rest.strip_prefix(' ')?;
    if rest == "{main}" {
        return Some(Call { name: (None, some("{main}")), from: (None, None) });
    }
    let (place, called) = rest.split_once(": ")?;
    let from = match place.strip_suffix(')').and_then(|inner| inner.rsplit_once('(')) {
        Some((file, line)) if is_file(file) => (some(file), Some(number(line)?)),
        _ if place == "[internal function]" => (None, None),
        _ => return None,
    };
    Some(Call { name: names(called)?, from })
}

/// `PHP   2. Shop\Cart->total($x = 1) /app/src/Api.php:7`.
fn xdebug_call(line: &str) -> Option<Call> {
    let line = line.strip_prefix("PHP ").unwrap_or(line).trim_start();
    let (_, rest) = leading_number(line)?;
    let rest = rest.strip_prefix(". ")?;
    let (called, place) = rest.rsplit_once(") ")?;
    let (file, line) = place.trim().rsplit_once(':')?;
    if !is_file(file) {
        return None;
    }
    let name = if called.starts_with("{main}(") { (None, some("{main}")) } else { names(&format!("{called})"))? };
    // The script itself is called from nowhere.
    let from = if number(line)? == 0 { (None, None) } else { (some(file), number(line)) };
    Some(Call { name, from })
}

/// Absolute, or with PHP's extension.
fn is_file(text: &str) -> bool {
    text.starts_with('/') || text.contains(":\\") || text.contains(".php")
}

/// Class and function of `Shop\Cart->total(…)`, `Shop\Cart::make()` or `array_map(…)`; arguments may hold anything.
fn names(called: &str) -> Option<(Option<String>, Option<String>)> {
    // A closure's own name may hold parentheses: `Shop\Cart->{closure:Shop\Cart::total():12}(…)`.
    let from = called.rfind("{closure").and_then(|at| called[at..].find('}').map(|end| at + end)).unwrap_or(0);
    let open = from + called[from..].find('(')?;
    let name = &called[..open];
    if name.is_empty() || name.contains(char::is_whitespace) || !called.ends_with(')') {
        return None;
    }
    let own = name.find("{closure").unwrap_or(name.len());
    let split = name[..own].rfind("->").or_else(|| name[..own].rfind("::"));
    Some(match split {
        Some(at) => (some(&name[..at]), some(&name[at + 2..])),
        // A function's namespace is its module.
        None => match name[..own].rfind('\\') {
            Some(at) => (some(&name[..at]), some(&name[at + 1..])),
            None => (None, some(name)),
        },
    })
}

/// `Shop\CartError: empty in /app/src/Cart.php:12`, or `… in /app/src/Cart.php on line 12`.
fn read_head(line: &str) -> Option<((String, String), Place)> {
    let (head, place) = match line.rsplit_once(" in ") {
        Some((head, place)) if is_file(place) => (head, place),
        _ => return head::read(line).map(|head| (head, (None, None))),
    };
    let place = place.split_once(" on line ").or_else(|| place.rsplit_once(':'));
    let thrown_at = place.map_or((None, None), |(file, line)| (some(file), number(line)));
    let named = head::read(head).or_else(|| {
        let (kind, message) = head.strip_prefix("PHP ").unwrap_or(head).split_once(": ")?;
        Some((kind.to_owned(), message.trim().to_owned()))
    });
    named.map(|head| (head, thrown_at))
}

#[cfg(test)]
mod tests {
    use super::super::{frames, parse};

    fn shown(text: &str) -> Vec<String> {
        frames(text).iter().map(ToString::to_string).collect()
    }

    const ENGINE: &str = "PHP Fatal error:  Uncaught PDOException: gone in /app/src/Db.php:3
Stack trace:
#0 /app/src/Cart.php(12): Shop\\Db->query('SELECT (1): x')
#1 [internal function]: Shop\\Cart::{closure}(Object(Shop\\Item))
#2 /app/index.php(4): array_map(Object(Closure), Array)
#3 {main}

Next Shop\\CartError: failed in /app/src/Cart.php:15
Stack trace:
#0 /app/index.php(4): Shop\\Cart->total()
#1 {main}
  thrown in /app/src/Cart.php on line 15";

    #[test]
    fn a_frame_has_the_place_in_its_function() {
        assert_eq!(
            shown(ENGINE),
            [
                "Shop\\Db.query (/app/src/Db.php:3)",
                "Shop\\Cart.{closure} (/app/src/Cart.php:12)",
                "array_map",
                "{main} (/app/index.php:4)",
                "Shop\\Cart.total (/app/src/Cart.php:15)",
            ]
        );
    }

    #[test]
    fn the_cause_is_printed_first() {
        let trace = parse(ENGINE);
        let told: Vec<_> = trace.blocks.iter().map(|b| (b.exception_type.as_str(), b.message.as_str())).collect();
        assert_eq!(told, [("Shop\\CartError", "failed"), ("PDOException", "gone")]);
        assert_eq!(trace.chain(), [0, 1]);
    }

    #[test]
    fn xdebug_prints_the_most_recent_call_last() {
        let text = "PHP Warning:  Division by zero in /app/src/Cart.php on line 12\nPHP Stack trace:\nPHP   1. {main}() /app/index.php:0\nPHP   2. Shop\\Api->get($id = 7) /app/index.php:4\nPHP   3. total() /app/src/Api.php:7";
        assert_eq!(
            shown(text),
            ["total (/app/src/Cart.php:12)", "Shop\\Api.get (/app/src/Api.php:7)", "{main} (/app/index.php:4)"]
        );
        assert_eq!(parse(text).blocks[0].message, "Division by zero");
    }

    #[test]
    fn bare_calls_are_read() {
        assert_eq!(
            shown("#0 /path/file.php(12): Shop\\Cart->total()"),
            ["Shop\\Cart.total", "{main} (/path/file.php:12)"]
        );
        for text in ["#0 a: b", "#12 fixes: the cart (12): x()", "1. first) /etc/hosts:1", "#0 /a.php(x): f()"] {
            assert!(shown(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn closures_keep_their_name() {
        let text = "#0 /a.php(1): Shop\\Cart->{closure:Shop\\Cart::total():12}(Object(X))\n#1 {main}";
        assert_eq!(frames(text)[0].function.as_deref(), Some("{closure:Shop\\Cart::total():12}"));
    }
}
