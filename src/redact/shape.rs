//! Keys whose shape tells their issuer.

use super::Kind;
use super::find::{Hit, Rule};
use regex::Regex;

/// What follows a character that is neither letter nor digit; from the issuers' own documents.
const SHAPES: [&str; 36] = [
    // AWS access key ids.
    "(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}",
    // GitHub, classic and fine-grained; GitLab.
    "gh[pousr]_[A-Za-z0-9]{30,}",
    "github_pat_[A-Za-z0-9_]{22,}",
    "gl(?:pat|ptt|dt|rt|cbt|oas|soat|ft|imt|agent)-[A-Za-z0-9_.-]{20,}",
    // Slack tokens and web hooks.
    "xox[a-z]-[A-Za-z0-9-]{10,}",
    "xapp-[0-9]-[A-Za-z0-9-]{10,}",
    r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/_-]{20,}",
    // Stripe.
    "(?:sk|rk|pk)_(?:live|test|prod)_[A-Za-z0-9]{10,}",
    "whsec_[A-Za-z0-9+/=]{20,}",
    // Google.
    "AIza[A-Za-z0-9_-]{35}",
    "GOCSPX-[A-Za-z0-9_-]{20,}",
    r"ya29\.[A-Za-z0-9_-]{20,}",
    // OpenAI, Anthropic and those that followed them.
    "sk-(?:ant-|proj-|or-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}",
    // npm, PyPI, RubyGems, crates.io, Docker.
    "npm_[A-Za-z0-9]{36}",
    "pypi-[A-Za-z0-9_-]{16,}",
    "rubygems_[a-f0-9]{48}",
    "cio[A-Za-z0-9]{32}",
    "dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}",
    // JSON web tokens, signed or encrypted, and with the signature left out.
    r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,3}",
    // SendGrid, Mailgun, Mailchimp, Twilio.
    r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "key-[0-9a-f]{32}",
    "[0-9a-f]{32}-us[0-9]{1,2}",
    "(?:SK|AC)[0-9a-f]{32}",
    // Azure storage and service bus; shared access signatures.
    "(?i:AccountKey|SharedAccessKey|SharedSecretValue)=[A-Za-z0-9+/=_-]{16,}",
    "(?i:[?&]sig)=[A-Za-z0-9%+/=_-]{20,}",
    // Hashicorp Vault, Terraform Cloud, Databricks, DigitalOcean, Shopify, Hugging Face, Linear, New Relic, Postman.
    r"hv[bsr]\.[A-Za-z0-9_-]{20,}",
    r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{40,}",
    "dapi[0-9a-f]{32}",
    "do[opr]_v1_[0-9a-f]{64}",
    "shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    "hf_[A-Za-z0-9]{30,}",
    "lin_(?:api|oauth)_[A-Za-z0-9]{32,}",
    "NRAK-[A-Z0-9]{27}",
    "PMAK-[0-9a-f]{24}-[0-9a-f]{34}",
    // Telegram bots; age.
    "[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}",
    "AGE-SECRET-KEY-1[A-Z0-9]{50,}",
];

pub(super) struct Shapes {
    regex: Regex,
}

impl Shapes {
    pub fn new() -> Result<Self, String> {
        let pattern = format!("(?:^|[^A-Za-z0-9])({})", SHAPES.join("|"));
        Regex::new(&pattern).map(|regex| Self { regex }).map_err(|error| error.to_string())
    }
}

impl Rule for Shapes {
    fn find(&self, text: &str, hits: &mut Vec<Hit>) {
        let mut at = 0;
        while let Some(key) = self.regex.captures_at(text, at).and_then(|captures| captures.get(1)) {
            at = key.end();
            // `sk-` and `pypi-` also begin names of packages.
            let is_name = !key.as_str()[4..].bytes().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
            if !is_name {
                let name = key.as_str().bytes().take(20).position(|b| b == b'=').map_or(0, |sign| sign + 1);
                hits.push(Hit { kind: Kind::ApiKey, range: key.start() + name..key.end() });
            }
        }
    }
}
