//! Signed notes, checkpoints and keys: the examples of the specifications, and what is refused.

use super::vectors;
use attestor::audit::note::{
    Checkpoint, Judged, Note, Seal, SignatureLine, VerifierKey, cosigned_text, root_text,
};
use attestor::chain::hash::Digest;
use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;
use serde_json::Value;

const NAME: &str = "example.com/audit";

fn signing() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn key(seal: Seal) -> VerifierKey {
    VerifierKey::new(NAME, seal, signing().verifying_key().as_bytes()).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: NAME.to_owned(), size: 5, root: Digest([9; 32]), extensions: Vec::new() }
}

fn cosigned(text: &str, time: u64) -> Note {
    let signature = signing().sign(cosigned_text(time, text).as_bytes()).to_bytes();
    Note::new(text.to_owned()).unwrap().signed(key(Seal::Cosignature).cosignature_line(time, &signature))
}

#[test]
fn a_cosignature_holds_for_its_text_and_time() {
    let (note, trusted) = (cosigned(&checkpoint().to_string(), 1_700_000_000), [key(Seal::Cosignature)]);
    let read = Note::parse(note.to_string().as_bytes()).unwrap();
    assert_eq!(read, note);
    assert_eq!(read.judge(&trusted), Judged::Signed(&trusted[0], Some(1_700_000_000)));
    assert_eq!(Checkpoint::of(&read), Ok(checkpoint()));

    let other = Checkpoint { size: 6, ..checkpoint() }.to_string();
    let forged = Note::new(other).unwrap().signed(note.signatures()[0].clone());
    assert_eq!(forged.judge(&trusted), Judged::Bad(&trusted[0]), "another text");
    for at in 0..note.signatures()[0].bytes.len() {
        let mut line = note.signatures()[0].clone();
        line.bytes[at] ^= 1;
        let forged = Note::new(note.text().to_owned()).unwrap().signed(line);
        assert_eq!(forged.judge(&trusted), Judged::Bad(&trusted[0]), "byte {at}, the time's or the rest");
    }
    let mut late = cosigned(note.text(), u64::MAX);
    assert_eq!(late.judge(&trusted), Judged::Bad(&trusted[0]), "no such time");
    late = cosigned(note.text(), i64::MAX as u64);
    assert_eq!(late.judge(&trusted), Judged::Signed(&trusted[0], Some(i64::MAX as u64)));
}

#[test]
fn signatures_of_others_are_passed_over_and_bad_ones_are_not() {
    let trusted = [key(Seal::Cosignature)];
    let text = checkpoint().to_string();
    let good = cosigned(&text, 1).signatures()[0].clone();
    let stranger = SignatureLine { name: "example.com/other".to_owned(), ..good.clone() };
    let same_name = SignatureLine { key_id: good.key_id ^ 1, ..good.clone() };
    let bad = SignatureLine { bytes: vec![0; 72], ..good.clone() };
    let judge = |lines: &[&SignatureLine]| {
        let note = Note::new(text.clone()).unwrap();
        let note = lines.iter().fold(note, |note, line| note.signed((*line).clone()));
        match note.judge(&trusted) {
            Judged::Signed(_, time) => format!("signed {time:?}"),
            Judged::Unknown => "unknown".to_owned(),
            Judged::Bad(_) => "bad".to_owned(),
        }
    };
    assert_eq!(judge(&[&stranger, &same_name]), "unknown");
    assert_eq!(judge(&[&stranger, &same_name, &good]), "signed Some(1)");
    let later = cosigned(&text, 2).signatures()[0].clone();
    assert_eq!(judge(&[&good, &later]), "signed Some(1)", "the first good one counts");
    assert_eq!(judge(&[&later, &good]), "signed Some(2)");
    assert_eq!(judge(&[&good, &bad]), "bad");
    assert_eq!(judge(&[&bad, &good]), "bad");
    assert_eq!(judge(&[&SignatureLine { bytes: vec![1], ..good.clone() }]), "bad", "too short for its kind");
    assert_eq!(cosigned(&text, 1).judge(&[key(Seal::Text)]), Judged::Unknown, "another kind is another key");
}

#[test]
fn checkpoints_are_read_to_the_byte() {
    let root = root_text(&Digest([9; 32]));
    let read = |text: String| text.parse::<Checkpoint>();
    for text in [
        format!("{NAME}\n0\n{root}\n"),
        format!("{NAME}\n18446744073709551615\n{root}\n"),
        format!("a name with spaces\n7\n{root}\nline of others\nand \u{e9}\n"),
    ] {
        let checkpoint = read(text.clone()).unwrap();
        assert_eq!(checkpoint.to_string(), text, "what is not known is kept");
    }
    for text in [
        String::new(),
        "\n".to_owned(),
        format!("{NAME}\n5\n{root}"),
        format!("{NAME}\n5\n"),
        format!("\n5\n{root}\n"),
        format!("{NAME}\n\n{root}\n"),
        format!("{NAME}\n05\n{root}\n"),
        format!("{NAME}\n+5\n{root}\n"),
        format!("{NAME}\n-5\n{root}\n"),
        format!("{NAME}\n 5\n{root}\n"),
        format!("{NAME}\n5 \n{root}\n"),
        format!("{NAME}\n0x5\n{root}\n"),
        format!("{NAME}\n18446744073709551616\n{root}\n"),
        format!("{NAME}\n5\n{root}\n\n"),
        format!("{NAME}\n5\n{root}\n\nline\n"),
        format!("{NAME}\n5\n{root} \n"),
        format!("{NAME}\n5\n{}\n", &root[..43]),
        format!("{NAME}\n5\n{}\n", root.replace('=', "")),
        format!("{NAME}\n5\n{}B=\n", &root[..42]),
        format!("{NAME}\n5\nCQkJ\n"),
    ] {
        assert!(read(text.clone()).is_err(), "{text:?}");
    }
}

#[test]
fn notes_are_read_to_the_byte() {
    let good = cosigned(&checkpoint().to_string(), 1).to_string();
    let (text, line) = good.split_once("\n\n").unwrap();
    let line = line.trim_end();
    for note in [
        good.clone(),
        format!("{good}{line}\n"),
        format!("{text}\n\nmore\n\n{line}\n"),
        format!("\n\n{line}\n"),
    ] {
        assert_eq!(Note::parse(note.as_bytes()).unwrap().to_string(), note);
    }
    let base64 = line.rsplit(' ').next().unwrap();
    for note in [
        text.to_owned(),
        format!("{text}\n"),
        format!("{text}\n\n"),
        format!("{text}\n{line}\n"),
        format!("{text}\n\n{line}"),
        format!("{text}\n\n{line}\n\n"),
        format!("{text}\n\n{line} \n"),
        format!("{text}\n\n{line}\r\n"),
        format!("{text}\r\n\n{line}\n"),
        format!("{text}\tx\n\n{line}\n"),
        format!("{text}\u{0}\n\n{line}\n"),
        format!("{text}\n\n{}\n", line.replace('\u{2014}', "-")),
        format!("{text}\n\n{}\n", line.replace("\u{2014} ", "\u{2014}")),
        format!("{text}\n\n\u{2014} {base64}\n"),
        format!("{text}\n\n\u{2014}  {base64}\n"),
        format!("{text}\n\n\u{2014} a+b {base64}\n"),
        format!("{text}\n\n\u{2014} a\u{a0}b {base64}\n"),
        format!("{text}\n\n\u{2014} a\u{2003}b {base64}\n"),
        format!("{text}\n\n\u{2014} a b {base64}\n"),
        format!("{text}\n\n\u{2014} a AAAAAA==\n",),
        format!("{text}\n\n\u{2014} a AAAAAAE\n"),
        format!("{text}\n\n\u{2014} a AAAAAAF=\n"),
        format!("{text}\n\n{}", format!("{line}\n").repeat(65)),
        format!("{}\n\n{line}\n", "x".repeat(256 << 10)),
    ] {
        assert!(Note::parse(note.as_bytes()).is_err(), "{note:?}");
    }
    assert!(Note::parse(format!("{text}\n\n{}", format!("{line}\n").repeat(64)).as_bytes()).is_ok());
    assert!(Note::parse(&[good.as_bytes(), b"\xff"].concat()).is_err(), "not UTF-8");
    // As large as a note may be, and a byte larger.
    let end = format!("\n\n{line}\n");
    let sized = |bytes: usize| Note::parse(("x".repeat(bytes - end.len()) + &end).as_bytes());
    assert_eq!(sized(256 << 10).unwrap().text().len() + end.len() - 1, 256 << 10);
    assert_eq!(sized((256 << 10) + 1).unwrap_err().to_string(), "the note is larger than 256 KiB");
    assert!(Note::new("no line feed".to_owned()).is_err());
}

#[test]
fn keys_are_read_to_the_byte() {
    for seal in [Seal::Text, Seal::Cosignature] {
        let text = key(seal).to_string();
        assert_eq!(text.parse(), Ok(key(seal)));
        let (name, rest) = text.split_once('+').unwrap();
        let (id, public) = rest.split_once('+').unwrap();
        for wrong in [
            format!("{name}+{id}"),
            format!("+{id}+{public}"),
            format!("{name}x+{id}+{public}"),
            format!("{name} +{id}+{public}"),
            format!("{name}+{}+{public}", id.to_uppercase() + "F"),
            format!("{name}+0{id}+{public}"),
            format!("{name}+00000000+{public}"),
            format!("{name}+{id}+{}{}", &public[..20], public[20..].chars().rev().collect::<String>()),
            format!("{name}+{id}+{public}\n"),
            format!("{name}+{id}+"),
        ] {
            assert!(wrong.parse::<VerifierKey>().is_err(), "{wrong}");
        }
    }
    assert_ne!(key(Seal::Text).id(), key(Seal::Cosignature).id());
    let named = |name: &str| VerifierKey::new(name, Seal::Text, signing().verifying_key().as_bytes());
    for name in ["a", "example.com/audit", "\u{e9}", "a,b"] {
        assert_eq!(named(name).unwrap().name(), name);
    }
    for name in ["", "a b", "a\tb", "a\nb", "a\u{1}b", "a\u{1f}", "a\u{2003}b", "a+b"] {
        assert!(named(name).is_err(), "{name:?}");
    }
    let mut small_order = [0; 32];
    small_order[0] = 1;
    assert!(VerifierKey::new(NAME, Seal::Text, &small_order).is_err(), "anybody signs under a weak key");
}

#[test]
fn published_notes_hold() {
    let Some(folder) = vectors() else { return };
    let file = |name: &str| std::fs::read(folder.join("note").join(name)).unwrap();
    let trusted = [String::from_utf8(file("c2sp_example.vkey")).unwrap().trim().parse().unwrap()];
    let note = Note::parse(&file("c2sp_example.note")).unwrap();
    assert_eq!(note.judge(&trusted), Judged::Signed(&trusted[0], None));
    assert_eq!(note.to_string().as_bytes(), file("c2sp_example.note"));
    let unknown = Note::parse(&file("c2sp_quasimodo_unknown_key.note")).unwrap();
    assert_eq!(unknown.judge(&trusted), Judged::Unknown);
    assert_eq!(unknown.to_string().as_bytes(), file("c2sp_quasimodo_unknown_key.note"));
    assert_eq!(unknown.text().lines().count(), 4, "an empty line stands in the text");
}

#[test]
fn published_signatures_hold() {
    let Some(folder) = vectors() else { return };
    let bytes = std::fs::read(folder.join("wycheproof_ed25519_test.json")).unwrap();
    let file: Value = serde_json::from_slice(&bytes).unwrap();
    let hex = |value: &Value| -> Vec<u8> {
        let hex = value.as_str().unwrap();
        (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
    };
    let mut seen = 0;
    for group in file["testGroups"].as_array().unwrap() {
        let public: [u8; 32] = hex(&group["publicKey"]["pk"]).try_into().unwrap();
        for test in group["tests"].as_array().unwrap() {
            let is_signed = VerifierKey::new(NAME, Seal::Text, &public)
                .is_ok_and(|key| key.is_signed_by(&hex(&test["msg"]), &hex(&test["sig"])));
            assert_eq!(is_signed, test["result"] == "valid", "test {}", test["tcId"]);
            seen += 1;
        }
    }
    assert_eq!(Some(seen), file["numberOfTests"].as_u64());
}

proptest! {
    #[test]
    fn whatever_is_read_as_a_note_is_printed_back(text in "(\u{2014} |a|\\+| |\n|=|[A-Za-z0-9/]{1,8}){0,40}") {
        if let Ok(note) = Note::parse(text.as_bytes()) {
            prop_assert_eq!(note.to_string(), text);
        }
    }

    #[test]
    fn whatever_is_read_as_a_checkpoint_is_printed_back(
        origin in "[a-z/. ]{0,8}", size in "[0-9+ ]{0,5}", root in "[A-Za-z0-9+/]{43}=", more in "([a-z]{0,3}\n){0,3}"
    ) {
        let text = format!("{origin}\n{size}\n{root}\n{more}");
        if let Ok(checkpoint) = text.parse::<Checkpoint>() {
            prop_assert_eq!(checkpoint.to_string(), text);
        }
    }
}
