//! What a frame costs on a slow line, in bytes as the terminal gets them.

use super::desk::{Desk, sample};
use crate::desk::bytes;
use attestor::triage::finding::Finding;
use attestor::ui::command::Command;
use attestor::ui::screen::Input;

fn desk() -> Desk {
    let rows: Vec<Finding> = (0..30)
        .map(|n| {
            let row = sample().swap_remove(n % 3);
            Finding { id: attestor::ids::FindingId(100 - n as i64), ..row }
        })
        .collect();
    Desk::with(rows)
}

#[test]
fn a_moved_cursor_costs_at_most_250_bytes_and_its_detail_2500() {
    let mut desk = desk();
    for _ in 0..7 {
        let before = desk.buffer();
        desk.command(Command::Down);
        let moved = desk.buffer();
        let cost = bytes(&before, &moved);
        assert!((1..=250).contains(&cost), "the cursor costs {cost} bytes:\n{}", desk.screen());
        desk.tell(Input::Rested);
        desk.answer_detail();
        let cost = bytes(&moved, &desk.buffer());
        assert!((1..=2_500).contains(&cost), "the detail costs {cost} bytes:\n{}", desk.screen());
    }
}

#[test]
fn half_a_page_costs_at_most_4_kilobytes() {
    let mut desk = desk();
    for command in [Command::PageDown, Command::PageDown, Command::PageDown, Command::PageUp] {
        let before = desk.buffer();
        desk.command(command);
        let cost = bytes(&before, &desk.buffer());
        assert!((1..=4_096).contains(&cost), "{cost} bytes");
    }
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    let desk = desk();
    assert_eq!(desk.buffer().diff(&desk.buffer()), []);
}
