use super::Frame;

/// Most frames kept of one block, and of one trace.
pub const MAX_BLOCK_FRAMES: usize = 256;
pub const MAX_FRAMES: usize = 512;
/// Most causes (`Caused by:`, `During handling of …`) and other blocks followed in one trace.
pub const MAX_CAUSES: usize = 64;
/// Most lines and bytes kept of one message.
const MAX_MESSAGE_LINES: usize = 32;
const MAX_MESSAGE_BYTES: usize = 4096;

/// How an exception belongs to its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The one that was reported.
    Thrown,
    /// Brought about its parent.
    Cause,
    /// Happened beside its parent: suppressed while closing a resource, a further member of a group.
    Suppressed,
    /// What another thread or goroutine was doing.
    Thread,
}

/// One exception of a trace, as its runtime printed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// As printed (`java.lang.NullPointerException`, `KeyError`, `panic`); empty where it is not told.
    pub exception_type: String,
    /// Empty where there is none; at most 32 lines and 4 KiB.
    pub message: String,
    /// Most recent call first; those that the runtime printed with it.
    pub frames: Vec<Frame>,
    pub role: Role,
    /// The block that this one caused or accompanied: always an earlier one.
    pub parent: Option<usize>,
    /// Frames that the runtime left out because they are the parent's last (`... 12 more`).
    pub shared: usize,
}

impl Block {
    pub(super) fn new(role: Role, parent: Option<usize>) -> Self {
        Self { exception_type: String::new(), message: String::new(), frames: Vec::new(), role, parent, shared: 0 }
    }

    pub(super) fn with_head(mut self, (exception_type, message): (String, String)) -> Self {
        (self.exception_type, self.message) = (exception_type, message);
        self
    }

    /// Adds a line to the message, up to its caps.
    pub(super) fn say(&mut self, line: &str) {
        let lines = self.message.bytes().filter(|b| *b == b'\n').count() + 1;
        if lines >= MAX_MESSAGE_LINES || self.message.len() + line.len() >= MAX_MESSAGE_BYTES {
            return;
        }
        if !self.message.is_empty() {
            self.message.push('\n');
        }
        self.message.push_str(line);
    }
}

/// A stack trace: the exception that was reported first, each other one after its parent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    pub blocks: Vec<Block>,
}

impl Trace {
    /// The blocks within the caps, without an end that says nothing.
    pub(super) fn of(mut blocks: Vec<Block>) -> Self {
        blocks.truncate(MAX_CAUSES + 1);
        let mut left = MAX_FRAMES;
        for block in &mut blocks {
            block.frames.truncate(MAX_BLOCK_FRAMES.min(left));
            left -= block.frames.len();
        }
        Self { blocks }
    }

    /// Frames that the runtime printed, of all blocks together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.frames.len()).sum()
    }

    /// Whether there is no frame.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The reported exception, its cause, that one's cause and so on: indices into `blocks`, the root cause last.
    #[must_use]
    pub fn chain(&self) -> Vec<usize> {
        let mut chain: Vec<usize> = Vec::new();
        for (index, block) in self.blocks.iter().enumerate() {
            let follows = block.role == Role::Cause && block.parent == chain.last().copied();
            if index == 0 || follows {
                chain.push(index);
            }
        }
        chain
    }

    /// All calls of a block, most recent first: its own, then those that it shares with its parent. At most [`MAX_FRAMES`].
    #[must_use]
    pub fn calls(&self, index: usize) -> Vec<&Frame> {
        let Some(block) = self.blocks.get(index) else { return Vec::new() };
        let mut calls: Vec<&Frame> = block.frames.iter().collect();
        // `a … n more` of a cause reaches into what its parent left out in turn; parents come earlier, so this ends.
        let (mut above, mut wanted) = (block.parent, block.shared);
        while let (Some(parent), true) = (above.and_then(|at| self.blocks.get(at)), wanted > 0) {
            let total = parent.frames.len() + parent.shared;
            let skipped = total.saturating_sub(wanted);
            calls.extend(parent.frames.iter().skip(skipped));
            wanted = wanted.min(parent.shared);
            above = parent.parent.filter(|next| above.is_some_and(|at| *next < at));
        }
        calls.truncate(MAX_FRAMES);
        calls
    }

    /// All frames from the root cause outwards, other threads' last, without those that an outer block repeats.
    #[must_use]
    pub fn into_frames(self) -> Vec<Frame> {
        let (threads, chain): (Vec<Block>, Vec<Block>) =
            self.blocks.into_iter().partition(|block| block.role == Role::Thread);
        let mut all: Vec<Frame> = Vec::new();
        for block in chain.into_iter().rev().chain(threads) {
            let inner = all.len();
            for frame in block.frames {
                if !all[..inner].contains(&frame) {
                    all.push(frame);
                }
            }
        }
        all
    }
}
