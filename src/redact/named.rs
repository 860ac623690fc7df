//! Values beside names that say that they are secret.

use super::Kind;
use super::find::{Hit, Rule};
use super::value::{self, Value};
use regex::Regex;

/// Names whose value is secret whatever it looks like.
const STRONG: &str = "pass(?:words?|wds?|phrases?|codes?)|pwd|secret|api[_. -]?keys?|api[_-]?secret|access[_-]?key(?:[_-]?id)?|\
    (?:account|private|encryption|signing|master|license|subscription|service|secret|deploy|auth|app|webhook)[_-]?key|\
    (?:access|auth|api|refresh|id|csrf|xsrf|csrfmiddleware|bearer|user|session|oauth2?|security|bot|deploy|personal|service|app|client|\
    login|reset|verification|push|device|bearer|private|remember|registration|vault|ci|job|webhook)[_. -]?token|\
    session[_-]?(?:id|key|token|secret|cookie)|sess[_-]?id|jsessionid|phpsessid|connect\\.sid|otp|cvv2?|cvc2?|ssn|passport[_-]?(?:no|number)?|\
    jwt|csrf|xsrf|conn(?:ection)?[_-]?str(?:ing)?[_-]?password|sas[_-]?url|pin[_-]?code";
/// Names whose value is secret if it looks so.
const WEAK: &str =
    "token|session|credentials?|creds?|pass|sid|signature|sig|pin|nonce|auth|key[_-]?material|x-amz-signature";
/// Names of telephone numbers.
const PHONE: &str = "phone(?:[_-]?(?:no|number))?|mobile(?:[_-]?(?:no|number))?|msisdn|telephone|fax|cell(?:phone)?";
/// Names that must not be the end of another word.
const WHOLE: [&str; 17] = [
    "pwd", "otp", "cvv", "cvv2", "cvc", "cvc2", "ssn", "sid", "sig", "pin", "pass", "auth", "cred", "creds", "jwt",
    "fax", "nonce",
];

/// `name=value`, `name: value`, `"name": "value"`, `name => value`.
pub(super) struct Named {
    regex: Regex,
}

impl Named {
    pub fn new() -> Result<Self, String> {
        let pattern = format!(
            r#"(?i)(?:(?P<strong>{STRONG})|(?P<weak>{WEAK})|(?P<phone>{PHONE}))(?:[_-]?(?:key|value|hash|base|str|id|[0-9]{{1,3}}|key[_-]base))?["'\]\\]{{0,6}}[ \t]{{0,8}}(?P<sign>=>|:=|=|:)[ \t]{{0,8}}"#
        );
        Regex::new(&pattern).map(|regex| Self { regex }).map_err(|error| error.to_string())
    }
}

impl Rule for Named {
    fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        let mut at = 0;
        while let Some(captures) = self.regex.captures_at(text, at) {
            let (Some(whole), Some(sign)) = (captures.get(0), captures.name("sign")) else { break };
            at = whole.end();
            let name = ["strong", "weak", "phone"].into_iter().find_map(|group| captures.name(group));
            if !name.is_some_and(|name| stands_alone(text, name.start(), name.as_str())) {
                continue;
            }
            let Some(value) = value_after(text, sign.end(), whole.end(), sign.as_str()) else { continue };
            let shown = &text[value.range.clone()];
            let site = Site {
                strong: captures.name("strong").is_some(),
                spaced: text[..sign.start()].ends_with([' ', '\t']),
                equals: sign.as_str() != ":",
                after: &text[value.range.end..],
            };
            let (kind, secret) = if captures.name("phone").is_some() {
                (Kind::Phone, shown.bytes().filter(u8::is_ascii_digit).count() >= 7)
            } else {
                (Kind::Secret, is_secret(shown, value.quoted, &site))
            };
            let long = !value.quoted && shown.len() > value::MAX_WORD;
            if long || secret && !value::is_placeholder(shown) {
                at = value.range.end;
                hits.push(Hit { kind, range: value.range });
            }
        }
    }
}

/// The value after a sign; `None` for `==`, `::` and the like.
fn value_after(text: &str, sign: usize, start: usize, kind: &str) -> Option<Value> {
    let next = text[sign..].bytes().next();
    if matches!((kind, next), ("=", Some(b'=' | b'~')) | (":", Some(b':'))) {
        return None;
    }
    value::read(text, start)
}

/// Whether a name is a word of its own, where it must be.
fn stands_alone(text: &str, start: usize, name: &str) -> bool {
    let must = WHOLE.iter().any(|word| word.eq_ignore_ascii_case(name));
    !must || !text[..start].ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// Where a value stands.
struct Site<'a> {
    strong: bool,
    /// A blank before the sign, as programs are written.
    spaced: bool,
    /// The sign has an equals sign.
    equals: bool,
    after: &'a str,
}

fn is_secret(value: &str, quoted: bool, site: &Site) -> bool {
    let digit = value.bytes().any(|b| b.is_ascii_digit());
    let word = value.bytes().all(|b| b.is_ascii_alphabetic() || b"_.$-".contains(&b));
    // `PASSWORD_KEY = "user.password"`, `password = newPassword`: another name.
    if word && names_a_secret(value) {
        return false;
    }
    if quoted {
        let blanks = value.bytes().filter(u8::is_ascii_whitespace).count();
        return site.strong || blanks == 0 && (value.len() >= 8 && digit || value.len() >= 20);
    }
    let statement = site.after.trim_start_matches(')').starts_with(';') || site.after.trim_start().starts_with('{');
    if value::is_code(value, site.after) || site.spaced && word && (statement || !site.strong) {
        return false;
    }
    site.strong || value.len() >= 6 && digit || site.equals && !site.spaced && value.len() >= 6
}

fn names_a_secret(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    [
        "password",
        "passwd",
        "secret",
        "token",
        "pwd",
        "apikey",
        "api_key",
        "api-key",
        "credential",
        "session",
        "_key",
        "passphrase",
    ]
    .iter()
    .any(|name| lower.contains(name))
}

/// Values whose name stands elsewhere: command lines, SQL, XML, pairs of `name` and `value`.
pub(super) struct Structured {
    regexes: Vec<Regex>,
}

impl Structured {
    pub fn new() -> Result<Self, String> {
        const NAME: &str =
            "(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)";
        let patterns = [
            format!(r#"(?i)(?:^|[\s"'\[,])--?[a-z0-9-]{{0,32}}{NAME}["',]{{0,3}}[ \t]{{1,4}}["']?(?P<value>[^\s"'<>-][^\s"'<>]*)"#),
            r"(?i)\b(?:identified[ \t]+(?:with[ \t]+\S{1,40}[ \t]+)?(?:by|as)|password)[ \t]+(?:password[ \t]+)?'(?P<value>[^'\n]+)'".to_owned(),
            r#"(?i)\b(?:sshpass[ \t]+-p|requirepass|masterauth|identified[ \t]+by|login[ \t]+\S{1,64}[ \t]+password)[ \t]+["']?(?P<value>[^\s"';]+)"#.to_owned(),
            r#"(?i)\b(?:password|passwd|passphrase|pwd)[ \t]+(?:(?:is|was|of|to|set to)[ \t]+)?["'](?P<value>[^"'\n]+)["']"#.to_owned(),
            format!(r#"(?i)\b(?:name|key)=["'][a-z0-9_.:-]{{0,64}}{NAME}[a-z0-9_-]{{0,32}}["'][^<>\n]{{0,64}}>[ \t]{{0,8}}(?P<value>[^<>\n]+)</"#),
            format!(r"(?i)<[a-z0-9_:.-]{{0,64}}{NAME}(?:[ \t][^<>\n]{{0,256}})?>[ \t]{{0,8}}(?P<value>[^<>\n]+)</"),
            format!(
                r#"(?i)\b(?:name|key)["']?[ \t]{{0,4}}[=:][ \t]{{0,4}}["']?[a-z0-9_.:-]{{0,64}}{NAME}[a-z0-9_-]{{0,32}}["']?[ \t]{{0,4}},?\s{{0,4}}[ \t+-]{{0,64}}["']?value["']?[ \t]{{0,4}}[=:][ \t]{{0,4}}["']?(?P<value>[^\s"'<>]+)"#
            ),
        ];
        let compile = |pattern: &String| Regex::new(pattern).map_err(|error| error.to_string());
        Ok(Self { regexes: patterns.iter().map(compile).collect::<Result<_, _>>()? })
    }
}

impl Rule for Structured {
    fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        for regex in &self.regexes {
            let values = regex.captures_iter(text).filter_map(|captures| captures.name("value"));
            let values = values.filter(|value| !value::is_placeholder(value.as_str()));
            hits.extend(values.map(|value| Hit { kind: Kind::Secret, range: value.range() }));
        }
    }
}
