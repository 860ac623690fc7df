//! How much of a service's use a detection touched.

use crate::dataset::DataSet;
use crate::model::{Detection, Impact, Window};
use crate::series::{GroupId, Observed, Series, requests};
use std::collections::BTreeSet;

/// Measures a detection: records beyond expectation ÷ requests in W; distinct users of its records ÷ the most users that any
/// traffic step of W had, which bounds the share from above (who suppresses must be sure). Shares are cut at 1.
#[must_use]
#[allow(clippy::cast_precision_loss)] // counts are far below 2^52
pub fn measure(
    data: &DataSet,
    series: &Series,
    window: &Window,
    group: GroupId,
    detection: &Detection,
    weight: f64,
) -> Impact {
    let requests = requests(data, &window.service, &[window.window]).filter(|&n| n > 0.0);
    let steps = data.traffic.as_ref().and_then(|t| t.services.get(&window.service));
    let users = steps.and_then(|s| s.most_users(window.window)).filter(|&n| n > 0);
    let affected: BTreeSet<u32> = series
        .rows(group, Observed { interval: window.window, by: window.decided_at })
        .map(|row| series.records.user_id[row])
        .filter(|&user| user != 0)
        .collect();
    Impact {
        request_share: requests.map(|n| (detection.excess() / n).min(1.0)),
        user_share: users.filter(|_| !affected.is_empty()).map(|n| (affected.len() as f64 / n as f64).min(1.0)),
        weight,
    }
}
