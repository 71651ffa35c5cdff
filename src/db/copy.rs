//! Rows in the text format of COPY.

/// Appends a tab and a number; none is null.
pub fn push_number(rows: &mut Vec<u8>, number: Option<i32>) {
    push(rows, number.map(|number| number.to_string()).as_deref());
}

/// Appends a tab and a text; none is null.
pub fn push(rows: &mut Vec<u8>, text: Option<&str>) {
    rows.push(b'\t');
    let Some(text) = text else { return rows.extend_from_slice(b"\\N") };
    for byte in text.bytes() {
        match byte {
            b'\\' => rows.extend_from_slice(b"\\\\"),
            b'\t' => rows.extend_from_slice(b"\\t"),
            b'\n' => rows.extend_from_slice(b"\\n"),
            b'\r' => rows.extend_from_slice(b"\\r"),
            // PostgreSQL cannot hold it, and whoever read the text has replaced it.
            0 => {}
            byte => rows.push(byte),
        }
    }
}
