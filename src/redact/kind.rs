//! What is redacted, by kind.

use serde::{Deserialize, Serialize};

/// A built-in kind of what is redacted. Where two are found in one place, the one named first gives the token its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// PEM or PGP block of a private key, headers and all.
    PrivateKey,
    /// User name and password of an address: `https://USER:PASSWORD@host`.
    UrlCredentials,
    /// Credentials of an `Authorization` header or after `Bearer` and `Basic`.
    Auth,
    /// All of a `Cookie` or `Set-Cookie` header.
    Cookie,
    /// A key whose shape tells its issuer: `AKIA…`, `ghp_…`, a JSON web token.
    ApiKey,
    /// The value beside a name that says it is secret: `password=…`.
    Secret,
    /// Payment card number with a right check digit.
    Card,
    /// Bank account number with right check digits.
    Iban,
    Email,
    Phone,
    /// IPv4 or IPv6 address, but for loopback and unspecified ones.
    Ip,
    /// Letters and digits too mixed to be a name.
    HighEntropy,
}

impl Kind {
    /// All, by rank.
    pub const ALL: [Self; 12] = [
        Self::PrivateKey,
        Self::UrlCredentials,
        Self::Auth,
        Self::Cookie,
        Self::ApiKey,
        Self::Secret,
        Self::Card,
        Self::Iban,
        Self::Email,
        Self::Phone,
        Self::Ip,
        Self::HighEntropy,
    ];

    /// As configurations write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrivateKey => "private_key",
            Self::UrlCredentials => "url_credentials",
            Self::Auth => "auth",
            Self::Cookie => "cookie",
            Self::ApiKey => "api_key",
            Self::Secret => "secret",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Ip => "ip",
            Self::HighEntropy => "high_entropy",
        }
    }

    /// Whether a configuration may leave it in the text: what names people and machines, and what is only guessed.
    #[must_use]
    pub const fn may_be_kept(self) -> bool {
        matches!(self, Self::Card | Self::Iban | Self::Email | Self::Phone | Self::Ip | Self::HighEntropy)
    }
}
