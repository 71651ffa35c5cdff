//! What the Audit screen costs on a slow line.

use super::desk::{Desk, anchored};
use crate::desk::bytes;
use attestor::ui::command::Command;

fn desk() -> Desk {
    let mut desk = Desk::over(10_000_000, 80, 22);
    desk.verified(anchored(9_999_000, 0, 1));
    desk
}

#[test]
fn a_moved_cursor_costs_at_most_250_bytes_and_its_detail_2_5_kilobytes() {
    let mut desk = desk();
    for n in 0..6 {
        let before = desk.buffer();
        desk.command(Command::Down);
        let moved = desk.buffer();
        let cost = bytes(&before, &moved);
        assert!((1..=250).contains(&cost), "step {n} costs {cost} bytes:\n{}", desk.screen());
        desk.settle();
        let cost = bytes(&moved, &desk.buffer());
        assert!((1..=2_560).contains(&cost), "the detail {n} costs {cost} bytes:\n{}", desk.screen());
    }
}

#[test]
fn a_page_costs_at_most_4_kilobytes_and_a_line_of_the_detail_250_bytes() {
    let mut desk = desk();
    for command in [Command::PageDown, Command::PageDown, Command::PageUp, Command::Bottom, Command::Top] {
        let before = desk.buffer();
        desk.does(command);
        let cost = bytes(&before, &desk.buffer());
        assert!((1..=4_096).contains(&cost), "{command:?}: {cost} bytes");
    }
    desk.does(Command::FocusDetail);
    for _ in 0..6 {
        let before = desk.buffer();
        desk.command(Command::Down);
        let cost = bytes(&before, &desk.buffer());
        assert!((1..=250).contains(&cost), "{cost} bytes");
    }
}

#[test]
fn nothing_is_written_while_nothing_changes() {
    let mut desk = desk();
    let before = desk.buffer();
    desk.does(Command::Refresh);
    assert_eq!(before.diff(&desk.buffer()), []);
}
