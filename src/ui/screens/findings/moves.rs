//! Moving: the cursor in whatever has the focus, and the focus between list and detail.

use super::state::{Findings, Focus};
use super::wish::{From, Wish};
use crate::ui::list_detail::cursor::Way;
use crate::ui::list_detail::load::{Anew, Load};
use crate::ui::screen::Ask;

impl Findings {
    pub(super) fn go(&mut self, way: Way, by: usize) -> Vec<Ask<Wish>> {
        match self.focus {
            Focus::Detail => {
                self.scroll_detail(way, by);
                Vec::new()
            }
            Focus::Own => {
                let to = match way {
                    Way::Down => self.own.cursor().saturating_add(by),
                    Way::Up => self.own.cursor().saturating_sub(by),
                };
                self.own_to(to)
            }
            Focus::Groups => {
                let cursor = self.groups.cursor();
                self.groups_to(match way {
                    Way::Down => cursor.saturating_add(by),
                    Way::Up => cursor.saturating_sub(by),
                })
            }
            Focus::List => {
                let moved = self.list.go(way, by, self.list_height());
                self.moved(moved)
            }
        }
    }

    pub(super) fn own_to(&mut self, to: usize) -> Vec<Ask<Wish>> {
        self.own.put(to, self.list_height());
        let mut asks = vec![Ask::Rest];
        let is_near_end = self.own.cursor() + super::list::AHEAD >= self.own.len();
        if is_near_end
            && self.own.below == crate::ui::list_detail::window::Edge::More
            && self.own.load != Load::Asked
        {
            self.own.load = Load::Asked;
            asks.push(Ask::Do(Wish::Own { after: self.own.last(), about: Vec::new() }));
        }
        asks
    }

    pub(super) fn half_page(&self) -> usize {
        let height = if self.focus == Focus::Detail { self.detail_size().0 } else { self.list_height() };
        (height / 2).max(1)
    }

    pub(super) fn top(&mut self) -> Vec<Ask<Wish>> {
        match self.focus {
            Focus::Detail => {
                self.shown.scroll = 0;
                Vec::new()
            }
            Focus::Own => self.own_to(0),
            Focus::Groups => self.groups_to(0),
            Focus::List if self.list.window.above == crate::ui::list_detail::window::Edge::More => {
                self.load_top()
            }
            Focus::List => self.go(Way::Up, usize::MAX),
        }
    }

    pub(super) fn bottom(&mut self) -> Vec<Ask<Wish>> {
        match self.focus {
            Focus::List if self.list.window.below == crate::ui::list_detail::window::Edge::More => {
                self.load_whole(From::Bottom)
            }
            _ => self.go(Way::Down, usize::MAX),
        }
    }

    pub(super) fn focus_detail(&mut self) -> Vec<Ask<Wish>> {
        let has_sample = self.focus == Focus::Groups && self.groups.selected().is_some();
        if self.subject().is_none() && !has_sample {
            return Vec::new();
        }
        let mut asks = self.show_selected(Anew::No);
        self.focus = Focus::Detail;
        asks.extend(self.ask_life());
        asks
    }

    pub(super) fn focus_list(&mut self) -> Vec<Ask<Wish>> {
        self.focus = if self.own.is_open() { Focus::Own } else { self.main_focus() };
        Vec::new()
    }
}
