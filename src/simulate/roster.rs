//! Ordinary deploys: when, and of which services.

use super::calendar::{Calendar, minutes};
use super::release::{Planned, Purpose};
use super::scenario::Scenario;
use super::stream::Stream;

/// The ordinary deploys of all days: working hours mostly, some evenings, some weekends, now and then two in a row.
pub fn roster(scenario: &Scenario, calendar: &Calendar, seed: u64) -> Vec<Planned> {
    let days = u32::try_from(calendar.total_minutes() / 1440).unwrap_or(0);
    let mut planned: Vec<Planned> = (0..days).flat_map(|day| of_day(scenario, calendar, day, seed)).collect();
    planned.retain(|plan| calendar.span.contains(plan.at));
    planned
}

fn of_day(scenario: &Scenario, calendar: &Calendar, day: u32, seed: u64) -> Vec<Planned> {
    let mut stream = Stream::new(seed, &format!("roster/{day}"));
    let weekday = calendar.weekday(day);
    let mean = if weekday >= 5 { scenario.deploys.weekend } else { scenario.deploys.workday };
    let mut planned = Vec::new();
    for number in 0..stream.poisson(mean) {
        let at = calendar.instant(day, hour(weekday, &mut stream));
        let services = services(scenario, &mut stream);
        let again = stream.chance(0.1).then(|| stream.between(12.0, 50.0));
        let plan = |key: String, at, services: &[usize]| Planned {
            key,
            at,
            services: services.to_vec(),
            purpose: Purpose::Ordinary(None),
        };
        planned.push(plan(format!("roster/{day}/{number}"), at, &services));
        if let Some(later) = again {
            planned.push(plan(format!("roster/{day}/{number}/again"), at + minutes(later), &services[..1]));
        }
    }
    planned
}

/// Local hour of a deploy: late morning and afternoon; one in twelve in the evening, Fridays one in six.
fn hour(weekday: usize, stream: &mut Stream) -> f64 {
    let late = if weekday == 4 { 0.17 } else { 0.08 };
    if stream.chance(late) {
        return stream.between(18.0, 23.0);
    }
    if stream.chance(0.5) { stream.between(9.2, 12.3) } else { stream.between(13.2, 17.4) }
}

fn services(scenario: &Scenario, stream: &mut Stream) -> Vec<usize> {
    let all = scenario.service.len();
    let wanted = if stream.chance(scenario.deploys.several) { 2 + stream.index(2) } else { 1 };
    let mut chosen = Vec::new();
    while chosen.len() < wanted.min(all) {
        let service = stream.index(all);
        if !chosen.contains(&service) {
            chosen.push(service);
        }
    }
    chosen
}
