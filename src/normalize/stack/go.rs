//! Go: panics and goroutine dumps.
//!
//! ```text
//! panic: runtime error: invalid memory address or nil pointer dereference
//!
//! goroutine 1 [running]:
//! github.com/shop/cart.(*Cart).Total(0xc000010000)
//!     /app/cart/cart.go:12 +0x1d
//! created by main.main in goroutine 1
//!     /app/main.go:9 +0x25
//! ```

use super::lines::{leading_number, some};
use super::{Frame, Language, flatten};

pub(super) fn parse(lines: &[&str]) -> Vec<Frame> {
    let frames = lines.iter().enumerate().filter_map(|(index, line)| {
        let (file, number) = location(line.trim())?;
        let before = if index == 0 { "" } else { lines[index - 1].trim() };
        let (module, function) = call(before);
        Some(Frame { file: some(&file), module, function, line: Some(number), language: Language::Go })
    });
    flatten([frames.collect()])
}

/// `/app/cart.go:12 +0x1d`, or what a log line holds: `cart.go:12`.
fn location(line: &str) -> Option<(String, u32)> {
    let (stem, rest) = line.split_once(".go:")?;
    if stem.is_empty() || stem.contains(char::is_whitespace) {
        return None;
    }
    let (number, rest) = leading_number(rest)?;
    (rest.is_empty() || rest.trim_start().starts_with("+0x")).then(|| (format!("{stem}.go"), number))
}

/// Package path and function of `github.com/shop/cart.(*Cart).Total(0xc000010000)`.
fn call(line: &str) -> (Option<String>, Option<String>) {
    let name = line.strip_prefix("created by ").unwrap_or(line);
    let name = name.split(" in goroutine").next().unwrap_or(name);
    let name = without_arguments(name).replace("[...]", "");
    if name.contains(char::is_whitespace) {
        return (None, None);
    }
    let last_part = name.rfind('/').map_or(0, |at| at + 1);
    let Some(dot) = name[last_part..].find('.').map(|at| at + last_part) else { return (None, some(&name)) };
    (some(&name[..dot]), name[dot + 1..].split('.').rfind(|part| !is_closure(part)).and_then(some))
}

/// Cuts at the first parenthesis that is not a pointer receiver's.
fn without_arguments(name: &str) -> &str {
    let cut = name.match_indices('(').find(|(at, _)| !name[at + 1..].starts_with('*')).map(|(at, _)| at);
    &name[..cut.unwrap_or(name.len())]
}

/// `func1` and `1`: parts that the compiler names.
fn is_closure(part: &str) -> bool {
    let digits = part.strip_prefix("func").or_else(|| part.strip_prefix("gowrap")).unwrap_or(part);
    digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn a_panic_is_read() {
        let text = "panic: boom\n\ngoroutine 1 [running]:\npanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:884 +0x213\ngithub.com/shop/cart.(*Cart).Total(0xc000010000, {0x1, 0x2})\n\t/app/cart/cart.go:12 +0x1d\nmain.Map[...](...)\n\t/app/map.go:3\nmain.run.func1()\n\t/app/main.go:5 +0x2\ncreated by main.main in goroutine 7\n\t/app/main.go:9 +0x25\n";
        let shown: Vec<_> = parse(text).iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "panic (/usr/local/go/src/runtime/panic.go:884)",
                "github.com/shop/cart.Total (/app/cart/cart.go:12)",
                "main.Map (/app/map.go:3)",
                "main.run (/app/main.go:5)",
                "main.main (/app/main.go:9)",
            ]
        );
        assert!(parse(text)[0].is_library());
    }
}
