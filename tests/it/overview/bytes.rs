//! What the Overview costs on a slow line.

use super::desk::{Desk, look};
use crate::desk::bytes;
use attestor::ui::command::Command;
use attestor::ui::screen::Input;

#[test]
fn a_moved_cursor_costs_at_most_250_bytes() {
    let mut desk = Desk::full(80, 30, &look());
    for n in 0..12 {
        let before = desk.buffer();
        desk.command(Command::Down);
        let cost = bytes(&before, &desk.buffer());
        assert!((1..=250).contains(&cost), "step {n} costs {cost} bytes:\n{}", desk.screen());
    }
}

#[test]
fn half_a_page_costs_at_most_4_kilobytes_though_all_of_it_scrolls() {
    let mut desk = Desk::full(80, 22, &look());
    desk.command(Command::NextPane);
    for command in [Command::Down, Command::Bottom, Command::Top, Command::PageDown, Command::PageDown] {
        let before = desk.buffer();
        desk.command(command);
        let cost = bytes(&before, &desk.buffer());
        assert!((1..=4_096).contains(&cost), "{cost} bytes");
    }
}

#[test]
fn nothing_is_written_while_nothing_changes_and_a_load_writes_only_what_it_brings() {
    let mut desk = Desk::full(80, 22, &look());
    let before = desk.buffer();
    assert_eq!(before.diff(&desk.buffer()), []);
    desk.tell(Input::News);
    desk.command(Command::Refresh);
    desk.answer_all(&look());
    assert_eq!(before.diff(&desk.buffer()), []);
}
