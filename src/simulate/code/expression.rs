//! Neutral expressions (`order.lines == null and size_of(order.lines) > 0`) in the words of a language.

use super::layout::camel;
use crate::simulate::scenario::Language;

/// `text` in `language`. Identifiers become camel case outside Python; fields become accessors in Java; `get(a, "b")`,
/// `size_of(a)`, `to_int(a)`, `null`, `true`, `and`, `or` and `not` become what the language says instead.
pub fn expression(text: &str, language: Language) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = if first == '"' {
            let end = rest[1..].find('"').map_or(rest.len(), |at| at + 2);
            out.push_str(&rest[..end]);
            end
        } else if first.is_ascii_alphabetic() || first == '_' {
            word(rest, language, &mut out)
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[taken..];
    }
    idioms(&out, language)
}

/// Writes the identifier that `rest` begins with; returns how much of `rest` it used.
fn word(rest: &str, language: Language, out: &mut String) -> usize {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let own = !out.ends_with('.') || name == "trim";
    let close = if own && after.starts_with('(') { closing(after) } else { None };
    if let Some(close) = close
        && let Some(call) = builtin(name, &after[1..close], language)
    {
        out.push_str(&call);
        return end + close + 1;
    }
    let field = out.ends_with('.') && !after.starts_with('(');
    out.push_str(&keyword(name, language).unwrap_or_else(|| camel(name, language)));
    if field && language == Language::Java {
        out.push_str("()");
    }
    end
}

/// Index of the parenthesis that closes the one `text` begins with.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().find_map(|(index, c)| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        (depth == 0).then_some(index)
    })
}

fn builtin(name: &str, argument: &str, language: Language) -> Option<String> {
    let inner = || expression(argument, language);
    Some(match (name, language) {
        ("size_of", Language::Python) => format!("len({})", inner()),
        ("size_of", Language::TypeScript) => format!("{}.length", inner()),
        ("size_of", Language::Java) => format!("{}.size()", inner()),
        ("to_int", Language::Python) => format!("int({})", inner()),
        ("to_int", Language::TypeScript) => format!("BigInt({})", inner()),
        ("to_int", Language::Java) => format!("Integer.parseInt({})", inner()),
        ("get", _) => {
            let (object, key) = argument.split_once(", ")?;
            let object = expression(object, language);
            match language {
                Language::Python => format!("{object}[{key}]"),
                Language::TypeScript => format!("{object}.{}", camel(key.trim_matches('"'), language)),
                Language::Java => format!("{object}.get({key})"),
            }
        }
        ("trim", Language::Python) => format!("strip({})", inner()),
        _ => return None,
    })
}

fn keyword(name: &str, language: Language) -> Option<String> {
    let python = language == Language::Python;
    let word = match name {
        "null" if python => "None",
        "true" if python => "True",
        "false" if python => "False",
        "and" if !python => "&&",
        "or" if !python => "||",
        "not" if !python => "!",
        _ => return None,
    };
    Some(word.to_owned())
}

fn idioms(text: &str, language: Language) -> String {
    match language {
        Language::Python => text.replace("== None", "is None").replace("!= None", "is not None"),
        Language::TypeScript => text.replace(" == ", " === ").replace(" != ", " !== ").replace("! ", "!"),
        Language::Java => text.replace("! ", "!"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_says_it_its_way() {
        let text = "order.gift_note == null and size_of(order.lines) > get(order.extras, \"max_lines\")";
        assert_eq!(
            expression(text, Language::Python),
            "order.gift_note is None and len(order.lines) > order.extras[\"max_lines\"]"
        );
        assert_eq!(
            expression(text, Language::TypeScript),
            "order.giftNote === null && order.lines.length > order.extras.maxLines"
        );
        assert_eq!(
            expression(text, Language::Java),
            "order.giftNote() == null && order.lines().size() > order.extras().get(\"max_lines\")"
        );
    }

    #[test]
    fn methods_keep_their_names() {
        assert_eq!(expression("http.get(url, page_size)", Language::Python), "http.get(url, page_size)");
        assert_eq!(expression("code.trim()", Language::Python), "code.strip()");
    }

    #[test]
    fn strings_are_left_alone() {
        assert_eq!(
            expression("db.one(\"select a_b from t\", row_id)", Language::Java),
            "db.one(\"select a_b from t\", rowId)"
        );
    }
}
