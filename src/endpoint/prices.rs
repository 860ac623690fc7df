use super::Usd;
use crate::model::{Tokens, visible};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Dated list prices that come with the program; people must check them.
const LISTED: &str = include_str!("../../prices/2026-11.toml");

/// Larger files are no price tables.
const MOST_BYTES: u64 = 1 << 20;

/// Higher prices are slips of the pen; so bounded, no product overflows.
const DEAREST: Usd = Usd::from_micros(1_000_000_000_000);

/// What models cost, by the name that they are asked by; no other name matches.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    schema_version: u32,
    /// The month of the prices.
    pub as_of: String,
    /// Where they were found.
    pub source: String,
    models: BTreeMap<String, Price>,
}

/// US dollars per million tokens of each class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub input: Usd,
    pub output: Usd,
    /// As `input` where it is missing.
    #[serde(default)]
    pub cache_read: Option<Usd>,
    /// As `input` where it is missing.
    #[serde(default)]
    pub cache_write: Option<Usd>,
}

impl Prices {
    /// Those that come with the program, and of the file those that it names.
    ///
    /// # Errors
    /// When the file cannot be read, or is no price table.
    pub fn load(file: Option<&Path>) -> Result<Self, String> {
        let mut listed = parse(LISTED)?;
        if let Some(path) = file {
            let named = |error: String| format!("prices {}: {error}", visible(&path.to_string_lossy()));
            let own = read(path).and_then(|text| parse(&text)).map_err(named)?;
            listed.as_of = format!("{}; own of {}", listed.as_of, own.as_of);
            listed.source = format!("{}; own: {}", listed.source, own.source);
            listed.models.extend(own.models);
        }
        Ok(listed)
    }

    #[must_use]
    pub fn of(&self, model: &str) -> Option<Price> {
        self.models.get(model).copied()
    }
}

impl Price {
    /// What so many tokens cost, rounded up to the micro-dollar.
    #[must_use]
    pub fn cost(&self, tokens: Tokens) -> Usd {
        let classes = [
            (tokens.input, self.input),
            (tokens.output, self.output),
            (tokens.cache_read, self.cache_read.unwrap_or(self.input)),
            (tokens.cache_write, self.cache_write.unwrap_or(self.input)),
        ];
        // 64 bits of tokens, 40 of price, 4 classes: 106 of 128.
        let parts: u128 = classes.iter().map(|(count, price)| u128::from(*count) * u128::from(price.micros())).sum();
        Usd::from_micros(u64::try_from(parts.div_ceil(1_000_000)).unwrap_or(u64::MAX))
    }

    /// What they cost at most, whatever of the prompt is read from a cache or written to one.
    #[must_use]
    pub fn worst(&self, prompt: u64, output: u64) -> Usd {
        let caches = [self.cache_read, self.cache_write].into_iter().flatten();
        let dearest = Self { input: caches.fold(self.input, Usd::max), ..*self };
        dearest.cost(Tokens { input: prompt, output, ..Tokens::default() })
    }
}

fn read(path: &Path) -> Result<String, String> {
    let open = || -> std::io::Result<String> {
        if !std::fs::metadata(path)?.is_file() {
            return Err(std::io::Error::other("not a regular file"));
        }
        let mut text = String::new();
        std::fs::File::open(path)?.take(MOST_BYTES + 1).read_to_string(&mut text)?;
        Ok(text)
    };
    let text = open().map_err(|error| error.to_string())?;
    if text.len() as u64 > MOST_BYTES {
        return Err(format!("more than {MOST_BYTES} bytes"));
    }
    Ok(text)
}

fn parse(text: &str) -> Result<Prices, String> {
    let prices: Prices = toml::from_str(text).map_err(|error| visible(error.to_string().trim()).into_owned())?;
    if prices.schema_version != 1 {
        return Err(format!("schema_version is {}: this program reads 1", prices.schema_version));
    }
    for (model, price) in &prices.models {
        let classes = [
            ("input", Some(price.input)),
            ("output", Some(price.output)),
            ("cache_read", price.cache_read),
            ("cache_write", price.cache_write),
        ];
        for (class, amount) in classes {
            if let Some(amount) = amount.filter(|amount| *amount > DEAREST) {
                return Err(format!("models.{model:?}.{class} is {amount}: at most {DEAREST} per million tokens"));
            }
        }
    }
    Ok(prices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn own(models: &str) -> Result<Prices, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let head = "schema_version = 1\nas_of = \"2026-12\"\nsource = \"contract\"\n";
        std::fs::write(file.path(), format!("{head}{models}")).unwrap();
        Prices::load(Some(file.path()))
    }

    #[test]
    fn listed_prices_are_read_and_own_ones_replace_them() {
        let listed = Prices::load(None).unwrap();
        let sonnet = listed.of("claude-sonnet-4-5").unwrap();
        let tokens = Tokens { input: 1000, output: 100, cache_read: 10_000, cache_write: 1 };
        assert_eq!(sonnet.cost(tokens).micros(), 3000 + 1500 + 3000 + 4, "3.75 rounded up");
        assert_eq!(sonnet.worst(1000, 100).micros(), 3750 + 1500);
        assert_eq!(listed.of("no such model"), None);
        let both = own("[models.\"claude-sonnet-4-5\"]\ninput = 1\noutput = 2.5\n[models.mine]\ninput = 0\noutput = 0");
        let both = both.unwrap();
        assert_eq!(both.of("claude-sonnet-4-5").unwrap().output.micros(), 2_500_000);
        assert!(both.of("mine").is_some() && both.of("gpt-4.1").is_some() && both.as_of.contains("2026-12"));
    }

    #[test]
    fn what_is_no_price_is_named() {
        let error = |models: &str| own(models).unwrap_err();
        assert!(error("[models.m]\ninput = -1\noutput = 0").contains("is no amount of dollars"));
        assert!(error("[models.m]\ninput = nan\noutput = 0").contains("is no amount of dollars"));
        assert!(error("[models.m]\ninput = 1").contains("missing field `output`"));
        assert!(error("[models.m]\ninput = 1\noutput = 1\nprice = 1").contains("unknown field `price`"));
        assert!(error("[models.m]\ninput = 1\noutput = 1000001").contains("models.\"m\".output is 1000001.00"));
        assert!(Prices::load(Some("/no/such/file".as_ref())).unwrap_err().starts_with("prices /no/such/file: "));
    }

    proptest! {
        #[test]
        fn no_part_is_cheaper_than_the_whole_and_nothing_overflows(
            counts: [u64; 4], micros in prop::array::uniform4(0u64..=1_000_000_000_000)
        ) {
            let [input, output, cache_read, cache_write] = counts;
            let tokens = Tokens { input, output, cache_read, cache_write };
            let [a, b, c, d] = micros.map(Usd::from_micros);
            let price = Price { input: a, output: b, cache_read: Some(c), cache_write: Some(d) };
            let whole = price.cost(tokens);
            let parts = [
                Tokens { input, ..Tokens::default() },
                Tokens { output, ..Tokens::default() },
                Tokens { cache_read, ..Tokens::default() },
                Tokens { cache_write, ..Tokens::default() },
            ];
            prop_assert!(parts.into_iter().fold(Usd::default(), |sum, part| sum.plus(price.cost(part))) >= whole);
            let prompt = input.saturating_add(cache_read).saturating_add(cache_write);
            prop_assert!(price.worst(prompt, output) >= whole || prompt == u64::MAX);
        }
    }
}
