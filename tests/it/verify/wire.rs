//! The binary form of COPY, in whatever pieces it comes.

use super::{CHAIN, list};
use attestor::audit::verify::row::{COLUMNS, Row};
use attestor::audit::verify::usual::Usual;
use attestor::audit::verify::wire::{Decoder, Malformed, TextArray, Tuple};

const HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

fn field(bytes: Option<&[u8]>) -> Vec<u8> {
    let length = bytes.map_or(-1, |bytes| bytes.len() as i32);
    [&length.to_be_bytes()[..], bytes.unwrap_or_default()].concat()
}

fn stream(rows: &[&[Option<&[u8]>]], end: &[u8]) -> Vec<u8> {
    let mut bytes = HEAD.to_vec();
    for fields in rows {
        bytes.extend((fields.len() as i16).to_be_bytes());
        bytes.extend(fields.iter().flat_map(|one| field(*one)));
    }
    bytes.extend(end);
    bytes
}

const END: &[u8] = &[0xff, 0xff];

/// The texts of a row's fields.
type Fields = Vec<Option<String>>;

/// The texts of the first two fields of each row; whether the stream ended.
fn read(bytes: &[u8], piece: usize) -> Result<(Vec<Fields>, bool), Malformed> {
    let (mut decoder, mut rows) = (Decoder::default(), Vec::new());
    for part in bytes.chunks(piece) {
        decoder.feed(part, |tuple| {
            let mut text = || Ok(tuple.bytes()?.map(|bytes| String::from_utf8_lossy(bytes).into_owned()));
            rows.push(vec![text()?, text()?]);
            Ok::<(), Malformed>(())
        })?;
    }
    Ok((rows, decoder.is_ended()))
}

#[test]
fn rows_come_whole_in_whatever_pieces() {
    let rows: [&[Option<&[u8]>]; 3] =
        [&[Some(b"one"), None], &[Some(b""), Some(b"x")], &[Some(b"three"), Some(b"four")]];
    let bytes = stream(&rows, END);
    let text = |text: &str| Some(text.to_owned());
    let expected =
        vec![vec![text("one"), None], vec![text(""), text("x")], vec![text("three"), text("four")]];
    for piece in 1..=bytes.len() {
        assert_eq!(read(&bytes, piece).unwrap(), (expected.clone(), true), "in pieces of {piece}");
        let cut = &bytes[..bytes.len() - 2];
        assert_eq!(read(cut, piece).unwrap(), (expected.clone(), false), "no end, in pieces of {piece}");
        let short = &bytes[..bytes.len() - 3];
        assert_eq!(read(short, piece).unwrap(), (expected[..2].to_vec(), false), "cut, in pieces of {piece}");
    }
    assert_eq!(read(&stream(&[], END), 7).unwrap(), (Vec::new(), true));
    let after = [&stream(&rows[..1], END)[..], &bytes[HEAD.len()..]].concat();
    assert_eq!(
        read(&after, after.len()).unwrap(),
        (expected[..1].to_vec(), true),
        "behind the end is nothing"
    );
}

#[test]
fn what_is_no_copy_is_refused() {
    let good = stream(&[&[Some(b"a"), None]], END);
    for at in 0..HEAD.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        assert!(read(&bytes, bytes.len()).is_err(), "byte {at}");
    }
    let mut negative = HEAD.to_vec();
    negative.extend([0, 1]);
    negative.extend((-2_i32).to_be_bytes());
    let said = read(&negative, negative.len()).unwrap_err().to_string();
    assert!(said.contains("negative length"), "{said}");
    let said = read(&stream(&[&[Some(b"only one")]], END), 100).unwrap_err().to_string();
    assert!(said.contains("too few fields"), "{said}");
}

/// Takes one field as `take` does.
fn taken<T>(bytes: &[u8], take: impl FnOnce(&mut Tuple<'_>) -> Result<T, Malformed>) -> Result<T, String> {
    let stream = [HEAD, &1_i16.to_be_bytes(), bytes].concat();
    let (mut out, mut take) = (None, Some(take));
    let fed = Decoder::default().feed(&stream, |tuple| {
        out = Some(take.take().map(|take| take(tuple)).ok_or_else(String::new)?.map_err(|e| e.to_string())?);
        Ok::<(), Fault>(())
    });
    fed.map_err(|fault| fault.0)?;
    out.ok_or_else(|| "no row".to_owned())
}

#[derive(Debug)]
struct Fault(String);

impl From<Malformed> for Fault {
    fn from(malformed: Malformed) -> Fault {
        Fault(malformed.to_string())
    }
}

impl From<String> for Fault {
    fn from(text: String) -> Fault {
        Fault(text)
    }
}

#[test]
fn numbers_and_payloads() {
    let eight = (-7_i64).to_be_bytes();
    assert_eq!(taken(&field(Some(&eight)), |t| t.bigint()), Ok(Some(-7)));
    assert_eq!(taken(&field(None), |t| t.bigint()), Ok(None));
    assert!(taken(&field(Some(&eight[..7])), |t| t.bigint()).is_err());
    assert_eq!(taken(&field(Some(&eight[4..])), |t| t.integer()), Ok(Some(-7)));
    assert_eq!(taken(&field(None), |t| t.integer()), Ok(None));
    assert!(taken(&field(Some(&eight)), |t| t.integer()).is_err());
    let text = |t: &mut Tuple<'_>| t.jsonb().map(|text| text.map(<[u8]>::to_vec));
    assert_eq!(taken(&field(Some(b"\x01{}")), text), Ok(Some(b"{}".to_vec())));
    assert_eq!(taken(&field(None), text), Ok(None));
    for other in [&b"\x02{}"[..], b"{}", b""] {
        assert!(taken(&field(Some(other)), text).is_err_and(|why| why.contains("version")), "{other:?}");
    }
}

/// A row of columns that tell their place, but for those that `set` puts in.
fn fields(set: impl FnOnce(&mut [Option<Vec<u8>>])) -> Vec<u8> {
    let number = |n: i64| n.to_be_bytes().to_vec();
    let mut fields: Vec<Option<Vec<u8>>> = (0..COLUMNS).map(|at| Some(vec![b'a' + at as u8])).collect();
    (fields[0], fields[1], fields[2]) = (None, Some(number(6)), Some(number(7)));
    fields[9] = Some(8_i32.to_be_bytes().to_vec());
    fields[16] = Some(b"\x01{}".to_vec());
    set(&mut fields);
    let borrowed: Vec<Option<&[u8]>> = fields.iter().map(Option::as_deref).collect();
    stream(&[&borrowed], END)
}

/// Reads the one row there is.
fn row<T>(bytes: &[u8], look: impl Fn(&Row<'_>) -> T) -> Result<T, Malformed> {
    let (usual, mut seen) = (Usual::of(CHAIN), Vec::new());
    Decoder::default().feed(bytes, |tuple| {
        seen.push(look(&Row::read(tuple, &usual)?));
        Ok::<(), Malformed>(())
    })?;
    assert_eq!(seen.len(), 1);
    Ok(seen.remove(0))
}

#[test]
fn columns_are_taken_in_their_order() {
    let texts = row(&fields(|_| {}), |row| {
        assert_eq!((row.seq, row.occurred_at, row.pr_number), (Some(6), Some(7), Some(8)));
        let texts = [
            row.category,
            row.event_type,
            row.actor,
            row.actor_type,
            row.db_user,
            row.repo_full_name,
            row.commit_sha,
            row.framework,
            row.control_id,
            row.payload_hash,
            row.prev_hash,
            row.entry_hash,
            row.payload,
        ];
        texts.into_iter().flatten().flatten().copied().collect::<Vec<u8>>()
    });
    assert_eq!(texts.unwrap(), b"defghiklmnop{}");
}

/// What is put back: id, chain_id, payload_alg, framework.
type Filled = (Option<i64>, Option<String>, Option<String>, Option<Vec<u8>>);

fn filled(set: impl FnOnce(&mut [Option<Vec<u8>>])) -> Result<Filled, Malformed> {
    let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
    row(&fields(set), |row| {
        (row.id, text(row.chain_id), text(row.payload_alg), row.framework.map(<[u8]>::to_vec))
    })
}

#[test]
fn what_is_left_out_is_as_usual() {
    let text = |text: &str| Some(text.to_owned());
    let of_category = |category: &'static str| {
        filled(|fields| (fields[3], fields[11]) = (Some(category.as_bytes().to_vec()), None)).unwrap()
    };
    for (category, controls) in attestor::chain::controls::CONTROLS {
        let controls: Vec<_> = controls.iter().map(|control| Some(*control)).collect();
        let expected = (Some(6), text(CHAIN), text("pgjsonb"), Some(list(&controls, 1, 1)));
        assert_eq!(of_category(category), expected, "{category}");
    }
    assert_eq!(of_category("nobody knows it").3, None);
    let stored = filled(|fields| fields[11] = Some(list(&[Some("a")], 1, 1)));
    assert_eq!(stored.unwrap().3, Some(list(&[Some("a")], 1, 1)));
    assert_eq!(Usual::of(CHAIN).chain_id(), Some(CHAIN));
    assert_eq!(Usual::of("it's").chain_id(), None, "what no chain is called stands in no statement");
    let nowhere = filled(|fields| fields[1] = None);
    assert_eq!(nowhere.unwrap().0, None, "it is where its seq says");
}

#[test]
fn what_is_otherwise_is_as_it_stands() {
    let text = |text: &str| Some(text.to_owned());
    let told = |elements: &[Option<&str>]| {
        let elements = list(elements, 1, 1);
        filled(|fields| (fields[0], fields[3], fields[11]) = (Some(elements), Some(b"drift".to_vec()), None))
    };
    let with_list = told(&[Some("-7"), Some("other"), Some("sha1"), Some("true")]).unwrap();
    assert_eq!((with_list.0, with_list.1, with_list.2), (Some(-7), text("other"), text("sha1")));
    assert!(with_list.3.is_some_and(|list| list.ends_with(b"ISO27001:A.8.9")));
    assert_eq!(told(&[None, None, None, Some("false")]).unwrap(), (None, None, None, None));
    for (elements, why) in [
        (&[Some("7"), None, None][..], "too few columns"),
        (&[], "too few columns"),
        (&[Some("x"), None, None, None], "no number"),
        (&[Some("9223372036854775808"), None, None, None], "no number"),
    ] {
        let said = told(elements).unwrap_err().to_string();
        assert!(said.contains(why), "{elements:?}: {said}");
    }
    let cut_off = filled(|fields| fields[0] = Some(vec![0, 0]));
    assert!(cut_off.is_err_and(|why| why.to_string().contains("cut off")));
}

#[test]
fn lists_of_texts() {
    let empty = list(&[], 0, 1);
    let read = TextArray::read(&empty).unwrap();
    assert_eq!((read.dimensions, read.lower, read.elements().count()), (0, 1, 0));
    let two = list(&[Some("a"), None], 1, 3);
    let read = TextArray::read(&two).unwrap();
    assert_eq!((read.dimensions, read.lower), (1, 3));
    let elements: Vec<_> = read.elements().map(|element| element.unwrap()).collect();
    assert_eq!(elements, [Some(&b"a"[..]), None]);
    let square = list(&[Some("a")], 2, 1);
    assert_eq!(TextArray::read(&square).unwrap().elements().count(), 1);
    for cut in [0, 3, 11, 12, 16, 19] {
        assert!(TextArray::read(&two[..cut]).is_err(), "{cut}");
    }
}
