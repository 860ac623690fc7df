//! Names with a meaning of their own in a line of code or in a message: exceptions, types, settings, hosts, addresses, tables.

use super::words::identifiers;

/// Most names taken of one line.
const MAX_NAMES: usize = 32;

/// Exceptions that a line raises, last part of the type, lower-case: `throw new CartException(…)`, `raise CartError, …`,
/// `return errors.New`, `panic!`.
pub fn raised(line: &str) -> Vec<String> {
    after(line, &["throw new ", "throw ", "raise ", "Err(", "panic(", "panic!("])
}

/// Exceptions that a line catches: `catch (CartException e)`, `except CartError`, `rescue CartError`.
pub fn caught(line: &str) -> Vec<String> {
    after(line, &["catch (", "catch(", "except ", "except(", "rescue "])
}

/// Names of types (they begin with a capital) that stand in a line behind one of `words`.
fn after(line: &str, words: &[&str]) -> Vec<String> {
    let Some(at) = words.iter().filter_map(|word| line.find(word).map(|at| at + word.len())).min() else {
        return Vec::new();
    };
    let rest = line[at..].split('"').next().unwrap_or_default();
    types(rest).take(MAX_NAMES).collect()
}

/// The function that a line defines: behind a keyword (`def total(`), or between a type and its parameters (`public int total(Cart c) {`).
pub fn function(line: &str) -> Option<String> {
    let line = line.trim();
    let name = |text: &str| -> Option<String> {
        let name: String =
            text.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).take(128).collect();
        (name.len() >= 3 && name.starts_with(|c: char| c.is_alphabetic() || c == '_')).then_some(name)
    };
    for word in ["def ", "fn ", "func ", "function "] {
        if let Some(rest) =
            line.find(word).filter(|at| *at == 0 || line[..*at].ends_with(' ')).map(|at| &line[at + word.len()..])
        {
            let receiver = rest.strip_prefix('(').and_then(|rest| rest.split_once(") ")).map(|(_, rest)| rest);
            return name(receiver.unwrap_or(rest).trim_start_matches("self."));
        }
    }
    let (head, rest) = line.split_once('(')?;
    let (before, last) = head.trim_end().rsplit_once([' ', '*', '&'])?;
    let types = before.split_whitespace().all(|word| {
        !["return", "new", "throw", "else", "await", "yield", "case", "in", "if", "=", "raise", "and", "or", "not"]
            .contains(&word)
            && word.starts_with(|c: char| c.is_alphabetic() || matches!(c, '<' | '@'))
    });
    let is_body = !rest.ends_with(';') && (rest.ends_with(['{', ',', ')']) || rest.contains(") throws"));
    (types && !before.is_empty() && is_body && !head.contains(['=', '"', '.'])).then(|| name(last)).flatten()
}

fn types(text: &str) -> impl Iterator<Item = String> {
    let names = identifiers(text).filter(|name| name.len() >= 4 && name.starts_with(|c: char| c.is_uppercase()));
    names.map(str::to_lowercase)
}

/// Settings, environment variables, hosts, addresses and tables that a text names, lower-case; each is marked by its kind, so that a table
/// is never taken for a host.
pub fn of(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '-' | ':'))) {
        let word = word.trim_matches(['.', ':', '-']);
        if word.len() > 128 {
            continue;
        }
        found.extend(setting(word).or_else(|| host(word)).or_else(|| address(word)));
    }
    found.extend(table(text));
    found.truncate(MAX_NAMES);
    found
}

/// `CART_DB_URL`, `cart.retry.max`.
fn setting(word: &str) -> Option<String> {
    let snake = word.contains('_')
        && word.len() >= 6
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && word.starts_with(|c: char| c.is_ascii_uppercase());
    let dotted = word.matches('.').count() >= 2
        && word.split('.').all(|part| part.len() >= 2 && part.starts_with(|c: char| c.is_ascii_lowercase()))
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'));
    (snake || (dotted && !is_host(word))).then(|| format!("setting {}", word.to_lowercase()))
}

/// `tax.internal`, `api.example.com:443`, also within an address.
fn host(word: &str) -> Option<String> {
    let word = word.split_once("//").map_or(word, |(_, rest)| rest);
    let name = word.split(['/', ':']).next().unwrap_or_default();
    is_host(name).then(|| format!("host {}", name.to_lowercase()))
}

fn is_host(name: &str) -> bool {
    const ENDS: [&str; 14] =
        ["com", "net", "org", "io", "dev", "internal", "local", "svc", "cloud", "app", "eu", "de", "uk", "localdomain"];
    let mut parts = name.rsplit('.');
    parts.next().is_some_and(|end| ENDS.contains(&end))
        && parts.next().is_some()
        && name.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

/// `/api/carts`, without numbers and without files.
fn address(word: &str) -> Option<String> {
    let at = word.find('/')?;
    let path = word[at..].trim_end_matches('/').to_lowercase();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let plain = |part: &&str| !part.is_empty() && !part.contains('.') && part.starts_with(char::is_alphabetic);
    (at == 0 && parts.len() >= 2 && parts.iter().all(plain)).then(|| format!("address {path}"))
}

/// The word behind an SQL keyword, or behind `relation`, `table`, `column`, with at least one `_` or quotes around it.
fn table(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    ["relation ", "table ", "column ", "insert into ", "delete from ", " from ", " join "].iter().find_map(|word| {
        let rest = &lower[lower.find(word)? + word.len()..];
        let quoted = rest.starts_with(['"', '\'', '`']);
        let name: String = rest
            .trim_start_matches(['"', '\'', '`'])
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
            .take(64)
            .collect();
        (name.len() >= 4 && (quoted || name.contains('_'))).then(|| format!("table {name}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raised_and_caught() {
        for (line, names) in [
            ("    throw new CartException(\"x Total\");", &["cartexception"][..]),
            ("  raise shop.CartError, 'x'", &["carterror"]),
            ("  return Err(CartError::Empty)", &["carterror", "empty"]),
            ("return nothing", &[]),
        ] {
            assert_eq!(raised(line), names, "{line}");
        }
        for (line, names) in [
            ("} catch (IOException | CartException e) {", &["ioexception", "cartexception"][..]),
            ("    except (KeyError, shop.CartError) as e:", &["keyerror", "carterror"]),
            ("  rescue CartError => e", &["carterror"]),
        ] {
            assert_eq!(caught(line), names, "{line}");
        }
    }

    #[test]
    fn definitions_are_told_from_calls() {
        for (line, name) in [
            ("    def total(self):", Some("total")),
            ("    def self.total(cart)", Some("total")),
            ("func (c *Cart) Total(x int) error {", Some("Total")),
            ("export async function total(cart) {", Some("total")),
            ("public int total(Cart c) throws X {", Some("total")),
            ("    public void clear() {", Some("clear")),
            ("return total(cart)", None),
            ("x = total(cart)", None),
            ("total(cart);", None),
            ("cart.total(x)", None),
            ("if (total(x)) {", None),
            ("    int x = total(y)", None),
            ("} else if (x) {", None),
        ] {
            assert_eq!(function(line).as_deref(), name, "{line}");
        }
    }

    #[test]
    fn settings_hosts_addresses_and_tables() {
        for (text, names) in [
            ("missing CART_DB_URL", &["setting cart_db_url"][..]),
            ("cart.retry.max must be positive", &["setting cart.retry.max"]),
            ("POST https://tax.example.com/v1/rates: 503", &["host tax.example.com"]),
            ("GET /api/carts/total failed", &["address /api/carts/total"]),
            ("relation \"cart_items\" does not exist", &["table cart_items"]),
            ("select x from cart_items", &["table cart_items"]),
            ("read from disk in a.b", &[]),
        ] {
            assert_eq!(of(text), names, "{text}");
        }
    }
}
