//! Secrets and personal data made up from a seed, to be planted in what is redacted and searched for in what comes out.

use super::Kind;
use std::fmt::Write as _;

/// One planted value in the text that shows what it is.
#[derive(Clone, Debug)]
pub struct Canary {
    pub kind: Kind,
    /// What must vanish.
    pub value: String,
    /// As a log or a file would hold it: `password=…`.
    pub text: String,
}

/// How a text may be written without being changed for a reader that undoes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Plain,
    /// A colour code every five characters.
    Ansi,
    /// Every byte as `%XX`.
    Percent,
    /// Every character as `\uXXXX`.
    Unicode,
    Base64,
    /// Within a JSON string within a JSON string.
    NestedJson,
}

impl Encoding {
    pub const ALL: [Self; 6] = [Self::Plain, Self::Ansi, Self::Percent, Self::Unicode, Self::Base64, Self::NestedJson];

    #[must_use]
    pub fn apply(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Ansi => {
                let characters: Vec<char> = text.chars().collect();
                characters.chunks(5).map(String::from_iter).collect::<Vec<_>>().join("\u{1b}[1;31m")
            }
            Self::Percent => each(text.bytes(), |out, b| write!(out, "%{b:02X}")),
            Self::Unicode => each(text.encode_utf16(), |out, unit| write!(out, "\\u{unit:04x}")),
            Self::Base64 => base64(text.as_bytes()),
            Self::NestedJson => {
                format!(r#"{{"log":"{}"}}"#, json(&format!(r#"{{"inner":"{}","level":"error"}}"#, json(text))))
            }
        }
    }
}

fn each<T>(items: impl Iterator<Item = T>, one: impl Fn(&mut String, T) -> std::fmt::Result) -> String {
    items.fold(String::new(), |mut out, item| {
        let _ = one(&mut out, item);
        out
    })
}

/// The inside of a JSON string.
fn json(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let held = (0..3).fold(0usize, |held, at| held << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let digit = char::from(ALPHABET[held >> (18 - 6 * at) & 63]);
            out.push(if at <= chunk.len() { digit } else { '=' });
        }
    }
    out
}

impl Canary {
    /// Where such a text is met: a log line, a stack trace, an added line of a diff, a configuration, a request that failed.
    #[must_use]
    pub fn planted(&self, encoding: Encoding, place: usize) -> String {
        let text = encoding.apply(&self.text);
        match place % 5 {
            0 => format!(
                "2026-11-24T15:36:02.113Z ERROR [pool-3] checkout failed after 3 attempts {text} (order 81723)\n"
            ),
            1 => format!(
                "java.lang.IllegalStateException: upstream refused {text}\n\tat com.acme.Pay.charge(Pay.java:88)\n\tat com.acme.Main.run(Main.java:12)\n"
            ),
            2 => format!(
                "diff --git a/app.cfg b/app.cfg\n--- a/app.cfg\n+++ b/app.cfg\n@@ -3,2 +3,3 @@ [db]\n retries = 3\n+{text}\n timeout = 20\n"
            ),
            3 => format!(
                "Traceback (most recent call last):\n  File \"/srv/app/pay.py\", line 20, in charge\nValueError: {text}\n"
            ),
            _ => format!("goroutine 12 [running]:\nmain.charge(0xc000112000)\n\t/srv/pay.go:31 +0x1d\npanic: {text}\n"),
        }
    }

    /// The form in which the value is still in a text, if it is.
    #[must_use]
    pub fn leak(&self, encoding: Encoding, text: &str) -> Option<String> {
        let bare = text.replace("\u{1b}[1;31m", "");
        let forms = Encoding::ALL.into_iter().filter(|e| !matches!(e, Encoding::NestedJson | Encoding::Base64));
        let mut forms: Vec<String> = forms.map(|encoding| encoding.apply(&self.value)).collect();
        forms.extend([json(&self.value), json(&json(&self.value))]);
        if encoding == Encoding::Base64 {
            // Its inner part, wherever a run may have been cut.
            let whole = encoding.apply(&self.text);
            let third = whole.len() / 3;
            forms.push(whole[third..whole.len() - third].to_owned());
        }
        forms.into_iter().find(|form| text.contains(form) || bare.contains(form))
    }
}

/// Reproducible digits: `SplitMix64` (Steele, Lea & Flood 2014).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    fn draw(&mut self, alphabet: &str, length: usize) -> String {
        (0..length).map(|_| char::from(alphabet.as_bytes()[self.roll(alphabet.len())])).collect()
    }

    fn digits(&mut self, length: usize) -> String {
        self.draw("0123456789", length)
    }

    fn word(&mut self, length: usize) -> String {
        // A digit at the end, so that no two are a word of the language.
        format!(
            "{}{}",
            self.draw("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", length - 1),
            self.roll(10)
        )
    }

    fn name(&mut self) -> String {
        format!("{}{}", self.draw("bdfgklmnprstvz", 1), self.draw("aeiourstn", 6))
    }
}

/// `n` canaries of all kinds in turn.
#[must_use]
pub fn canaries(seed: u64, n: usize) -> Vec<Canary> {
    let mut dice = Dice(seed);
    (0..n).map(|at| one(&mut dice, Kind::ALL[at % Kind::ALL.len()], at / Kind::ALL.len())).collect()
}

fn one(dice: &mut Dice, kind: Kind, turn: usize) -> Canary {
    let (value, text) = match kind {
        Kind::PrivateKey => private_key(dice, turn),
        Kind::UrlCredentials => url(dice, turn),
        Kind::Auth => auth(dice, turn),
        Kind::Cookie => filled(
            dice.word(24),
            [
                "Cookie: theme=dark; sid=@; lang=en",
                "Set-Cookie: SESSION=@; Path=/; HttpOnly",
                r#"{"cookie": "auth=@; a=b"}"#,
                "curl -H 'Cookie: jwt=@' http://api/",
            ][turn % 4],
        ),
        Kind::ApiKey => api_key(dice, turn),
        Kind::Secret => secret(dice, turn),
        Kind::Card => card(dice, turn),
        Kind::Iban => iban(dice, turn),
        Kind::Email => {
            let address =
                format!("{}.{}@{}.{}", dice.name(), dice.name(), dice.name(), ["com", "co.uk", "de", "io"][turn % 4]);
            filled(address, ["user @ not found", "from=@", "<@>", "mailto:@?subject=x", r#"{"user":"@"}"#][turn % 5])
        }
        Kind::Phone => phone(dice, turn),
        Kind::Ip => ip(dice, turn),
        Kind::HighEntropy => filled(dice.word(40), ["blob @", "handle @ expired", "x-id: @", "[@]"][turn % 4]),
    };
    Canary { kind, value, text }
}

/// A value, and a text with `@` in its place.
fn filled(value: String, text: &str) -> (String, String) {
    let text = text.replace('@', &value);
    (value, text)
}

fn private_key(dice: &mut Dice, turn: usize) -> (String, String) {
    let label = ["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"][turn % 4];
    let lines: Vec<String> = (0..4).map(|_| dice.word(64)).collect();
    let separator = if turn.is_multiple_of(2) { "\n" } else { "\\n" };
    let text = format!("-----BEGIN {label}-----{separator}{}{separator}-----END {label}-----", lines.join(separator));
    (lines[turn % 4].clone(), text)
}

fn url(dice: &mut Dice, turn: usize) -> (String, String) {
    let value = dice.word(14);
    let (before, after) = [
        ("postgres://app:", "db.internal:5432/orders"),
        ("https://deploy:", "git.example.com/repo.git"),
        ("redis://:", "cache:6379/0"),
        ("amqp://svc:", "mq/vhost"),
        ("mongodb+srv://root:", "cluster0.example.net/?w=majority"),
        ("https://", "example.com/x"),
    ][turn % 6];
    let text = format!("{before}{value}@{after}");
    (value, text)
}

fn auth(dice: &mut Dice, turn: usize) -> (String, String) {
    let value = if turn.is_multiple_of(2) {
        dice.word(32)
    } else {
        base64(format!("{}:{}", dice.name(), dice.word(12)).as_bytes())
    };
    filled(
        value,
        [
            "Authorization: Bearer @",
            "Authorization: Basic @",
            r#"{"authorization": "Bearer @"}"#,
            "Proxy-Authorization: Basic @",
            "sent Bearer @ to upstream",
            "curl -H \"Authorization: Basic @\" http://api/",
            "Authorization=Token @",
            "authorization => ApiKey @",
        ][turn % 8],
    )
}

fn api_key(dice: &mut Dice, turn: usize) -> (String, String) {
    const CAPITALS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let value = match turn % 18 {
        0 => format!("AKIA{}", dice.draw(CAPITALS, 16)),
        1 => format!("ghp_{}", dice.word(36)),
        2 => format!("github_pat_{}_{}", dice.word(22), dice.word(59)),
        3 => format!("glpat-{}", dice.word(20)),
        4 => format!("xoxb-{}-{}-{}", dice.digits(12), dice.digits(12), dice.word(24)),
        5 => format!("sk_live_{}", dice.word(24)),
        6 => format!("AIza{}", dice.word(35)),
        7 => format!("sk-ant-api03-{}", dice.word(60)),
        8 => format!("npm_{}", dice.word(36)),
        9 => format!("pypi-{}", dice.word(60)),
        10 => format!("eyJ{}.eyJ{}.{}", dice.word(20), dice.word(40), dice.word(43)),
        11 => format!("SG.{}.{}", dice.word(22), dice.word(43)),
        12 => format!("SK{}", dice.draw("0123456789abcdef", 32)),
        13 => format!("ASIA{}", dice.draw(CAPITALS, 16)),
        14 => format!("gho_{}", dice.word(36)),
        15 => format!("sk-{}", dice.word(48)),
        16 => format!("hf_{}", dice.word(34)),
        _ => format!("{}==", dice.word(86)),
    };
    let text = if turn % 18 == 17 {
        "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=@;EndpointSuffix=core.windows.net"
    } else {
        "got @ here"
    };
    filled(value, text)
}

fn secret(dice: &mut Dice, turn: usize) -> (String, String) {
    filled(
        dice.word(12),
        [
            "password=@",
            r#""password": "@""#,
            "passwd: @",
            "DB_PASSWORD=@",
            "client_secret=@&grant_type=x",
            "api_key: '@'",
            "apikey=@",
            "aws_secret_access_key = @",
            "token=@",
            r#"{"access_token":"@","expires_in":3600}"#,
            "session=@;",
            "pwd=@",
            "Server=db;User=sa;Password=@;",
            "private_key => @",
            "<password>@</password>",
            "mysqldump --password @ orders",
            "ALTER USER app IDENTIFIED BY '@'",
            "X-Api-Key: @",
            "final String PASSWORD = \"@\";",
            "https://api/x?a=1&token=@&b=2",
        ][turn % 20],
    )
}

fn card(dice: &mut Dice, turn: usize) -> (String, String) {
    let (prefix, length) = [("4", 16), ("52", 16), ("37", 15), ("6011", 16)][turn % 4];
    let mut digits = format!("{prefix}{}", dice.digits(length - prefix.len() - 1));
    let doubled = |at: usize, digit: u32| if at.is_multiple_of(2) { digit * 2 / 10 + digit * 2 % 10 } else { digit };
    let sum: u32 = digits.chars().rev().enumerate().map(|(at, c)| doubled(at, c.to_digit(10).unwrap_or(0))).sum();
    let _ = write!(digits, "{}", (10 - sum % 10) % 10);
    if turn % 3 == 1 && length == 16 {
        digits = [&digits[..4], &digits[4..8], &digits[8..12], &digits[12..]].join(if turn.is_multiple_of(2) {
            " "
        } else {
            "-"
        });
    }
    filled(digits, ["card @ declined", "pan=@", r#"{"number":"@"}"#][turn % 3])
}

fn iban(dice: &mut Dice, turn: usize) -> (String, String) {
    let (country, length) = [("DE", 18), ("GB", 18), ("FR", 23), ("NO", 11)][turn % 4];
    let account = if country == "GB" { format!("NWBK{}", dice.digits(14)) } else { dice.digits(length) };
    let moved = format!("{account}{country}00");
    let remainder = moved.chars().fold(0, |r, c| {
        let value = c.to_digit(36).unwrap_or(0);
        (r * if value > 9 { 100 } else { 10 } + value) % 97
    });
    let mut value = format!("{country}{:02}{account}", 98 - remainder);
    if turn % 2 == 1 {
        value = value.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
    }
    filled(value, ["transfer to @ refused", r#"{"iban":"@"}"#, "IBAN @."][turn % 3])
}

fn phone(dice: &mut Dice, turn: usize) -> (String, String) {
    let value = match turn % 4 {
        0 => format!("+49 151 {}", dice.digits(8)),
        1 => format!("(415) 55{}-{}", dice.roll(10), dice.digits(4)),
        2 => format!("+4479{}", dice.digits(8)),
        _ => format!("0171{}", dice.digits(7)),
    };
    filled(value, ["call @ failed", "sms to @", r#"{"to":"@"}"#, "phone=@"][turn % 4])
}

fn ip(dice: &mut Dice, turn: usize) -> (String, String) {
    let mut octet = || 11 + dice.roll(240);
    let value = match turn % 3 {
        0 | 1 => format!("{}.{}.{}.{}", octet(), octet(), octet(), octet()),
        _ => format!("2001:db8:{:x}::{:x}:{:x}", 4096 + octet(), 4096 + octet(), octet()),
    };
    filled(value, ["refused by @:5432", "client @ timed out", "dial tcp [@]:443: connect"][turn % 3])
}
