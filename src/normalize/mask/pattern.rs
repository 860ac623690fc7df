//! The regular expression of each mask.

use super::MaskKind;

const MONTH: &str = "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|\
                     Nov(?:ember)?|Dec(?:ember)?)";
const WEEKDAY: &str = "(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)";
/// Month and day of a month in digits.
const MM: &str = "(?:1[0-2]|0?[1-9])";
const DD: &str = "(?:3[01]|[12][0-9]|0?[1-9])";
/// A time of day, to any fraction of a second.
const CLOCK: &str = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,:][0-9]+)?)?(?: ?[AaPp][Mm])?";
const ZONE: &str = "(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?";

impl MaskKind {
    /// The regular expression. `uuid`, `timestamp` and `number` are the contract's (semantics.md §3), unanchored and without
    /// word boundaries; the others, where they can begin or end inside a word, have word boundaries.
    #[must_use]
    pub fn pattern(&self) -> String {
        match self {
            // CSI and OSC sequences, and the two-byte escapes (ECMA-48 §5.3, §5.4).
            Self::Ansi {} => r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])".to_owned(),
            Self::Uuid {} => "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}".to_owned(),
            Self::Timestamp {} => {
                r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
                    .to_owned()
            }
            Self::Datetime {} => datetime(),
            Self::Date {} => date(),
            Self::Time {} => format!(r"\b(?:[0-9]{{1,3}}:[0-5][0-9]:[0-5][0-9](?:[.,][0-9]+)?(?: ?[AaPp][Mm])?|{CLOCK})\b"),
            Self::Epoch {} => r"\b1[0-9]{9}(?:[0-9]{3}){0,3}(?:\.[0-9]{1,9})?\b".to_owned(),
            Self::Duration {} => duration(),
            Self::Url { .. } => r#"\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'"<>)\]]+"#.to_owned(),
            Self::Email {} => r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\b".to_owned(),
            Self::Mac {} => {
                r"\b(?:[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}|[0-9a-fA-F]{2}(?:-[0-9a-fA-F]{2}){5}|[0-9a-fA-F]{4}(?:\.[0-9a-fA-F]{4}){2})\b"
                    .to_owned()
            }
            Self::Ipv4 {} => r"\b[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]{1,5})?\b".to_owned(),
            Self::Ipv6 {} => r"[0-9a-fA-F:]*:[0-9a-fA-F]+(\.[0-9]{1,3}){0,3}".to_owned(),
            Self::Host {} => r"\b[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?\b".to_owned(),
            Self::Port {} => r"(?:\b[Pp]ort[ =:#]{1,3}|[>\]]:)[0-9]{1,5}\b".to_owned(),
            Self::Pod {} => r"\b[a-z0-9][a-z0-9-]*-[a-z0-9]{8,10}-[a-z0-9]{5}\b".to_owned(),
            Self::Path { .. } => {
                r#"(^|[\s='"`(\[{,;:|>])([A-Za-z]:\\|\\\\|~?/)[A-Za-z0-9_.@%+$#-]+([/\\][A-Za-z0-9_.@%+$#-]*)+"#.to_owned()
            }
            Self::Body {} => r#"\{\s*["'}]|\[\s*["'{\[0-9-]"#.to_owned(),
            Self::Quoted {} => r#""[^"]*"|'[^']*'|`[^`]*`"#.to_owned(),
            Self::KeyValue {} => r#"\b[A-Za-z_][A-Za-z0-9_.-]*=(?:"[^"]*"|'[^']*'|[^\s"',;|)\]}&]+)"#.to_owned(),
            Self::Base64 { min_length } => format!(
                r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?|[A-Za-z0-9+/_-]{{{},}}={{0,2}}",
                min_length.max(&1)
            ),
            Self::Digest {} => {
                r"\b(?:[0-9a-fA-F]{128}|[0-9a-fA-F]{96}|[0-9a-fA-F]{64}|[0-9a-fA-F]{56}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b"
                    .to_owned()
            }
            Self::Hex { min_length } => format!(r"\b(0[xX][0-9a-fA-F]+|[0-9a-fA-F]{{{},}})\b", min_length.max(&1)),
            Self::WithDigit {} => r#"[^\s,;=()\[\]{}"'`<>|]*[0-9][^\s,;=()\[\]{}"'`<>|]*"#.to_owned(),
            Self::Quantity { .. } => self.quantity(),
            Self::Number { min_length } => format!("[0-9]{{{},}}", min_length.max(&1)),
            Self::Custom(custom) => custom.pattern.clone(),
        }
    }

    fn quantity(&self) -> String {
        let Self::Quantity { sign, decimals, thousands, unit, percent, min_length } = self else {
            return String::new();
        };
        let part = |wanted: &bool, pattern: &'static str| if *wanted { pattern } else { "" };
        let sign = part(sign, "[+-]?");
        let grouped = part(thousands, "[0-9]{1,3}(?:,[0-9]{3})+|");
        let decimals = part(decimals, r"(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");
        let unit = part(unit, r"(?: ?(?:[KMGTP]i?B|[kKMGTP]?[Bb]ps|[kKMGTP]?[Bb]ytes?|[KMGT]?Hz|B|kB|[kKMG]))?");
        let percent = part(percent, "%|");
        format!(r"{sign}\b(?:{grouped}[0-9]{{{},}}){decimals}(?:{percent}{unit}\b)", min_length.max(&1))
    }
}

/// Date and time in other forms than the contract's: with slashes or dots, syslog, ctime, RFC 2822, Common Log Format, compact.
fn datetime() -> String {
    let digits = format!(
        "(?:[0-9]{{4}}-{MM}-{DD}|[0-9]{{4}}/{MM}/{DD}|[0-9]{{4}}\\.{MM}\\.{DD}|[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-](?:[0-9]{{4}}|[0-9]{{2}}))"
    );
    let forms = [
        format!(r"{digits}(?:T|[ ,_-]{{1,2}}){CLOCK}{ZONE}"),
        format!(r"[0-9]{{4}}-{MM}-{DD}-[0-9]{{2}}\.[0-9]{{2}}\.[0-9]{{2}}(?:\.[0-9]+)?"),
        format!("(?:{WEEKDAY},? +)?{MONTH} +{DD}(?:,? +[0-9]{{4}})?,? +{CLOCK}(?: [A-Z]{{3,4}})?(?: [0-9]{{4}})?"),
        format!("(?:{WEEKDAY},? +)?{DD}[ -]{MONTH}[ -][0-9]{{2,4}},? +{CLOCK}{ZONE}"),
        format!("{DD}/{MONTH}/[0-9]{{4}}:{CLOCK}(?: [+-][0-9]{{4}})?"),
        format!(r"[0-9]{{8}}[ T-](?:[0-9]{{6}}(?:\.[0-9]+)?Z?|{CLOCK})"),
    ];
    format!(r"\b(?:{})\b", forms.join("|"))
}

/// A date without a time.
fn date() -> String {
    let forms = [
        format!("[0-9]{{4}}-{MM}-{DD}"),
        format!("[0-9]{{4}}/{MM}/{DD}"),
        format!(r"[0-9]{{4}}\.{MM}\.{DD}"),
        format!("(?:{MM}/{DD}|{DD}/{MM})/(?:[0-9]{{4}}|[0-9]{{2}})"),
        format!(r"{DD}\.{MM}\.[0-9]{{4}}"),
        format!("{DD}[ -]{MONTH}[ -][0-9]{{2,4}}"),
        format!("{MONTH} +{DD},? +[0-9]{{4}}"),
    ];
    format!(r"\b(?:{})\b", forms.join("|"))
}

/// A number of time units, or several in a row; ISO 8601's `PT…`.
fn duration() -> String {
    const SHORT: &str = "(?:ns|[uµμ]s|ms|s|m|h|d)";
    const WORDS: &str = "(?:nanos(?:econds?)?|micros(?:econds?)?|millis(?:econds?)?|msecs?|secs?|seconds?|mins?|minutes?|hrs?|hours?|\
                         days?|weeks?)";
    const NUMBER: &str = r"[0-9]+(?:[.,][0-9]+)?";
    format!(
        r"\b(?:(?:{NUMBER}{SHORT})+|{NUMBER} (?:ns|[uµμ]s|ms|s)|{NUMBER} ?{WORDS}|P(?:[0-9]+D)?T(?:[0-9]+(?:\.[0-9]+)?[HMS])+)\b"
    )
}
