//! What is a host's name, and what only looks like one.

/// Last labels of names that are hosts': generic and private ones, and country codes that no common file extension shares.
const ENDINGS: [&str; 61] = [
    "com",
    "net",
    "org",
    "edu",
    "gov",
    "mil",
    "int",
    "info",
    "biz",
    "io",
    "dev",
    "app",
    "cloud",
    "ai",
    "co",
    "me",
    "tv",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "corp",
    "home",
    "arpa",
    "svc",
    "consul",
    "test",
    "example",
    "invalid",
    "localhost",
    "uk",
    "de",
    "fr",
    "it",
    "es",
    "nl",
    "be",
    "ch",
    "at",
    "se",
    "no",
    "fi",
    "dk",
    "eu",
    "us",
    "ca",
    "au",
    "nz",
    "jp",
    "cn",
    "hk",
    "tw",
    "kr",
    "in",
    "sg",
    "br",
    "mx",
    "ru",
    "za",
    "ie",
];

/// Whether `name` (with or without `:port`) is a host's: it ends as hosts do, or it has a port and looks like a machine
/// (`worker-07:50010`). `java.lang.String`, `Foo.java:17`, `file.txt` and `status:500` are none.
pub fn is_host(name: &str) -> bool {
    let (host, port) = match name.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (name, None),
    };
    match host.rsplit_once('.') {
        Some((before, last)) => !before.is_empty() && ends_as_hosts_do(last) && !has_capital_word(before),
        None => port.is_some() && (host == "localhost" || is_machine(host)),
    }
}

fn ends_as_hosts_do(label: &str) -> bool {
    ENDINGS.contains(&label)
}

/// `Foo` in `org.example.Foo.in`: a class or a field, no host. All capitals or all small is a host's.
fn has_capital_word(name: &str) -> bool {
    name.bytes().any(|b| b.is_ascii_uppercase()) && name.bytes().any(|b| b.is_ascii_lowercase())
}

/// Letters, then digits, joined by hyphens: `mesos-slave-07`, `node1`.
fn is_machine(host: &str) -> bool {
    host.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && host.bytes().any(|b| b.is_ascii_digit() || b == b'-')
        && !host.ends_with('-')
}
