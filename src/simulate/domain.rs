//! What a service is about: the words of its code and of its messages.

mod generic;
mod messages;

pub use generic::{GENERIC, LONG_TAILS, long_head};

/// A business domain: two areas of three operations each, and what they talk to.
pub struct Domain {
    pub name: &'static str,
    pub areas: [Area; 2],
    /// Outside hosts that its clients call.
    pub hosts: [&'static str; 2],
    /// Messages of its own, see [`Message`].
    pub messages: &'static [&'static str],
}

/// One part of a domain.
pub struct Area {
    pub name: &'static str,
    pub entity: &'static str,
    pub operations: [Operation; 3],
    pub fields: [&'static str; 4],
}

/// One request path.
pub struct Operation {
    pub name: &'static str,
    pub route: &'static str,
}

const fn area(
    name: &'static str,
    entity: &'static str,
    operations: [(&'static str, &'static str); 3],
    fields: [&'static str; 4],
) -> Area {
    let [a, b, c] = operations;
    let operations =
        [Operation { name: a.0, route: a.1 }, Operation { name: b.0, route: b.1 }, Operation { name: c.0, route: c.1 }];
    Area { name, entity, operations, fields }
}

static DOMAINS: [Domain; 7] = [
    Domain {
        name: "gateway",
        areas: [
            area(
                "routing",
                "route",
                [
                    ("forward_request", "ANY /api/*"),
                    ("match_route", "GET /routes/match"),
                    ("apply_quota", "GET /quota"),
                ],
                ["pool_name", "weight", "deadline", "locale"],
            ),
            area(
                "pages",
                "page",
                [("render_home", "GET /"), ("compose_basket_page", "GET /basket"), ("open_session", "POST /session")],
                ["layout", "currency", "variant", "cookie_name"],
            ),
        ],
        hosts: ["edge.fastquay.example", "waf.shieldpier.example"],
        messages: messages::GATEWAY,
    },
    Domain {
        name: "checkout",
        areas: [
            area(
                "orders",
                "order",
                [
                    ("place_order", "POST /orders"),
                    ("quote_delivery", "POST /orders/quote"),
                    ("cancel_order", "DELETE /orders/{id}"),
                ],
                ["delivery_window", "address", "lines", "currency"],
            ),
            area(
                "coupons",
                "coupon",
                [
                    ("apply_coupon", "POST /basket/coupon"),
                    ("list_coupons", "GET /coupons"),
                    ("expire_coupons", "POST /jobs/expire-coupons"),
                ],
                ["code", "valid_until", "discount", "campaign"],
            ),
        ],
        hosts: ["api.parcelpilot.example", "rates.taxbuoy.example"],
        messages: messages::CHECKOUT,
    },
    Domain {
        name: "payments",
        areas: [
            area(
                "charges",
                "charge",
                [
                    ("capture_charge", "POST /charges"),
                    ("verify_card", "POST /cards/verify"),
                    ("handle_webhook", "POST /webhooks/quaypay"),
                ],
                ["amount", "mandate", "scheme", "card_country"],
            ),
            area(
                "refunds",
                "refund",
                [
                    ("issue_refund", "POST /refunds"),
                    ("settle_payouts", "POST /jobs/payouts"),
                    ("match_statement", "POST /jobs/reconcile"),
                ],
                ["reason", "ledger", "iban", "settled_on"],
            ),
        ],
        hosts: ["api.quaypay.example", "acs.bank3ds.example"],
        messages: messages::PAYMENTS,
    },
    Domain {
        name: "catalog",
        areas: [
            area(
                "products",
                "product",
                [
                    ("show_product", "GET /products/{id}"),
                    ("price_product", "GET /products/{id}/price"),
                    ("reserve_stock", "POST /stock/reserve"),
                ],
                ["stock", "price", "images", "dimensions"],
            ),
            area(
                "feeds",
                "feed",
                [
                    ("import_feed", "POST /jobs/import"),
                    ("publish_changes", "POST /jobs/publish"),
                    ("resize_image", "POST /images"),
                ],
                ["supplier", "rows", "encoding", "checksum"],
            ),
        ],
        hosts: ["feeds.nordsupply.example", "media.pixelpier.example"],
        messages: messages::CATALOG,
    },
    Domain {
        name: "search",
        areas: [
            area(
                "queries",
                "query",
                [("run_query", "GET /search"), ("suggest_terms", "GET /suggest"), ("rank_results", "POST /rank")],
                ["terms", "filters", "page", "sort_key"],
            ),
            area(
                "indexing",
                "document",
                [
                    ("index_document", "POST /index"),
                    ("rebuild_shard", "POST /jobs/rebuild"),
                    ("refresh_synonyms", "POST /jobs/synonyms"),
                ],
                ["shard", "version", "body", "analyzer"],
            ),
        ],
        hosts: ["embed.vectorbay.example", "geo.mapmoor.example"],
        messages: messages::SEARCH,
    },
    Domain {
        name: "accounts",
        areas: [
            area(
                "sessions",
                "session",
                [
                    ("log_in", "POST /login"),
                    ("refresh_token", "POST /token"),
                    ("reset_password", "POST /password/reset"),
                ],
                ["device", "scope", "expires_at", "factor"],
            ),
            area(
                "profiles",
                "profile",
                [("load_profile", "GET /me"), ("save_address", "PUT /me/addresses"), ("erase_account", "DELETE /me")],
                ["addresses", "phone", "consents", "birthday"],
            ),
        ],
        hosts: ["oauth.portpass.example", "verify.phonebuoy.example"],
        messages: messages::ACCOUNTS,
    },
    Domain {
        name: "notifications",
        areas: [
            area(
                "mails",
                "mail",
                [
                    ("send_mail", "POST /mails"),
                    ("write_summary", "POST /summaries"),
                    ("handle_bounce", "POST /webhooks/bounce"),
                ],
                ["template", "recipient", "language", "attachments"],
            ),
            area(
                "pushes",
                "push",
                [("send_push", "POST /pushes"), ("send_text", "POST /texts"), ("schedule_digest", "POST /jobs/digest")],
                ["device_token", "channel", "badge", "quiet_hours"],
            ),
        ],
        hosts: ["smtp.mailskiff.example", "llm.inkwell.example"],
        messages: messages::NOTIFICATIONS,
    },
];

impl Domain {
    /// The domain called `name`.
    pub fn named(name: &str) -> Result<&'static Self, String> {
        DOMAINS.iter().find(|domain| domain.name == name).ok_or_else(|| {
            let known: Vec<&str> = DOMAINS.iter().map(|domain| domain.name).collect();
            format!("domain {name:?} is none of {}", known.join(" "))
        })
    }

    /// Its request paths as (area, operation) indices.
    pub fn operations() -> impl Iterator<Item = (usize, usize)> {
        (0..2).flat_map(|area| (0..3).map(move |operation| (area, operation)))
    }
}
