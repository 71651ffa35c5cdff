//! Text on its way to the parser.

use super::hostile::any_json;
use proptest::prelude::*;

#[test]
fn mending_case_by_case() {
    let check = |raw: &str, expected: &str| {
        for piece in [1, 2, 5, usize::MAX] {
            assert_eq!(
                String::from_utf8_lossy(&mended(raw.as_bytes(), piece)),
                expected,
                "{raw} in pieces of {piece}"
            );
        }
    };
    check(r#""\ud83e\udd80""#, r#""\ud83e\udd80""#);
    check(r#""\ud800""#, r#""\ufffd""#);
    check(r#""\udc00x""#, r#""\ufffdx""#);
    check(r#""\ud800\ud83e\udd80""#, r#""\ufffd\ud83e\udd80""#);
    check(r#""\ud800\n""#, r#""\ufffd\n""#);
    check(r#""\\ud800""#, r#""\\ud800""#);
    check(r#""\uD8"#, r#""\uD8"#);
    check("[1e400, -1e400, 1e4, 1e-999]", "[null , null  , 1e4, 1e-999]");
    check("\"1e400\"", "\"1e400\"");
    let long = format!("[{},1]", "9".repeat(3000));
    check(&long, &format!("[null{},1]", " ".repeat(2996)));
    let huge = format!("[\"{}\",1]", "é".repeat(1024 * 1024));
    let cut = mended(huge.as_bytes(), usize::MAX);
    assert_eq!(cut.len(), 1024 * 1024 + 6);
    assert!(std::str::from_utf8(&cut).is_ok());
}

proptest! {
    /// Mending never touches what is JSON already, wherever the pieces are cut.
    #[test]
    fn mending_leaves_json_alone(value in any_json(), cuts in 1..9usize) {
        let text = value.to_string();
        prop_assert_eq!(mended(text.as_bytes(), cuts), text.into_bytes());
    }

    /// However the pieces are cut, the outcome is one.
    #[test]
    fn pieces_change_nothing(
        pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..20),
        cuts in 1..9usize,
    ) {
        let bytes = pieces.concat();
        prop_assert_eq!(mended(&bytes, cuts), mended(&bytes, usize::MAX));
    }
}

/// Pieces of JSON text that mending looks at, whole and broken.
const PIECES: &[&[u8]] = &[
    br"\ud83e\udd80",
    br"\ud800",
    br"\udc00",
    br"\u12",
    br"\",
    b"\\\"",
    b"\"",
    b"\xc3\xa9",
    b"\xf0\x9f\xa6\x80",
    b"\xff",
    b"\xf0\x9f",
    b"1e999",
    b"-17.5",
    b" ",
    b",",
];

/// The bytes after mending, read in pieces of at most `piece` bytes.
fn mended(bytes: &[u8], piece: usize) -> Vec<u8> {
    use std::io::Read;
    struct InPieces<'a>(&'a [u8], usize);
    impl Read for InPieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = buffer.len().min(self.1).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }
    let mut out = Vec::new();
    attestor::intake::mend::Mended::new(InPieces(bytes, piece), Default::default())
        .read_to_end(&mut out)
        .unwrap();
    out
}
