//! The parts of a text between placeholders, and the search in them.

/// Part of a text between placeholders, and where in it the search goes on.
#[derive(Clone, Copy)]
pub struct Gap {
    pub start: usize,
    pub end: usize,
    pub at: usize,
}

/// What a pattern finds.
pub struct Found {
    /// What is replaced begins here.
    pub start: usize,
    /// It ends here, and the next search begins here.
    pub end: usize,
    /// Whether it is meant.
    pub accepted: bool,
}

impl Found {
    #[inline]
    pub fn accepted(start: usize, end: usize) -> Self {
        Self { start, end, accepted: true }
    }
}

/// A part that is replaced, and by which of the rules.
#[derive(Clone, Copy)]
pub struct Masked {
    pub start: usize,
    pub end: usize,
    pub rule: usize,
}

/// A text with parts masked; what is left between them are its gaps.
#[derive(Default)]
pub struct Gaps {
    length: usize,
    /// In order.
    pub masked: Vec<Masked>,
    next: Vec<Masked>,
}

impl Gaps {
    /// One gap of this length.
    pub fn reset(&mut self, length: usize) {
        self.length = length;
        self.masked.clear();
    }

    /// Masks what `rule` finds at its candidates, gap by gap. `at_start`: a gap's beginning is a candidate too.
    #[inline]
    pub fn search(
        &mut self,
        rule: usize,
        candidates: &[u64],
        at_start: bool,
        find: impl Fn(Gap, usize) -> Option<Found>,
    ) {
        let Self { length, masked, next } = self;
        next.clear();
        let mut start = 0;
        for index in 0..=masked.len() {
            let done = masked.get(index).copied();
            let end = done.map_or(*length, |done| done.start);
            if start < end {
                search_gap(Gap { start, end, at: start }, candidates, at_start, &find, |start, end| {
                    next.push(Masked { start, end, rule });
                });
            }
            if let Some(done) = done {
                next.push(done);
                start = done.end;
            }
        }
        if next.len() > masked.len() {
            std::mem::swap(masked, next);
        }
    }
}

#[inline]
fn search_gap(
    mut gap: Gap,
    candidates: &[u64],
    at_start: bool,
    find: impl Fn(Gap, usize) -> Option<Found>,
    mut found: impl FnMut(usize, usize),
) {
    let first = gap.start;
    // Candidates of a block that are not behind the search.
    let ahead = |block: usize, at: usize| {
        let mut bits = candidates.get(block).copied().unwrap_or_default();
        if at_start && block == first / 64 {
            bits |= 1 << (first % 64);
        }
        if block == at / 64 { bits & !0 << (at % 64) } else { bits }
    };
    let last = (gap.end - 1) / 64;
    let mut block = gap.at / 64;
    let mut bits = ahead(block, gap.at);
    loop {
        while bits == 0 {
            block += 1;
            if block > last {
                return;
            }
            bits = ahead(block, gap.at);
        }
        let at = block * 64 + bits.trailing_zeros() as usize;
        if at >= gap.end {
            return;
        }
        bits &= bits - 1;
        if let Some(match_) = find(gap, at) {
            if match_.accepted {
                found(match_.start, match_.end);
            }
            gap.at = match_.end;
            if gap.at >= gap.end {
                return;
            }
            block = gap.at / 64;
            bits = ahead(block, gap.at);
        }
    }
}
