//! Redaction as a whole; what one rule sees is tested beside it.

use super::canaries::{Encoding, canaries};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn redacted(text: &str) -> String {
    redactor().session().redact(text).unwrap()
}

fn redactor() -> Redactor {
    Redactor::new(&RedactionSpec::default()).unwrap()
}

#[test]
fn no_canary_survives_in_any_encoding() {
    let redactor = redactor();
    let mut leaks = Vec::new();
    for seed in [5, 6] {
        for (place, canary) in canaries(seed, 360).into_iter().enumerate() {
            for encoding in Encoding::ALL {
                let text = canary.planted(encoding, place);
                assert!(canary.leak(encoding, &text).is_some(), "the search finds what was planted: {text}");
                let out = redactor.session().redact(&text).unwrap();
                if let Some(form) = canary.leak(encoding, &out) {
                    leaks.push(format!("{:?} {encoding:?} {}: {form} in {out}", canary.kind, canary.text));
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
}

/// (given, redacted): one row for each way in which a value is told.
#[test]
fn what_is_replaced_and_what_stays() {
    let rows = [
        ("a@x.com to b@x.com, cc a@x.com", "<EMAIL:1> to <EMAIL:2>, cc <EMAIL:1>"),
        ("GET https://u:pw1@h.io/p from 10.1.2.3", "GET https://<URL_CREDENTIALS:1>@h.io/p from <IP:1>"),
        ("http://h:8080/users/joe@x.com", "http://h:8080/users/<EMAIL:1>"),
        ("Authorization: Bearer abc123def456 sent", "Authorization: Bearer <AUTH:1> sent"),
        ("Cookie: a=1; b=2", "Cookie: <COOKIE:1>"),
        (r#"{\"password\":\"x y\\\"z\"}"#, r#"{\"password\":\"<SECRET:1>\"}"#),
        ("password=hunter22;user=sa", "password=<SECRET:1>;user=sa"),
        ("password=hunter22, later: hunter22 was refused", "password=<SECRET:1>, later: <SECRET:1> was refused"),
        ("p%61ssword%3Dhunter2", "p%61ssword%3D<SECRET:1>"),
        ("joe\\u0040x.com joe@x.com", "<EMAIL:1> <EMAIL:1>"),
        ("joe\u{200b}@x.com", "<EMAIL:1>"),
        ("data cGFzc3dvcmQ9aHVudGVyMjI= end", "data <SECRET:1> end"),
        ("- name: DB_PASSWORD\n+  value: swordfish\n", "- name: DB_PASSWORD\n+  value: <SECRET:1>\n"),
        ("password: [\"hunter22\", \"x\"] end", "password: [<SECRET:1>] end"),
        ("password = \"\"\"hunter22\"\"\"", "password = \"\"\"<SECRET:1>\"\"\""),
        ("machine h login y password hunter22", "machine h login y password <SECRET:1>"),
        ("<entry key=\"db.password\">hunter22</entry>", "<entry key=\"db.password\"><SECRET:1></entry>"),
        ("password 'hunter22' rejected", "password '<SECRET:1>' rejected"),
        ("card 4111 1111 1111 1111 declined", "card <CARD:1> declined"),
        ("4111111111111111,5500005555555559", "<CARD:1>,<CARD:2>"),
        ("DE89 3704 0044 0532 0130 00 refused", "<IBAN:1> refused"),
        ("call +49 151 12345678", "call <PHONE:1>"),
        ("from fe80::1ff:fe23:4567:890a", "from <IP:1>"),
        // Text that only looks like a token is numbered anew, and is no longer to be taken for another's.
        ("<EMAIL:9> and a@x.com, <email:1>", "<EMAIL:1> and <EMAIL:2>, <EMAIL:3>"),
        // What stays.
        ("password = getPassword(); token = tokens.next();", "password = getPassword(); token = tokens.next();"),
        (
            "fn login(password: &str, secret: &[u8], token: Token) {",
            "fn login(password: &str, secret: &[u8], token: Token) {",
        ),
        ("Unexpected token: RBRACE", "Unexpected token: RBRACE"),
        (
            "(using password: YES) secret: [u8; 32], Error: password: must not be blank",
            "(using password: YES) secret: [u8; 32], Error: password: must not be blank",
        ),
        ("password=${DB_PASSWORD} secret: <uuid> token=***", "password=${DB_PASSWORD} secret: <uuid> token=***"),
        (
            "v1.2.3.4 lib-1.2.3.4.jar version 1.2.3.4 127.0.0.1 ::1",
            "v1.2.3.4 lib-1.2.3.4.jar version 1.2.3.4 127.0.0.1 ::1",
        ),
        ("index 83db48f..bf269f4 git@github.com:a/b.git", "index 83db48f..bf269f4 git@github.com:a/b.git"),
        (
            "2026-11-24T15:36:02.113+0100 order 1764000000000000 a::b",
            "2026-11-24T15:36:02.113+0100 order 1764000000000000 a::b",
        ),
        ("@@ -4490,7 +4490,6 @@ icon@2x.png Bar@1a2b3c4d", "@@ -4490,7 +4490,6 @@ icon@2x.png Bar@1a2b3c4d"),
    ];
    for (given, expected) in rows {
        assert_eq!(redacted(given), expected, "of {given}");
    }
}

#[test]
fn a_session_counts_and_shows_nothing() {
    let redactor = redactor();
    let mut session = redactor.session();
    assert_eq!(
        session.redact("a@x.com a@x.com b@x.com pwd=s3cret77").unwrap(),
        "<EMAIL:1> <EMAIL:1> <EMAIL:2> pwd=<SECRET:1>"
    );
    assert_eq!(
        session.redact("b@x.com used s3cret77").unwrap(),
        "<EMAIL:2> used <SECRET:1>",
        "tokens last for the session"
    );
    assert_eq!(session.counts(), BTreeMap::from([("email".to_owned(), 4), ("secret".to_owned(), 2)]));
    let shown = format!("{session:?} {redactor:?}");
    assert!(!shown.contains("x.com") && !shown.contains("s3cret77"), "{shown}");
}

#[test]
fn users_rules_and_kept_kinds() {
    let spec = r#"
        keep = ["ip"]
        rules = [{ name = "customer", pattern = "customer (?P<value>K[0-9]+)" }, { name = "host", pattern = "[a-z]+[.]corp" }]
    "#;
    let redactor = Redactor::new(&toml::from_str(spec).unwrap()).unwrap();
    let out = redactor.session().redact("customer K77 at 10.1.2.3 on db.corp, customer\\u0020K78").unwrap();
    assert_eq!(out, "customer <CUSTOMER:1> at 10.1.2.3 on <HOST:1>, customer\\u0020<CUSTOMER:2>");
}

#[test]
fn bad_rules_are_refused_by_name() {
    let rule = |name: &str, pattern: &str| {
        let rules = vec![UserRule { name: name.to_owned(), pattern: pattern.to_owned() }];
        Redactor::new(&RedactionSpec { rules, keep: Vec::new() }).unwrap_err()
    };
    assert!(rule("email", "x").starts_with("rules[0].name is email"));
    assert!(rule("No", "x").starts_with("rules[0].name must be"));
    assert!(rule("a", "x*").starts_with("rules[0].pattern of a matches nothing"));
    assert!(rule("a", "(").starts_with("rules[0].pattern of a: "));
    assert!(rule("a", r"(\w{1000}){1000}").starts_with("rules[0].pattern of a: "));
    assert!(rule("a", &"x".repeat(1025)).starts_with("rules[0].pattern has 1025 bytes"));
    let secrets_kept = RedactionSpec { keep: vec![Kind::ApiKey], rules: Vec::new() };
    assert!(Redactor::new(&secrets_kept).unwrap_err().starts_with("keep names api_key"));
    assert!(toml::from_str::<RedactionSpec>("kepe = []").is_err());
}

#[test]
fn what_is_too_long_is_refused_without_being_shown() {
    let error = redactor().session().redact(&"pwd=s3cret77 ".repeat(400_000)).unwrap_err();
    assert!(error.starts_with("the text has 5200000 bytes") && !error.contains("s3cret77"), "{error}");
}

/// Where each replacement lays bare the next, the line goes as a whole, and only the line.
#[test]
fn chains_end() {
    let chain = "+49 151 123456781".repeat(40);
    let out = redacted(&format!("before\n{chain}\nafter"));
    assert_eq!(out, "before\n<PHONE:1>\nafter");
}

/// A value that lies across the ends of pieces goes as a whole.
#[test]
fn long_lines_hide_nothing() {
    let secret = "Zx9".repeat(30_000);
    for filler in [0, 65_520, 65_530, 131_000] {
        let text = format!("{} password={secret} end", "lorem ipsum ".repeat(filler / 12));
        let out = redacted(&text);
        assert!(!out.contains("Zx9") && out.ends_with("password=<SECRET:1> end"), "{filler}");
        let encoded = Encoding::Base64.apply(&format!("{} password={secret} ", "lorem ipsum ".repeat(filler / 12)));
        let out = redacted(&format!("a {encoded} end"));
        assert!(out.len() < 200 && out.ends_with(" end"), "{filler}: {} bytes are left", out.len());
    }
}

/// Four times the text may not take much more than four times the work: counted in passes of the clock, so generously.
#[test]
fn hostile_lines_take_no_square_of_time() {
    let redactor = redactor();
    let seeds = [
        "a",
        "password=",
        "a@",
        "://a:",
        "1.",
        "%25",
        "\\\\",
        "\u{1b}[",
        "\u{1b}]8",
        "-----BEGIN PRIVATE KEY-----",
        "QUJD",
        "Cookie: a=",
        "Authorization: ",
        "4 ",
        "\"",
        "::1",
        "<EMAIL:1>",
        "token='",
        "--password ",
        "&#",
        "+49 ",
        "<password>",
        "name: token ",
    ];
    for seed in seeds {
        let time = |bytes: usize| {
            let text = seed.repeat(bytes / seed.len());
            let began = std::time::Instant::now();
            let _ = redactor.session().redact(&text);
            began.elapsed()
        };
        let (small, large) = (time(1 << 16), time(1 << 20));
        assert!(large < small * 100 + std::time::Duration::from_secs(2), "{seed:?}: {small:?}, then {large:?}");
    }
}

proptest! {
    #[test]
    fn redacting_again_changes_nothing(text in hostile()) {
        let once = redacted(&text);
        prop_assert_eq!(redacted(&once), once);
    }
}

/// Pieces of what rules look for, in any order.
fn hostile() -> impl Strategy<Value = String> {
    const PIECES: [&str; 45] = [
        "password=",
        "\"",
        "'",
        "\\\"",
        "\\u0040",
        "%40",
        "&quot;",
        "\u{1b}[31m",
        "\u{200b}",
        "a@b.com",
        "<EMAIL:3>",
        "<SECRET:1>",
        "<",
        ">",
        ":",
        "Cookie: ",
        "Authorization: Bearer ",
        "x1y2z3w4",
        "://",
        "@",
        ".",
        "10.1.2.3",
        "\n",
        " ",
        "=",
        ";",
        ",",
        "cGFzc3dvcmQ9aHVudGVyMjI=",
        "4111111111111111",
        "+49 151 12345678",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "2001:db8::1",
        "⟦U+200B⟧",
        "é",
        "token",
        "/",
        "--password ",
        "\\n",
        "\\",
        "%",
        "&",
        "1",
        "$",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
    ];
    prop_oneof![
        6 => prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

/// How much is replaced of real diffs and traces that gives nothing away: no frame, hash or name of a class.
#[test]
fn real_diffs_and_traces_stay() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<String> = files(&root.join("datasets/harbor-month/diffs"));
    let shared = std::env::var_os("SHAKEDOWN_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    match std::fs::read_to_string(shared.join("data/d4j_triage/triples.jsonl")) {
        Ok(rows) => texts.extend(rows.lines().flat_map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            ["trace", "diff"].map(|key| row[key].as_str().unwrap().to_owned())
        })),
        Err(_) => eprintln!("SKIPPED: no triples below {}, real traces and diffs were not redacted", shared.display()),
    }
    texts.sort();
    texts.dedup();
    let redactor = redactor();
    let mut replaced = BTreeMap::<String, u64>::new();
    for text in &texts {
        let mut session = redactor.session();
        session.redact(text).unwrap();
        for (kind, n) in session.counts() {
            *replaced.entry(kind).or_default() += n;
        }
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{} texts, {bytes} bytes: {replaced:?}", texts.len());
    assert!(replaced.is_empty(), "{replaced:?}");
}

fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        eprintln!("SKIPPED: {} is absent", folder.display());
        return Vec::new();
    };
    entries.filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok()).collect()
}
