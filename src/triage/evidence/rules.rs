//! The table of weights. Natural-log odds, so weights add: +0.7 doubles the odds that the deploy did it, +3 multiplies them by 20.
//! They are round on purpose: estimates of an order of magnitude, not fits to any data set. Changing one changes every verdict, so a
//! change is a new dated preset.

use crate::model::{Direction, Evidence, Source};

/// One kind of reason.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    pub id: &'static str,
    /// Log-odds at full strength; a case may earn a part of it.
    pub weight: f64,
    pub why: &'static str,
}

impl Rule {
    /// The reason, at `strength` (1: full) of its weight.
    pub(in crate::triage) fn evidence(self, strength: f64, summary: String, sources: Vec<Source>) -> Evidence {
        let weight = self.weight * strength;
        let direction = if weight > 0.0 { Direction::For } else { Direction::Against };
        Evidence { rule: self.id.to_owned(), direction, weight, summary, sources }
    }
}

// Where the stack trace points: exactly one of the first seven speaks for an alert.
pub const IN_HUNK: Rule = Rule {
    id: "stack_in_changed_hunk",
    weight: 3.0,
    why: "the trace runs through lines that the deploy changed (within 2 lines): seldom chance",
};
pub const IN_CHANGED_FUNCTION: Rule = Rule {
    id: "stack_in_changed_function",
    weight: 1.2,
    why: "the trace runs through a function that the diff names as the one it changed, at other lines of it",
};
pub const NEAR_HUNK: Rule =
    Rule { id: "stack_near_changed_hunk", weight: 0.5, why: "within 15 lines of a change: usually the same function" };
pub const IN_FILE: Rule = Rule {
    id: "stack_in_changed_file",
    weight: 0.8,
    why: "a changed file, but the lines of the change or of the frame are not known",
};
pub const FAR_IN_FILE: Rule = Rule {
    id: "stack_far_from_change",
    weight: -0.2,
    why: "a changed file, but other lines: files that change often also fail often, and the change itself is not in the trace",
};
pub const IN_PACKAGE: Rule = Rule {
    id: "stack_in_changed_package",
    weight: -0.7,
    why: "the trace names no changed file but the folder of one: a neighbour could be to blame, more often is not",
};
pub const STACK_ELSEWHERE: Rule = Rule {
    id: "stack_elsewhere",
    weight: -1.5,
    why: "the application's own frames touch neither a changed file nor its folder",
};
pub const CALLED_BY_CHANGE: Rule = Rule {
    id: "changed_lines_name_frame",
    weight: 1.0,
    why: "changed lines of another file name the function or class that failed: they may call it differently now",
};
pub const DEPENDENCY_IN_STACK: Rule = Rule {
    id: "stack_in_changed_dependency",
    weight: 2.0,
    why: "the trace runs through a library whose version the deploy changed",
};

// What the message says.
pub const TEXT_IN_CHANGE: Rule = Rule {
    id: "message_in_changed_lines",
    weight: 2.0,
    why: "the message's own text stands in a changed line: the deploy wrote, moved or guarded this very error",
};
pub const LOGGED_BY_CHANGE: Rule = Rule {
    id: "message_is_new_log_line",
    weight: -1.0,
    why: "a log call that the deploy added prints it, without an exception: what is new is the message; that anything broke is not shown",
};
pub const IDENTIFIER_IN_CHANGE: Rule = Rule {
    id: "identifier_in_changed_lines",
    weight: 1.0,
    why: "a specific name of the message or its exception stands in changed lines",
};
pub const WORDS_IN_CHANGE: Rule = Rule {
    id: "words_in_changed_lines",
    weight: 0.8,
    why: "ordinary words of the message stand in changed lines: 0.2 each, four at most",
};
pub const GUARD_CHANGED: Rule = Rule {
    id: "guard_changed",
    weight: 0.6,
    why: "the diff changed the kind of check whose absence raises this kind of exception",
};
pub const UNRELATED: Rule = Rule {
    id: "message_unrelated",
    weight: -1.0,
    why: "the message has words enough, none of which the changed lines or paths know, and no trace speaks for it",
};
pub const UPSTREAM: Rule = Rule {
    id: "upstream_failure",
    weight: -2.0,
    why: "timeouts, refused connections and rate limits come from others, unless client code was touched",
};

// What was measured.
pub const NEW_SIGNATURE: Rule = Rule {
    id: "new_signature",
    weight: 0.7,
    why: "never seen before: new code makes new errors (but so do rare errors of old code)",
};
pub const ONSET: Rule = Rule {
    id: "onset_after_deploy",
    weight: 1.4,
    why: "a rare error that began within 10 minutes: chance alone does that to one in six of a 60-minute window's, a bad deploy to most of its own",
};
pub const LATE_ONSET: Rule = Rule {
    id: "onset_late",
    weight: -0.5,
    why: "a rare error that began after more than 10 minutes: as chance would have it, though some faults need a trigger",
};
pub const ONSET_BEFORE: Rule = Rule {
    id: "onset_before_deploy",
    weight: -2.5,
    why: "as high before the deploy as after it: causes do not follow their effects",
};
pub const ROSE_ELSEWHERE: Rule = Rule {
    id: "undeployed_services_rose",
    weight: -2.0,
    why: "the same error rose where nothing was deployed: a shared cause",
};
pub const TRAFFIC: Rule = Rule {
    id: "traffic_in_proportion",
    weight: -2.5,
    why: "requests rose as much as errors did: the error rate is what it was",
};
pub const WEAK_SIGNAL: Rule = Rule {
    id: "weak_signal",
    weight: -1.0,
    why: "p ≥ 0.001: of the hundreds of signatures tested after a deploy, some look like this by chance",
};
pub const NEW_VERSION: Rule = Rule {
    id: "new_version_writes_it",
    weight: 1.6,
    why: "while both versions ran, the new one wrote it more often: all else was the same for both",
};
pub const OLD_VERSION_TOO: Rule = Rule {
    id: "old_version_writes_it_too",
    weight: -2.0,
    why: "the old version, still running beside the new one, wrote it about as often",
};
pub const ROSE_WITH_OTHERS: Rule = Rule {
    id: "rose_with_others",
    weight: -1.0,
    why: "errors of services that were not deployed rose too, and this one's no more than theirs: perhaps a shared cause",
};
pub const RISES_AFTER_DEPLOYS: Rule = Rule {
    id: "rises_after_deploys",
    weight: -0.7,
    why: "it rises after other deploys of the service as well: restarting does it, not what was changed",
};
pub const RECOVERS: Rule =
    Rule { id: "ends_by_itself", weight: -0.5, why: "earlier episodes of it came and went without a deploy" };
pub const HABIT: Rule = Rule {
    id: "time_of_day_habit",
    weight: -1.0,
    why: "it is as high at this time of other days or weeks: a job, or its users' hours",
};
pub const OTHER_DEPLOY: Rule = Rule {
    id: "other_deploy_nearer",
    weight: -1.0,
    why: "another deploy is the better candidate by when it came and what it touched",
};

// What kind of change it was.
pub const NOTHING_RUNS: Rule = Rule {
    id: "nothing_that_runs_changed",
    weight: -4.0,
    why: "only documentation, tests or CI changed: nothing in production did",
};
pub const ONLY_LOGGING: Rule = Rule {
    id: "only_logging_changed",
    weight: -4.0,
    why: "only comments and log calls changed: more is said, no more breaks",
};

/// Every rule, in the order of the groups above.
pub const ALL: [Rule; 32] = [
    IN_HUNK,
    IN_CHANGED_FUNCTION,
    NEAR_HUNK,
    IN_FILE,
    FAR_IN_FILE,
    IN_PACKAGE,
    STACK_ELSEWHERE,
    CALLED_BY_CHANGE,
    DEPENDENCY_IN_STACK,
    TEXT_IN_CHANGE,
    LOGGED_BY_CHANGE,
    IDENTIFIER_IN_CHANGE,
    WORDS_IN_CHANGE,
    GUARD_CHANGED,
    UNRELATED,
    UPSTREAM,
    NEW_SIGNATURE,
    ONSET,
    LATE_ONSET,
    ONSET_BEFORE,
    ROSE_ELSEWHERE,
    TRAFFIC,
    WEAK_SIGNAL,
    NEW_VERSION,
    OLD_VERSION_TOO,
    ROSE_WITH_OTHERS,
    RISES_AFTER_DEPLOYS,
    RECOVERS,
    HABIT,
    OTHER_DEPLOY,
    NOTHING_RUNS,
    ONLY_LOGGING,
];

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_rule_is_named_once_weighed_and_explained() {
        let names: std::collections::BTreeSet<_> = ALL.iter().map(|rule| rule.id).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|rule| rule.weight != 0.0 && rule.weight.abs() <= 4.0 && !rule.why.is_empty()));
    }
}
