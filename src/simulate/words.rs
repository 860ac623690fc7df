//! Words that variable parts are made of.

pub const NAMES: &[&str] = &[
    "anna", "bram", "chloe", "daan", "emma", "finn", "greta", "hugo", "iris", "jonas", "karin", "lars", "mila", "noor",
    "olivia", "pieter", "quinn", "ruben", "sanne", "thijs", "ursula", "victor", "wout", "xenia", "yara", "zoe",
];
pub const MAILS: &[&str] = &["example.com", "example.org", "example.net", "mail.example"];
pub const SITES: &[&str] = &["cdn.harbor.example", "img.harbor.example", "api.harbor.example", "assets.harbor.example"];
pub const NOUNS: &[&str] = &["orders", "products", "exports", "feeds", "uploads", "invoices", "reports", "avatars"];
pub const SUFFIXES: &[&str] = &["csv", "json", "tmp", "pdf", "parquet", "jpg"];
pub const ADJECTIVES: &[&str] =
    &["Blue", "Classic", "Compact", "Heavy", "Light", "Nordic", "Offshore", "Premium", "Salted", "Sturdy", "Tidal"];
pub const PRODUCTS: &[&str] = &[
    "Anchor 12 kg",
    "Boat Shoe",
    "Bilge Pump",
    "Chart Table",
    "Deck Lamp",
    "Fender Set",
    "Foghorn",
    "Life Vest L",
    "Mooring Rope",
    "Oilskin Jacket",
    "Rope 10 mm",
    "Sea Bag",
    "Sextant",
    "Signal Flare",
    "Winch Handle",
];
pub const NODES: &[&str] = &["worker", "node-ams1", "pool-b", "ip-10-16", "spot"];
pub const CITIES: &[&str] =
    &["Rotterdam", "Antwerp", "Hamburg", "Le Havre", "Gdańsk", "Gothenburg", "Bilbao", "Porto", "Tallinn", "Cork"];
/// Words that new code is about.
pub const FIELDS: &[&str] = &[
    "promo_window",
    "berth_slot",
    "loyalty_tier",
    "gift_note",
    "tax_region",
    "pickup_point",
    "price_band",
    "locale_hint",
    "consent_flag",
    "device_label",
    "rank_bias",
    "bundle_code",
    "carrier_zone",
    "refund_reason",
    "stock_margin",
    "session_scope",
    "render_mode",
    "quota_group",
    "vessel_class",
    "cutoff_hour",
    "channel_mix",
    "trust_level",
    "index_shard",
    "synonym_set",
    "label_color",
    "batch_token",
    "audit_tag",
    "region_code",
];
pub const VERBS: &[&str] =
    &["resolve", "derive", "prepare", "select", "collect", "adjust", "attach", "expand", "merge"];
pub const LIBRARIES: &[(&str, &str)] = &[
    ("httpkit", "2.8"),
    ("jsonforge", "4.1"),
    ("quaydb-driver", "3.14"),
    ("tidelog", "1.9"),
    ("moorcache", "0.22"),
    ("schemata", "5.0"),
    ("timetable", "2.2"),
    ("retrykit", "1.3"),
    ("authlane", "7.6"),
    ("pdfpress", "0.9"),
];
