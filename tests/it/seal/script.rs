//! The independent script on signatures: Ed25519 from its specification, and the notes that it signs.

use super::{key_pair, there, vectors};
use attestor::audit::note::{Checkpoint, Judged, Note, Seal, SignatureLine, VerifierKey, cosigned_text};
use attestor::chain::hash::Digest;
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const NAME: &str = "example.com/audit";

/// Asks functions of the script; none where Python is missing.
fn asked(program: &str, input: &Value) -> Option<Value> {
    if !there("python3") {
        return None;
    }
    let program = format!(
        "import json, sys\nsys.dont_write_bytecode = True\nsys.path.insert(0, sys.argv[1])\n\
         import verify_attestor as script\ngiven = json.load(sys.stdin)\n{program}"
    );
    let mut python = Command::new("python3")
        .args(["-c", &program, concat!(env!("CARGO_MANIFEST_DIR"), "/docs")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let done = python.wait_with_output().unwrap();
    assert!(done.status.success());
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

const VERIFY: &str = "
hex = bytes.fromhex
print(json.dumps([script.is_ed25519(hex(k), hex(m), hex(s)) for k, m, s in given]))";

/// RFC 8032, 7.1: tests 1, 2, 3 and SHA(abc), as key, message and signature.
const RFC_8032: [[&str; 3]; 4] = [
    [
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
    [
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ],
];

#[test]
fn the_vectors_of_rfc_8032_hold_and_no_flipped_bit_does() {
    let Some(found) = asked(VERIFY, &json!(RFC_8032)) else { return };
    assert_eq!(found, json!(vec![true; 4]));
    let [key, message, signature] = RFC_8032[2];
    let flip = |hex: &str, at: usize| {
        let digit = u8::from_str_radix(&hex[at..=at], 16).unwrap() ^ 1;
        format!("{}{digit:x}{}", &hex[..at], &hex[at + 1..])
    };
    let mut flipped = Vec::new();
    flipped.extend((0..key.len()).step_by(3).map(|at| json!([flip(key, at), message, signature])));
    flipped.extend((0..message.len()).map(|at| json!([key, flip(message, at), signature])));
    flipped.extend((0..signature.len()).step_by(3).map(|at| json!([key, message, flip(signature, at)])));
    flipped.push(json!([key, message, &signature[..126]]));
    flipped.push(json!([key, message, format!("{signature}00")]));
    flipped.push(json!([&key[..62], message, signature]));
    let count = flipped.len();
    assert_eq!(asked(VERIFY, &json!(flipped)), Some(json!(vec![false; count])));
}

/// What looser checks let through: each holds by the equation alone.
#[test]
fn what_is_not_strict_is_no_signature() {
    let neutral = format!("01{}", "0".repeat(62));
    let [key, message, signature] = RFC_8032[1];
    // s and s + order are one number to the equation.
    let (commitment, s) = signature.split_at(64);
    let order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    let mut carry = 0;
    let beyond: String = (0..32)
        .map(|i| {
            let byte = |hex: &str| u16::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap();
            let sum = byte(s) + byte(order) + carry;
            carry = sum >> 8;
            format!("{:02x}", sum & 0xff)
        })
        .collect();
    let zero = "0".repeat(64);
    let cases = json!([
        [key, message, format!("{commitment}{beyond}")],
        // Anything is signed under a key of small order, by a commitment of small order.
        [neutral, "00", format!("{neutral}{zero}")],
        [neutral, message, format!("{neutral}{zero}")],
        // The neutral point, written with y + p, and with the sign of a zero.
        [format!("ee{}7f", "f".repeat(60)), message, format!("{neutral}{zero}")],
        [key, message, format!("01{}80{zero}", "0".repeat(60))],
        // No point of the curve.
        [format!("02{}", "0".repeat(62)), message, signature],
    ]);
    let Some(found) = asked(VERIFY, &cases) else { return };
    assert_eq!(found, json!(vec![false; 6]));
}

#[test]
fn published_signatures_hold_for_the_script_too() {
    let Some(folder) = vectors() else { return };
    let bytes = std::fs::read(folder.join("wycheproof_ed25519_test.json")).unwrap();
    let file: Value = serde_json::from_slice(&bytes).unwrap();
    let (mut cases, mut expected) = (Vec::new(), Vec::new());
    for group in file["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            cases.push(json!([group["publicKey"]["pk"], test["msg"], test["sig"]]));
            expected.push(test["result"] == "valid");
        }
    }
    let Some(found) = asked(VERIFY, &json!(cases)) else { return };
    assert!(expected.len() > 100);
    assert_eq!(found, json!(expected));
}

fn signing(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn key(seed: u8) -> VerifierKey {
    VerifierKey::new(NAME, Seal::Cosignature, signing(seed).verifying_key().as_bytes()).unwrap()
}

fn text() -> String {
    Checkpoint { origin: NAME.to_owned(), size: 5, root: Digest([9; 32]), extensions: Vec::new() }.to_string()
}

fn line(seed: u8, text: &str, time: u64) -> SignatureLine {
    let signature = signing(seed).sign(cosigned_text(time, text).as_bytes()).to_bytes();
    key(seed).cosignature_line(time, &signature)
}

fn note(text: &str, lines: &[&SignatureLine]) -> String {
    let note = Note::new(text.to_owned()).unwrap();
    lines.iter().fold(note, |note, line| note.signed((*line).clone())).to_string()
}

const JUDGE: &str = "
import os, tempfile
def judged(text):
    try:
        return script.cosigned_at(script.checkpoint(text), path)
    except script.Unreadable:
        return 'unreadable'
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, 'signers')
    with open(path, 'w') as file:
        file.write(given['signers'])
    print(json.dumps([judged(text) for text in given['notes']]))";

/// What the script says of notes, by a file of signers: the time, nothing, or that it can't be read.
fn judged(signers: &str, notes: &[String]) -> Option<Vec<Value>> {
    let found = asked(JUDGE, &json!({"signers": signers, "notes": notes}))?;
    Some(found.as_array().unwrap().clone())
}

fn signers(seed: u8) -> String {
    format!("{NAME} {}\n", key_pair(seed).public_key().to_openssh().unwrap())
}

#[test]
fn a_note_is_judged_as_the_program_judges_it() {
    let (text, trusted) = (text(), [key(7)]);
    let good = line(7, &text, 1_700_000_000);
    let stranger = line(9, &text, 1_700_000_000);
    let named_otherwise = SignatureLine { name: "example.com/other".to_owned(), ..good.clone() };
    let of_other_key = SignatureLine { key_id: good.key_id ^ 1, ..good.clone() };
    let bad = SignatureLine { bytes: vec![0; 72], ..good.clone() };
    let short = SignatureLine { bytes: vec![1], ..good.clone() };
    let mut notes = vec![
        note(&text, &[&good]),
        note(&text, &[&stranger, &named_otherwise, &of_other_key, &good]),
        note(&text, &[&good, &good]),
    ];
    let whole = notes.len();
    // Others alone, a good one beside a bad one, one cut short, another text, times that none is.
    notes.extend([
        note(&text, &[&stranger]),
        note(&text, &[&named_otherwise]),
        note(&text, &[&of_other_key]),
        note(&text, &[&good, &bad]),
        note(&text, &[&bad, &good]),
        note(&text, &[&short]),
        note(&text.replace("\n5\n", "\n6\n"), &[&good]),
        note(&format!("{text}more\n"), &[&good]),
        note(&text, &[&line(7, &text, u64::MAX)]),
    ]);
    for at in 0..good.bytes.len() {
        let mut flipped = good.clone();
        flipped.bytes[at] ^= 1;
        notes.push(note(&text, &[&flipped]));
    }
    for note in &notes {
        let read = Note::parse(note.as_bytes()).unwrap();
        let is_good = matches!(read.judge(&trusted), Judged::Signed(_, Some(1_700_000_000)));
        assert_eq!(is_good, notes[..whole].contains(note), "{note}");
    }
    // A signature of the text alone is of another kind, and so of another key.
    let of_text = VerifierKey::new(NAME, Seal::Text, trusted[0].public()).unwrap();
    let bytes = signing(7).sign(text.as_bytes()).to_bytes().to_vec();
    notes.push(note(&text, &[&SignatureLine { key_id: of_text.id(), bytes, ..good.clone() }]));
    let Some(found) = judged(&signers(7), &notes) else { return };
    let expected: Vec<Value> =
        (0..notes.len()).map(|at| if at < whole { json!(1_700_000_000) } else { Value::Null }).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_file_of_signers_says_whose_notes_count() {
    let note = [note(&text(), &[&line(7, &text(), 1_700_000_000)])];
    let public = key_pair(7).public_key().to_openssh().unwrap();
    let (public, other) = (public.trim(), signers(9));
    let signed = Some(vec![json!(1_700_000_000)]);
    for file in [
        format!("# whose\n\n{NAME} {public} a comment\n"),
        format!("{other}{NAME} {public}\n"),
        format!("example.com/* {public}\n"),
        format!("somebody,example.com/audi? {public}\n"),
        format!("{NAME} namespaces=\"attestor-*\" {public}\n"),
        format!("{NAME} namespaces=\"attestor-export@v1,attestor-checkpoint@v1\" {public}\n"),
    ] {
        let Some(found) = judged(&file, &note) else { return };
        assert_eq!(Some(found), signed, "{file}");
    }
    for file in [
        String::new(),
        other.clone(),
        format!("example.com/audit2 {public}\n"),
        format!("example.com/*,!{NAME} {public}\n"),
        format!("{NAME} namespaces=\"attestor-export@v1\" {public}\n"),
        format!("{NAME} cert-authority {public}\n"),
        format!("{NAME} valid-before=\"20200101\" {public}\n"),
        format!("#{NAME} {public}\n"),
    ] {
        assert_eq!(judged(&file, &note), Some(vec![Value::Null]), "{file}");
    }
}

#[test]
fn what_is_no_note_is_not_read() {
    let good = note(&text(), &[&line(7, &text(), 1)]);
    let (text, line) = good.split_once("\n\n").unwrap();
    let line = line.trim_end();
    let base64 = line.rsplit(' ').next().unwrap();
    let notes = [
        text.to_owned(),
        format!("{text}\n\n"),
        format!("{text}\n{line}\n"),
        format!("{text}\n\n{line}"),
        format!("{text}\n\n{line} \n"),
        format!("{text}\n\n{line}\r\n"),
        format!("{text}\r\n\n{line}\n"),
        format!("{text}\u{0}\n\n{line}\n"),
        format!("{text}\n\n{}\n", line.replace('\u{2014}', "-")),
        format!("{text}\n\n\u{2014} {base64}\n"),
        format!("{text}\n\n\u{2014} a+b {base64}\n"),
        format!("{text}\n\n\u{2014} a\u{a0}b {base64}\n"),
        format!("{text}\n\n\u{2014} a AAAAAA==\n"),
        format!("{text}\n\n\u{2014} a AAAAAAE\n"),
        format!("{text}\n\n\u{2014} a AAAAAAF=\n"),
        format!("{text}\n\n{}", format!("{line}\n").repeat(65)),
        good.replace("\n5\n", "\n05\n"),
        good.replace("\n5\n", &format!("\n{}\n", "9".repeat(5_000))),
        good.replace(NAME, ""),
    ];
    for note in &notes {
        let is_read = Note::parse(note.as_bytes()).is_ok_and(|note| Checkpoint::of(&note).is_ok());
        assert!(!is_read, "{note:?}");
    }
    let Some(found) = judged(&signers(7), &notes) else { return };
    assert_eq!(found, vec![json!("unreadable"); notes.len()]);
}
