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

/// Labels under which countries register names: `example.co.uk`, `proxy.example.edu.hk`.
const SECOND: [&str; 9] = ["com", "net", "org", "co", "ac", "edu", "gov", "go", "or"];

/// Whether `name` (with or without `:port`) is a host's: it ends as hosts do, or it has a port and looks like a machine
/// (`worker-07:50010`). `java.lang.String`, `Foo.java:17`, `file.txt` and `status:500` are none.
pub fn is_host(name: &str) -> bool {
    let (host, port) = name.split_once(':').unwrap_or((name, ""));
    match host.rsplit_once('.') {
        Some((before, last)) => {
            let second = before.rsplit('.').next().is_some_and(|label| SECOND.contains(&label));
            let national = last.len() == 2 && last.bytes().all(|b| b.is_ascii_lowercase());
            (ENDINGS.contains(&last) || second && national) && !before.split('.').any(is_capital_word)
        }
        None => host == "localhost" && !port.is_empty() || is_machine(host, port),
    }
}

/// `Foo` in `org.example.Foo.in`: a class or a field, no host. All capitals or all small is a host's.
fn is_capital_word(label: &str) -> bool {
    label.bytes().any(|b| b.is_ascii_uppercase()) && label.bytes().any(|b| b.is_ascii_lowercase())
}

/// Letters, then digits or hyphens: `mesos-slave-07:80`, `redis-master:6379`, `node1:8080`. The less a name looks like a machine's,
/// the more must its port look like one: `step3:17` and `well-known:5` are none.
fn is_machine(host: &str, port: &str) -> bool {
    let (digit, hyphen) = (host.bytes().any(|b| b.is_ascii_digit()), host.contains('-'));
    let enough = if digit && hyphen { 2 } else { 4 };
    host.starts_with(|c: char| c.is_ascii_alphabetic())
        && !host.ends_with('-')
        && (digit || hyphen)
        && port.len() >= enough
}
