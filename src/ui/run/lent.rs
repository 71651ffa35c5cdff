//! Lends the terminal to the person's editor, and takes it back.
//!
//! Meanwhile the loop goes on: answers are taken, signals heard, drafts kept. Nothing is drawn and nothing
//! is read: the read before is obeyed, and the next one is asked for when the editor has ended.

use super::{Console, News, Presence};
use crate::config::Shape;
use crate::error::{Error, Kind, Result};
use crate::text::visible;
use crate::ui::app::Event;
use crate::ui::drafts::state_folder;
use crate::ui::outside::{Back, OutsideFile, editor};
use crate::ui::screen::{Edited, Outside, Screen, Toast, Tone};
use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::Pid;
use std::process::{ExitStatus, Stdio};

/// What is out, until the editor ends.
pub(super) struct Lent {
    file: OutsideFile,
    program: String,
    pid: Option<u32>,
    modes: Option<Termios>,
}

impl<S: Screen + Send + 'static> Console<S> {
    /// Opens `outside` in the editor.
    pub(super) async fn lend(&mut self, outside: Outside) {
        if self.shape == Shape::Linear {
            let text = "no editor can be opened between lines; comment takes lines of text".to_owned();
            return self.not_lent(text).await;
        }
        if let Err(error) = self.try_to_lend(&outside) {
            let hint = error.hint_text().map_or_else(String::new, |hint| format!("; {hint}"));
            self.not_lent(format!("{error}{hint}")).await;
        }
    }

    fn try_to_lend(&mut self, outside: &Outside) -> Result<()> {
        let words = editor(|name| std::env::var(name).ok())?;
        let (program, arguments) = words.split_first().ok_or_else(|| {
            Error::new(Kind::Configuration, "no editor is set").hint("set VISUAL or EDITOR")
        })?;
        let file = OutsideFile::create(&state_folder()?, outside)?;
        self.step_aside();
        let modes = tcgetattr(std::io::stdin()).ok();
        let started = tokio::process::Command::new(program)
            .args(arguments)
            .arg(file.path())
            .stdin(Stdio::inherit())
            .stdout(Stdio::inherit())
            .stderr(Stdio::inherit())
            .spawn();
        let program = visible(program).into_owned();
        let mut child = match started {
            Ok(child) => child,
            Err(e) => {
                drop(file.give_up());
                self.presence = Presence::Returning;
                let what = format!("{program} could not be started: {e}");
                return Err(Error::new(Kind::Failed, what).hint("VISUAL or EDITOR names another editor"));
            }
        };
        self.presence = Presence::Lent;
        self.lent = Some(Lent { file, program, pid: child.id(), modes });
        let answers = self.answers.clone();
        tokio::spawn(async move {
            let ended = child.wait().await;
            let _ = answers.sender.send(News::EditorEnded(ended)).await;
        });
        Ok(())
    }

    async fn not_lent(&mut self, text: String) {
        if self.presence == Presence::Returning {
            Box::pin(self.come_back()).await;
        }
        Box::pin(self.take(Event::Edited(Edited::Same))).await;
        Box::pin(self.take(Event::Said(Toast { text, tone: Tone::Bad }))).await;
    }

    /// The editor has ended: the terminal is ours again, and so is the text.
    pub(super) async fn editor_ended(&mut self, ended: std::io::Result<ExitStatus>) {
        let Some(Lent { file, program, modes, .. }) = self.lent.take() else { return };
        if let Some(modes) = modes {
            // An editor that was killed leaves the terminal as it had it.
            let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, &modes);
        }
        self.come_back().await;
        let kept = |path: &std::path::Path| visible(&path.to_string_lossy()).into_owned();
        let (edited, complaint) = match ended {
            Ok(status) if status.success() => match file.take_back() {
                Ok(Back::Same) => (Edited::Same, None),
                Ok(Back::Text(text)) => (Edited::Text(text), None),
                Ok(Back::TooLong(text, path)) => {
                    let what = format!("too long, and cut; all of it is kept in {}", kept(&path));
                    (Edited::Text(text), Some(what))
                }
                Err(error) => (Edited::Same, Some(format!("{error}; the text is as it was"))),
            },
            ended => {
                let how = match ended {
                    Ok(status) => status.to_string(),
                    Err(e) => e.to_string(),
                };
                let place = file
                    .give_up()
                    .map_or_else(String::new, |path| format!("; what it wrote is kept in {}", kept(&path)));
                (Edited::Same, Some(format!("{how} of {program}; the text is as it was{place}")))
            }
        };
        self.take(Event::Edited(edited)).await;
        if let Some(text) = complaint {
            self.take(Event::Said(Toast { text, tone: Tone::Bad })).await;
        }
    }

    /// The console ends: the editor is told, so that it can save what it has.
    pub(super) fn recall_editor(&mut self) {
        let Some(lent) = &self.lent else { return };
        if let Some(pid) = lent.pid.and_then(|pid| i32::try_from(pid).ok()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        if let Some(modes) = &lent.modes {
            let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, modes);
        }
    }
}
