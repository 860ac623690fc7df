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

/// Marks of a text.
#[derive(Default)]
pub struct Marks {
    /// One more than the text has, so that one can look ahead.
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

    /// Bits of block `index` of one kind and of the block after it.
    #[inline]
    pub fn ahead(&self, index: usize, kind: impl Fn(&Block) -> u64) -> u128 {
        let of = |index: usize| self.blocks.get(index).map_or(0, &kind);
        u128::from(of(index)) | u128::from(of(index + 1)) << 64
    }

    /// Bits of block `index`, each moved to the byte after: whether the byte before is of that kind.
    #[inline]
    pub fn before(&self, index: usize, kind: impl Fn(&Block) -> u64) -> u64 {
        let of = |index: usize| self.blocks.get(index).map_or(0, &kind);
        of(index) << 1 | index.checked_sub(1).map_or(0, |previous| of(previous) >> 63)
    }

    #[inline]
    pub fn block(&self, index: usize) -> Block {
        self.blocks.get(index).copied().unwrap_or_default()
    }
}

/// Classes of 64 bytes. Written so that compilers turn both loops into vector instructions, whatever the processor.
#[inline]
fn classify(bytes: &[u8; 64]) -> Block {
    let mut classes = [0; 64];
    for (class, byte) in classes.iter_mut().zip(bytes) {
        *class = class_of(*byte);
    }
    let (groups, _) = classes.as_chunks::<8>();
    let mut rows = [[0; 8]; 8];
    for (row, group) in rows.iter_mut().zip(groups) {
        *row = transposed(u64::from_le_bytes(*group)).to_le_bytes();
    }
    let bits = |class: usize| u64::from_le_bytes(rows.map(|row| row[class]));
    Block {
        digit: bits(0),
        hex: bits(1),
        word: bits(2),
        dash: bits(3),
        colon: bits(4),
        dot: bits(5),
        slash: bits(6),
        rare: bits(7),
    }
}

/// One bit a class, in the order of [`Block`]; no branches.
#[inline]
fn class_of(byte: u8) -> u8 {
    let bit = |holds: bool, class: u8| u8::from(holds) << class;
    let lower = byte | 0x20;
    let digit = byte.wrapping_sub(b'0') < 10;
    bit(digit, 0)
        | bit(digit | (lower.wrapping_sub(b'a') < 6), 1)
        | bit(digit | (lower.wrapping_sub(b'a') < 26) | (byte == b'_'), 2)
        | bit(byte == b'-', 3)
        | bit(byte == b':', 4)
        | bit(byte == b'.', 5)
        | bit(byte == b'/', 6)
        | bit((byte == b'@') | (byte == b'\\'), 7)
}

/// Rows and columns of an 8 × 8 matrix of bits exchanged: byte `i`, bit `j` becomes byte `j`, bit `i` (Warren, “Hacker's Delight”,
/// 2nd edition, §7-3).
#[inline]
fn transposed(mut x: u64) -> u64 {
    for (shift, mask) in [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0x0000_0000_f0f0_f0f0)] {
        let t = (x ^ (x >> shift)) & mask;
        x ^= t ^ (t << shift);
    }
    x
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
                let block = marks.block(at / 64);
                let bit = |bits: u64| bits >> (at % 64) & 1 == 1;
                prop_assert_eq!(bit(block.digit), byte.is_ascii_digit());
                prop_assert_eq!(bit(block.hex), byte.is_ascii_hexdigit());
                prop_assert_eq!(bit(block.word), byte.is_ascii_alphanumeric() || *byte == b'_');
                let is = [(block.dash, b'-'), (block.colon, b':'), (block.dot, b'.'), (block.slash, b'/')];
                prop_assert!(is.iter().all(|(bits, wanted)| bit(*bits) == (byte == wanted)));
                prop_assert_eq!(bit(block.rare), [b'@', b'\\'].contains(byte));
                let next = text.get(at + 3).is_some_and(u8::is_ascii_digit);
                prop_assert_eq!((marks.ahead(at / 64, |b| b.digit) >> (at % 64 + 3)) & 1 == 1, next);
                let before = at > 0 && text[at - 1].is_ascii_digit();
                prop_assert_eq!(marks.before(at / 64, |b| b.digit) >> (at % 64) & 1 == 1, before);
            }
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        assert!(!Marks::default().read("é".as_bytes()));
    }
}
