//! Which bytes of a text are digits, letters of a word or one of a few separators: one bit a byte, 64 bytes at a time.
//!
//! The only pass over all bytes.

/// Bits of 64 bytes; bit `i` belongs to byte `i`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// `0-9`
    pub digit: u64,
    /// `0-9 a-f A-F`
    pub hex: u64,
    /// `0-9 a-z A-Z _`
    pub word: u64,
    /// `-`
    pub dash: u64,
    /// `:`
    pub colon: u64,
    /// `.`
    pub dot: u64,
    /// `/`
    pub slash: u64,
    /// `@` and `\`
    pub rare: u64,
}

impl Block {
    fn or(&mut self, other: Self) {
        self.digit |= other.digit;
        self.hex |= other.hex;
        self.word |= other.word;
        self.dash |= other.dash;
        self.colon |= other.colon;
        self.dot |= other.dot;
        self.slash |= other.slash;
        self.rare |= other.rare;
    }
}

/// A block and its neighbours.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    before: &'a Block,
    pub here: &'a Block,
    after: &'a Block,
}

impl Around<'_> {
    /// Whether the byte `distance` (1 to 63) further on is of a kind.
    #[inline]
    pub fn later(self, kind: impl Fn(&Block) -> u64, distance: u32) -> u64 {
        kind(self.here) >> distance | kind(self.after) << (64 - distance)
    }

    /// Whether the byte before is.
    #[inline]
    pub fn earlier(self, kind: impl Fn(&Block) -> u64) -> u64 {
        kind(self.here) << 1 | kind(self.before) >> 63
    }

    /// Whether `length` bytes in a row from here on are; 64 stand for more.
    #[inline]
    pub fn run(self, kind: impl Fn(&Block) -> u64, length: usize) -> u64 {
        let mut bits = u128::from(kind(self.here)) | u128::from(kind(self.after)) << 64;
        let (length, mut have) = (length.clamp(1, 64), 1);
        while have < length {
            let step = have.min(length - have);
            bits &= bits >> step;
            have += step;
        }
        bits as u64
    }
}

/// Blocks whose memory is kept for the next text: those of 256 KiB.
const KEPT_BLOCKS: usize = 1 << 12;

/// Marks of a text.
#[derive(Default)]
pub struct Marks {
    /// An empty one at either end, so that every block has neighbours.
    blocks: Vec<Block>,
    /// Of all blocks together: what the text has at all.
    pub all: Block,
}

impl Marks {
    /// Marks `text`; false when it is not ASCII, and then the marks mean nothing.
    pub fn read(&mut self, text: &[u8]) -> bool {
        if !text.is_ascii() {
            return false;
        }
        self.blocks.clear();
        self.blocks.shrink_to(KEPT_BLOCKS);
        self.blocks.push(Block::default());
        self.all = Block::default();
        let (whole, rest) = text.as_chunks::<64>();
        for bytes in whole {
            self.push(classify(bytes));
        }
        if !rest.is_empty() {
            let mut bytes = [0; 64];
            bytes[..rest.len()].copy_from_slice(rest);
            self.push(classify(&bytes));
        }
        self.blocks.push(Block::default());
        true
    }

    fn push(&mut self, block: Block) {
        self.all.or(block);
        self.blocks.push(block);
    }

    /// Fills `candidates` with what `of` says of every block; whether there is any.
    #[inline]
    pub fn candidates(&self, candidates: &mut Vec<u64>, of: impl Fn(Around) -> u64) -> bool {
        let mut any = 0;
        candidates.resize(self.blocks.len() - 2, 0);
        for (bits, blocks) in candidates.iter_mut().zip(self.blocks.array_windows()) {
            let [before, here, after] = blocks;
            *bits = of(Around { before, here, after });
            any |= *bits;
        }
        any != 0
    }

    /// Bits of one kind of the 64 bytes from `at` on.
    #[inline]
    pub fn window(&self, at: usize, kind: impl Fn(&Block) -> u64) -> u64 {
        let of = |index: usize| self.blocks.get(index).map_or(0, &kind);
        let (block, bit) = (at / 64 + 1, at % 64);
        of(block) >> bit | of(block + 1).unbounded_shl(64 - bit as u32)
    }

    /// Where the bytes of a kind that begin at `at` end, not after `to`.
    #[inline]
    pub fn run_end(&self, at: usize, to: usize, kind: impl Fn(&Block) -> u64 + Copy) -> usize {
        let mut end = at;
        while end < to {
            let run = self.window(end, kind).trailing_ones() as usize;
            end += run;
            if run < 64 {
                break;
            }
        }
        end.min(to)
    }
}

/// Classes of 64 bytes. Written so that compilers turn the loops into vector instructions, whatever the processor.
#[inline]
fn classify(bytes: &[u8; 64]) -> Block {
    let mut classes = [0; 64];
    for (class, byte) in classes.iter_mut().zip(bytes) {
        *class = class_of(*byte);
    }
    let (groups, _) = classes.as_chunks::<8>();
    let mut words = [0; 8];
    for (word, group) in words.iter_mut().zip(groups) {
        *word = u64::from_le_bytes(*group);
    }
    let [digit, hex, word, dash, colon, dot, slash, rare] = sliced(words);
    Block { digit, hex, word, dash, colon, dot, slash, rare }
}

/// From words of eight bytes to words of one bit a byte: word `k` of the result has the bits `k`. Rows and columns are exchanged first
/// among the bytes of the eight words, then among the bits, halves with halves, quarters with quarters (Warren, “Hacker's Delight”,
/// 2nd edition, §7-3).
#[inline]
fn sliced(mut words: [u64; 8]) -> [u64; 8] {
    exchange::<4, 32>(&mut words, 0x0000_0000_ffff_ffff);
    exchange::<2, 16>(&mut words, 0x0000_ffff_0000_ffff);
    exchange::<1, 8>(&mut words, 0x00ff_00ff_00ff_00ff);
    exchange::<4, 4>(&mut words, 0x0f0f_0f0f_0f0f_0f0f);
    exchange::<2, 2>(&mut words, 0x3333_3333_3333_3333);
    exchange::<1, 1>(&mut words, 0x5555_5555_5555_5555);
    words
}

/// Exchanges the high parts of each word with the low parts of the word `STEP` further on.
#[inline]
fn exchange<const STEP: usize, const SHIFT: u32>(words: &mut [u64; 8], mask: u64) {
    for low in (0..8).filter(|index| index & STEP == 0) {
        let moved = ((words[low] >> SHIFT) ^ words[low + STEP]) & mask;
        words[low + STEP] ^= moved;
        words[low] ^= moved << SHIFT;
    }
}

/// One bit a class, in the order of [`Block`]; no branches.
#[inline]
fn class_of(byte: u8) -> u8 {
    let is = |wanted: u8| u8::from(byte == wanted);
    let within = |byte: u8, first: u8, count: u8| u8::from(byte.wrapping_sub(first) < count);
    let lower = byte | 0x20;
    let digit = within(byte, b'0', 10);
    let hex = digit | within(lower, b'a', 6);
    let word = digit | within(lower, b'a', 26) | is(b'_');
    let rare = is(b'@') | is(b'\\');
    digit | hex << 1 | word << 2 | is(b'-') << 3 | is(b':') << 4 | is(b'.') << 5 | is(b'/') << 6 | rare << 7
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A byte at a time, in words.
        #[test]
        fn a_bit_says_what_its_byte_is(text in proptest::collection::vec(0..128_u8, 0..200)) {
            let mut marks = Marks::default();
            prop_assert!(marks.read(&text));
            for (at, byte) in text.iter().enumerate() {
                let block = marks.blocks[at / 64 + 1];
                let bit = |bits: u64| bits >> (at % 64) & 1 == 1;
                prop_assert_eq!(bit(block.digit), byte.is_ascii_digit());
                prop_assert_eq!(bit(block.hex), byte.is_ascii_hexdigit());
                prop_assert_eq!(bit(block.word), byte.is_ascii_alphanumeric() || *byte == b'_');
                let is = [(block.dash, b'-'), (block.colon, b':'), (block.dot, b'.'), (block.slash, b'/')];
                prop_assert!(is.iter().all(|(bits, wanted)| bit(*bits) == (byte == wanted)));
                prop_assert_eq!(bit(block.rare), [b'@', b'\\'].contains(byte));
                let run = text[at..].iter().take_while(|b| b.is_ascii_digit()).count();
                prop_assert_eq!(marks.run_end(at, text.len(), |b| b.digit), at + run);
                let has = |of: fn(Around) -> u64| {
                    let mut bits = Vec::new();
                    marks.candidates(&mut bits, of);
                    bits[at / 64] >> (at % 64) & 1 == 1
                };
                prop_assert_eq!(has(|b| b.run(|b| b.digit, 3)), run >= 3);
                prop_assert_eq!(has(|b| b.later(|b| b.digit, 9)), text.get(at + 9).is_some_and(u8::is_ascii_digit));
                prop_assert_eq!(has(|b| b.earlier(|b| b.digit)), at > 0 && text[at - 1].is_ascii_digit());
            }
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        assert!(!Marks::default().read("é".as_bytes()));
    }
}
