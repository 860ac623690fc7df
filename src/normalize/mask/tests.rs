use super::*;
use crate::normalize::{Rules, RulesSpec};
use proptest::prelude::*;
use regex::Regex;
use std::sync::LazyLock;

/// Every mask, parameters by default or as the table's examples want them.
static ALL: LazyLock<Vec<MaskKind>> = LazyLock::new(|| {
    let entry = |row: &Mask| match row.name {
        "hex" | "number" => format!("{{\"mask\": \"{}\", \"min_length\": 8}}", row.name),
        "custom" => {
            r#"{"mask": "custom", "name": "order_id", "pattern": "ORD-[0-9]+", "placeholder": "<order>"}"#.to_owned()
        }
        name => format!("{{\"mask\": \"{name}\"}}"),
    };
    MASKS.iter().map(|row| serde_json::from_str(&entry(row)).unwrap()).collect()
});

static REGEXES: LazyLock<Vec<Regex>> =
    LazyLock::new(|| ALL.iter().map(|k| Regex::new(&k.pattern()).unwrap()).collect());

fn finds(index: usize, text: &str) -> bool {
    let mut reads = reads_beyond(text);
    REGEXES[index].find_iter(text).any(|found| ALL[index].span(text, found.range(), &mut reads).is_some())
}

fn mask(json: &str, text: &str) -> String {
    let masks = vec![serde_json::from_str(json).unwrap()];
    Rules::new(&RulesSpec { masks, truncate: None }).unwrap().template(text)
}

#[test]
fn every_row_matches_what_it_must_and_nothing_that_it_must_not() {
    for (index, row) in MASKS.iter().enumerate() {
        for text in row.must_match {
            assert!(finds(index, text), "{} must match {text:?}", row.name);
        }
        for text in row.must_not_match {
            assert!(!finds(index, text), "{} must not match {text:?}", row.name);
        }
        let tag = serde_json::to_value(&ALL[index]).unwrap()["mask"].clone();
        assert_eq!((tag, ALL[index].row().name), (row.name.into(), row.name), "the table's order");
    }
}

#[test]
fn default_parameters_are_not_written() {
    for kind in
        ALL.iter().filter(|k| !matches!(k, MaskKind::Hex { .. } | MaskKind::Number { .. } | MaskKind::Custom(_)))
    {
        let written = serde_json::to_string(kind).unwrap();
        assert_eq!(written, format!("{{\"mask\":\"{}\"}}", kind.name()));
    }
    assert!(serde_json::from_str::<MaskKind>(r#"{"mask": "url", "kep": "host"}"#).is_err());
    assert!(serde_json::from_str::<MaskKind>(r#"{"mask": "custom", "name": "a", "pattern": "b", "x": 1}"#).is_err());
}

/// What is left of a text: every option, and what a mask takes where that is not all that its pattern finds.
const EXAMPLES: [(&str, &str, &str); 62] = [
    (r#"{"mask": "ansi"}"#, "\u{1b}[1;31mERROR\u{1b}[0m x", "ERROR x"),
    (r#"{"mask": "datetime"}"#, "at Dec 10 06:55:46 host", "at <timestamp> host"),
    (r#"{"mask": "datetime"}"#, "[10/Dec/2024:06:55:46 +0000]", "[<timestamp>]"),
    (r#"{"mask": "datetime"}"#, "Tue Dec 10 06:55:46 2024, done", "<timestamp>, done"),
    (r#"{"mask": "datetime"}"#, "2005-06-03-15.42.50.675872 R02", "<timestamp> R02"),
    (r#"{"mask": "datetime"}"#, "20171223-22:15:29:606|Step", "<timestamp>|Step"),
    (r#"{"mask": "datetime"}"#, "17/06/09 20:10:40 INFO", "<timestamp> INFO"),
    (r#"{"mask": "datetime"}"#, "Thu, 31 Dec 2026 23:59:59 GMT.", "<timestamp>."),
    (r#"{"mask": "date"}"#, "on 2026-05-04, 4 May 2026", "on <date>, <date>"),
    (r#"{"mask": "time"}"#, "took 00:03:22, at 6:55 PM", "took <time>, at <time>"),
    (r#"{"mask": "epoch"}"#, "since 1767225600123 ms", "since <timestamp> ms"),
    (
        r#"{"mask": "duration"}"#,
        "after 12ms (1h2m3.5s), 3.5 s, 5 minutes",
        "after <duration> (<duration>), <duration>, <duration>",
    ),
    (r#"{"mask": "url"}"#, "GET https://a.example/v1/x?q=1 failed", "GET <url> failed"),
    (r#"{"mask": "url", "keep": "scheme"}"#, "GET https://a.example/v1/x?q=1 failed", "GET https://<url> failed"),
    (r#"{"mask": "url", "keep": "host"}"#, "GET https://u:p@a.example:8443/v1/x?q=1", "GET https://a.example/<url>"),
    (
        r#"{"mask": "url", "keep": "path"}"#,
        "https://a.example:1/v1/orders/17/items?q=1#f",
        "https://a.example/v1/orders/<id>/items",
    ),
    (r#"{"mask": "url", "keep": "path"}"#, "https://a.example?q=1", "https://a.example"),
    (r#"{"mask": "url", "keep": "path"}"#, "s3://b/part-00017.parquet", "s3://b/<id>.parquet"),
    (r#"{"mask": "url", "keep": "host"}"#, "http://[::1]:80/x", "http://<url>]:80/x"),
    (r#"{"mask": "email"}"#, "to <ann@example.com>", "to <<email>>"),
    (r#"{"mask": "mac"}"#, "dev 00:1a:2B:33:44:55 up", "dev <mac> up"),
    (r#"{"mask": "ipv4"}"#, "from 10.0.0.1:80, 10.0.0.2", "from <ip>, <ip>"),
    (r#"{"mask": "ipv6"}"#, "from fe80::1 x", "from <ip> x"),
    (r#"{"mask": "host"}"#, "to db-7.example.com:5432, Foo.java:17", "to <host>, Foo.java:17"),
    (r#"{"mask": "port"}"#, "from <ip> port 38926 ssh2", "from <ip> port <port> ssh2"),
    (r#"{"mask": "port"}"#, "<host>:80", "<host>:<port>"),
    (r#"{"mask": "pod"}"#, "pod api-v2-7d9f8b6c5-x2k4q died", "pod api-v2-<pod> died"),
    (r#"{"mask": "path"}"#, "open(/var/tmp/x) failed: C:\\tmp\\a", "open(<path>) failed: <path>"),
    (r#"{"mask": "path"}"#, "file=~/a/b", "file=<path>"),
    (r#"{"mask": "path"}"#, "on \\\\server\\share\\x now", "on <path> now"),
    (r#"{"mask": "path", "keep": "extension"}"#, "open /a/b/c-17.tar.gz", "open <path>.gz"),
    (r#"{"mask": "path", "keep": "extension"}"#, "open /a/b/c", "open <path>"),
    (r#"{"mask": "path", "keep": "last"}"#, "open /a/b/server.log", "open <path>/server.log"),
    (r#"{"mask": "path", "keep": "last"}"#, "open /a/b/17.log", "open <path>/<id>.log"),
    (r#"{"mask": "path", "keep": "shape"}"#, "open /var/lib/4711/data-0001/x.log", "open /var/lib/<id>/<id>/x.log"),
    (r#"{"mask": "path", "keep": "shape"}"#, "open C:\\Users\\u12345\\v2\\a", "open C:\\Users\\<id>\\v2\\a"),
    (r#"{"mask": "body"}"#, "got {\"a\": [1, {\"b\": 2}]} for [1, 2] in [main]", "got <json> for <json> in [main]"),
    (r#"{"mask": "body"}"#, "cut {\"a\": [1, 2", "cut {\"a\": [1, 2"),
    (r#"{"mask": "body"}"#, "{\"a\": {\"b\": 1}", "{\"a\": <json>"),
    (r#"{"mask": "quoted"}"#, "no 'x' in \"y\"", "no <quoted> in <quoted>"),
    (r#"{"mask": "key_value"}"#, "logname= uid=0 user=\"a b\", k=v;", "logname= uid=<value> user=<value>, k=<value>;"),
    (r#"{"mask": "base64"}"#, "key a1B2c3D4e5F6g7H8i9J0k1L2== end", "key <base64> end"),
    (r#"{"mask": "base64", "min_length": 8}"#, "key a1B2c3D4 end", "key <base64> end"),
    (r#"{"mask": "digest"}"#, "sum d41d8cd98f00b204e9800998ecf8427e.", "sum <hash>."),
    (r#"{"mask": "hex", "min_length": 6}"#, "at 0x7f, abc123", "at <hex>, <hex>"),
    (r#"{"mask": "with_digit"}"#, "blk_-16 of attempt_1445_0020_m_01: x", "<token> of <token>: x"),
    (r#"{"mask": "with_digit"}"#, "step (3) 7. v=1", "step (<token>) <token>. v=<token>"),
    (
        r#"{"mask": "quantity"}"#,
        "-5 of 1,234.5 MB (99.9%), x86 3-5 1e-3",
        "<number> of <number> (<number>), x86 <number>-<number> <number>",
    ),
    (r#"{"mask": "quantity", "sign": false}"#, "at -5", "at -<number>"),
    (r#"{"mask": "quantity", "decimals": false}"#, "at 3.25", "at <number>.<number>"),
    (r#"{"mask": "quantity", "thousands": false}"#, "at 1,234", "at <number>,<number>"),
    (r#"{"mask": "quantity", "unit": false}"#, "at 5 MB", "at <number> MB"),
    (r#"{"mask": "quantity", "percent": false}"#, "at 5%", "at <number>%"),
    (r#"{"mask": "quantity", "min_length": 3}"#, "at 12 of 1234", "at 12 of <number>"),
    (r#"{"mask": "number", "min_length": 4}"#, "at 123 of a1234b", "at 123 of a<number>b"),
    (r#"{"mask": "custom", "name": "order_id", "pattern": "ORD-[0-9]+"}"#, "for ORD-17!", "for <order_id>!"),
    (
        r#"{"mask": "custom", "name": "order_id", "pattern": "ORD-[0-9]+", "placeholder": "$0"}"#,
        "for ORD-17!",
        "for $0!",
    ),
    (r#"{"mask": "custom", "name": "gap", "pattern": "x*|é", "placeholder": ""}"#, "", ""),
    (r#"{"mask": "uuid"}"#, "x7C9E6679-7425-40DE-944B-E07FC1F90AE7y", "x<uuid>y"),
    (r#"{"mask": "timestamp"}"#, "2026-05-04T15:59:00Z-1", "<timestamp>-1"),
    (r#"{"mask": "time"}"#, "Foo.java:12:30", "Foo.java:12:30"),
    (r#"{"mask": "quantity"}"#, "", ""),
];

#[test]
fn what_is_left_of_a_text() {
    for (json, text, left) in EXAMPLES.iter().filter(|(json, ..)| !json.contains("gap")) {
        assert_eq!(mask(json, text), *left, "{json} on {text:?}");
    }
}

#[test]
fn rows_of_the_users_own_are_bounded() {
    let refused = |name: &str, pattern: &str, what: &str| {
        let custom = CustomMask { name: name.to_owned(), pattern: pattern.to_owned(), placeholder: None };
        let error = Rules::new(&RulesSpec { masks: vec![MaskKind::Custom(custom)], truncate: None }).err().unwrap();
        assert!(error.starts_with("normalize.masks") && error.contains(what), "{error}");
    };
    refused("Order", "x", "lower-case");
    refused("uuid", "x", "a mask of the table");
    refused("x", "x*", "empty text");
    refused("x", "(", "cannot be used");
    refused("x", &"x".repeat(1025), "1025 bytes");
    refused("x", r"\w{500}", "cannot be used");
    refused("x", &format!("{}x{}", "(".repeat(60), ")".repeat(60)), "cannot be used");
}

proptest! {
    /// The cheap condition never hides a match.
    #[test]
    fn what_matches_may_match(text in "([0-9a-fA-Fx:./@T -]|[a-zA-Z'\"`/\\\\=~%{}\\[\\]]|://|[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}|é|[0-9]{8}|\u{1b}\\[){0,24}") {
        let examples = MASKS.iter().flat_map(|row| row.must_match).copied();
        for text in examples.chain([text.as_str()]) {
            for (index, kind) in ALL.iter().enumerate() {
                prop_assert!(!finds(index, text) || kind.may_match(text.as_bytes()), "{} in {:?}", kind.name(), text);
            }
        }
    }
}

/// The page that users read has the table's words.
#[test]
fn the_documented_table_is_this_one() {
    let page = include_str!("../../../docs/masks.md");
    for row in &MASKS {
        assert!(
            page.contains(&format!("| `{}` |", row.name)) && page.contains(row.why),
            "{} in docs/masks.md",
            row.name
        );
    }
}
