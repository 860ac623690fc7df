//! `data_set_hash`: SHA-256 over the canonically sorted content, whatever files and order it came in.

use super::DataSet;
use sha2::{Digest, Sha256};

/// Hex SHA-256 over manifest, records (sorted), deploys, incidents, traffic, diffs and, where there are any, reviews.
#[must_use]
pub(super) fn data_set_hash(data: &DataSet) -> String {
    let mut hasher = Sha256::new();
    section(&mut hasher, "manifest", [json(&data.manifest)]);
    section(&mut hasher, "deploys", data.deploys.iter().map(json));
    if let Some(incidents) = &data.incidents {
        section(&mut hasher, "incidents", incidents.iter().map(json));
    }
    section(&mut hasher, "diffs", data.diffs.iter().map(|pair| json(&pair)));
    if !data.reviews.is_empty() {
        section(&mut hasher, "reviews", data.reviews.iter().map(json));
    }
    if let Some(traffic) = &data.traffic {
        for (service, steps) in &traffic.services {
            section(
                &mut hasher,
                service,
                steps.rows().map(|(start, requests, users)| format!("{} {requests} {users:?}", start.micros())),
            );
        }
    }
    hasher.update(b"records");
    for content in &data.records.content {
        hasher.update(content.to_le_bytes());
    }
    hasher.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn section(hasher: &mut Sha256, name: &str, items: impl IntoIterator<Item = String>) {
    hasher.update(name.as_bytes());
    for item in items {
        hasher.update((item.len() as u64).to_le_bytes());
        hasher.update(item.as_bytes());
    }
}
