//! Text from data sets, made harmless in Markdown.

use crate::report::shown::{excerpt, visible};
use std::fmt::Write;

/// `text` as literal text of any Markdown context, table cells included: no markup, link, HTML or cell border survives. Not for
/// the very start of a line, where a `-` or `1.` would open a list.
#[must_use]
pub fn md(text: &str) -> String {
    let text = visible(text);
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 16);
    for (index, &c) in chars.iter().enumerate() {
        let inside_word = || {
            let letter = |i: Option<usize>| i.and_then(|i| chars.get(i)).is_some_and(|c| c.is_alphanumeric());
            letter(index.checked_sub(1)) && letter(Some(index + 1))
        };
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' | '`' | '\\' => _ = write!(out, "&#{};", u32::from(c)),
            '_' if inside_word() => out.push(c),
            // `://`, `www.` and `@` would become links by themselves.
            ':' if chars.get(index + 1) == Some(&'/') => out.push_str("&#58;"),
            '.' if index >= 3 && chars[index - 3..index].iter().all(|c| c.eq_ignore_ascii_case(&'w')) => {
                out.push_str("&#46;");
            }
            '@' => out.push_str("&#64;"),
            '*' | '_' | '[' | ']' | '~' | '$' | '#' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// The first `limit` characters of [`md`].
#[must_use]
pub fn md_excerpt(text: &str, limit: usize) -> String {
    md(&excerpt(text, limit))
}

/// `text` as a code span, for ids and signatures outside tables: fenced by more backticks than it holds.
#[must_use]
pub fn code(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    // A blank on both sides is taken off again by the reader.
    let blank = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// A table with a heading row; `cells` are Markdown already. Columns from the second on align right where `right` says so.
#[must_use]
pub fn table(head: &[&str], right: bool, rows: &[Vec<String>]) -> String {
    let mut out = format!("| {} |\n|", head.join(" | "));
    for index in 0..head.len() {
        out.push_str(if right && index > 0 { " ---: |" } else { " --- |" });
    }
    out.push('\n');
    for row in rows {
        _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_markdown_or_html_survives() {
        let rows = [
            ("a | b", "a &#124; b"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("`x` **y** _z_", "&#96;x&#96; \\*\\*y\\*\\* \\_z\\_"),
            ("order_id_7", "order_id_7"),
            ("[a](http://b.c)", "\\[a\\](http&#58;//b.c)"),
            ("www.evil.example a@b.c", "www&#46;evil.example a&#64;b.c"),
            ("\\| trick", "&#92;&#124; trick"),
            ("&lt; $x$ #1 ![i](j)", "&amp;lt; \\$x\\$ \\#1 \\!\\[i\\](j)"),
            ("a\nb\u{1b}[2J\u{202e}", "a&#92;nb⟦U+001B⟧\\[2J⟦U+202E⟧"),
        ];
        for (given, expected) in rows {
            assert_eq!(md(given), expected);
        }
    }

    #[test]
    fn a_code_span_cannot_be_left() {
        assert_eq!(code("plain <b>"), "`plain <b>`");
        assert_eq!(code("a `` b"), "```a `` b```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a\n\n# b"), "`a\\n\\n# b`");
        assert_eq!(code(" "), "(empty)");
    }

    #[test]
    fn a_table_has_a_border_per_column() {
        let rows = [vec!["x".to_owned(), "1".to_owned()]];
        assert_eq!(table(&["a", "b"], true, &rows), "| a | b |\n| --- | ---: |\n| x | 1 |\n");
    }
}
