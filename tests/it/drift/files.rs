//! Files of observed repositories.

use super::now;
use attestor::drift::observed::read_observed;

#[track_caller]
fn check(text: &str, expected: &str) {
    let told = match read_observed(text, None, now()) {
        Ok(seen) => {
            seen.iter().map(|one| format!("{} {}", one.repo, one.document)).collect::<Vec<_>>().join("; ")
        }
        Err(mistake) => mistake.to_string(),
    };
    assert_eq!(told, expected, "{text}");
}

#[test]
fn one_document_or_many_in_all_shapes() {
    let one = r#"{"repo":"a/b","observed":{"x":1}}"#;
    check(one, r#"a/b {"x":1}"#);
    check(&format!("{one}\n\n{}\n", one.replace("a/b", "c/d")), r#"a/b {"x":1}; c/d {"x":1}"#);
    check(&format!("[{one}]"), r#"a/b {"x":1}"#);
    check(&format!("{{\"repositories\":[{one}]}}"), r#"a/b {"x":1}"#);
    check(r#"{"full_name":"a/b","observed_state":{}}"#, "a/b {}");
    check(r#"{"repository":"a/b","settings":{"has_wiki":true}}"#, r#"a/b {"settings":{"has_wiki":true}}"#);
    check("\u{feff}{\"repo\":\"a/b\",\"observed\":{}}", "a/b {}");
}

#[test]
fn mistakes_are_told_with_their_place() {
    check("", "1:1: there is no document in this file");
    check("[]", "1:3: there is no document in this file");
    check("{\"repo\":\"a/b\",\n\"observed\":{\"x\":1,\"x\":2}}", "2:19: the key \"x\" comes twice");
    check("{\"repo\":\"a/b\",\"observed\":[]}", "1:26: what is observed is an object");
    check("{\"observed\":{}}", "1:1: this document names no repository");
    check(
        "{\"repo\":\"a/b\",\"observed\":{}}\n{\"repo\":\"a/b\",\"observed\":{}}",
        "2:1: the repository a/b comes twice",
    );
    check("{\"repo\":\"\\u0000\",\"observed\":{}}", "1:10: \\u0000 cannot be kept in a database");
    check("{\"repo\":\"\\ud800\",\"observed\":{}}", "1:10: half of a surrogate pair stands alone");
    check("{\"repo\":\"a\\nb\",\"observed\":{}}", "1:9: this is no name of a repository");
    check("{\"repo\":\"a/b\",\"observed\":{\"n\":1e999}}", "1:31: a number lies between 1e-308 and 1e308");
    check("{\"repo\":\"a/b\",\"observed\":{\"n\":01}}", "1:31: this is no number");
    check("{\"repo\":\"a/b\"", "1:14: the text ends before its object does");
    check("{\"repo\":\"a/b\",}", "1:15: a key between double quotes is expected here");
    check(
        "{\"repo\":\"a/b\",\"at\":\"2030-01-01T00:00:00Z\",\"observed\":{}}",
        "1:20: this time is yet to come",
    );
    check(
        &format!("{}1{}", "[".repeat(200), "]".repeat(200)),
        "1:129: lists and objects lie in each other more than 128 deep",
    );
}
