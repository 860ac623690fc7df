//! The masks that several benches measure.

use shakedown::normalize::{Cut, MaskKind, PathKeep, Rules, RulesSpec, UrlKeep};

/// The nine masks that the targets of the design are stated for, in the standard order; `number`: shortest run of digits.
pub fn nine_masks(number: u8) -> Rules {
    let masks = vec![
        MaskKind::Uuid {},
        MaskKind::Timestamp {},
        MaskKind::Url { keep: UrlKeep::Nothing },
        MaskKind::Email {},
        MaskKind::Ipv4 {},
        MaskKind::Ipv6 {},
        MaskKind::Path { keep: PathKeep::Nothing },
        MaskKind::Hex { min_length: 8 },
        MaskKind::Number { min_length: number },
    ];
    Rules::new(&RulesSpec { masks, truncate: Some(Cut::Plain(200)) }).expect("the masks are valid")
}
