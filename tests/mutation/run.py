#!/usr/bin/env python3
"""Mutates the pure core of the audit, and says which mutants no test notices.

    tests/mutation/run.py                 # both areas, within 30 minutes
    tests/mutation/run.py verify          # one of them: verify, or seal (tree, notes, proofs)
    tests/mutation/run.py --minutes 60 --only 'meet|civil'

A mutant is the code with one small change: < as <=, a function that returns a constant, an arm of a match
left out. It needs cargo-mutants: cargo install cargo-mutants --locked

The whole test binary takes longer to build than a mutant should take in all. So the pure files and their
tests are copied into a small crate of the same shape, target/mutation/AREA, and mutated there. It uses what
`cargo test` has built in target, CARGO_TARGET_DIR where that is set.

Exit status: 0 when every survivor is explained in explained.toml, 1 when one is not, 4 when time ran out.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
EXPLAINED = Path(__file__).with_name("explained.toml")

# What is mutated, what that stands on, and the tests that have to notice, none of which needs a server: files,
# and folders with all that is in them. Lines that name a module which is not among them are left out.
AREAS = {
    "verify": {
        "core": ["src/chain/hash.rs", "src/chain/lanes.rs", "src/chain/lanes/", "src/audit/verify/"],
        "ground": [
            "src/lib.rs", "src/text.rs", "src/text/", "src/chain/mod.rs", "src/chain/controls.rs", "src/audit/mod.rs",
            "src/audit/merkle/",
            "src/operations/mod.rs", "src/operations/check.rs", "src/operations/redact.rs",
        ],
        "tests": ["tests/it/main.rs", "tests/it/verify.rs", "tests/it/verify/"],
    },
    "seal": {
        "core": ["src/audit/merkle/", "src/audit/note/", "src/audit/proof.rs"],
        "ground": [
            "src/lib.rs", "src/error.rs", "src/ids.rs", "src/text.rs", "src/text/", "src/chain/mod.rs",
            "src/chain/controls.rs", "src/chain/hash.rs", "src/chain/lanes.rs", "src/chain/lanes/",
            "src/operations/mod.rs", "src/operations/check.rs", "src/operations/redact.rs", "src/audit/mod.rs",
            "src/audit/evidence.rs", "src/audit/kept.rs", "src/audit/line.rs", "src/audit/place.rs",
            "src/audit/signer/", "src/audit/sshsig.rs", "src/audit/trust/", "src/audit/verify/",
        ],
        "tests": [
            "tests/it/main.rs", "tests/it/seal.rs", "tests/it/seal/judged.rs", "tests/it/seal/merkle.rs",
            "tests/it/seal/note.rs",
        ],
    },
}

# What one run of the tests may take: a mutant that never ends, or fills the memory, ends here. Time on the
# processor is counted, so that a busy machine changes nothing.
BOUNDS = ["prlimit", "--cpu=20", f"--as={4 << 30}"]
OUT_OF_BOUNDS = ("SIGXCPU", "memory allocation of")


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("areas", nargs="*", metavar="AREA", default=AREAS, help=f"of {', '.join(AREAS)}")
    options.add_argument("--minutes", type=float, default=30, help="when to stop (30)")
    options.add_argument("--only", metavar="REGEX", default=".", help="mutants whose name matches")
    options = options.parse_args()
    program = shutil.which("cargo-mutants", path=os.environ["PATH"] + ":" + os.path.expanduser("~/.cargo/bin"))
    if program is None:
        sys.exit("cargo-mutants is missing: cargo install cargo-mutants --locked")
    end = time.monotonic() + options.minutes * 60
    statuses = []
    for name in options.areas:
        crate = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")) / "mutation" / name
        assemble(crate, AREAS[name])
        is_complete = mutate(program, crate, AREAS[name]["core"], options.only, end)
        statuses.append(judge(crate) or (0 if is_complete else 4))
    sys.exit(1 if 1 in statuses else max(statuses))


def assemble(crate, area):
    """Makes the small crate of an area."""
    shutil.rmtree(crate, ignore_errors=True)
    for path in area["core"] + area["ground"] + area["tests"]:
        target = crate / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            shutil.copytree(PROJECT / path, target, copy_function=shutil.copy)
        else:
            shutil.copy(PROJECT / path, target)
    for path in [*crate.glob("src/**/*.rs"), *crate.glob("tests/**/*.rs")]:
        prune(path)
    (crate / "Cargo.toml").write_text(manifest((PROJECT / "Cargo.toml").read_text(), crate.name))
    shutil.copy(PROJECT / "Cargo.lock", crate)


def prune(path):
    """Leaves out the modules of a file that were not copied."""
    at = path.parent if path.name in ("mod.rs", "lib.rs", "main.rs") else path.with_suffix("")
    kept = []
    for line in path.read_text().splitlines(keepends=True):
        words = line.removeprefix("pub ").rstrip(";\n").split(" ")
        is_module = line.endswith(";\n") and words[0] == "mod" and len(words) == 2
        if not is_module or (at / words[1]).is_dir() or (at / f"{words[1]}.rs").exists():
            kept.append(line)
    path.write_text("".join(kept))


def manifest(project, area):
    """The manifest of a small crate: the project's own, without its program and its benchmarks."""
    kept = [table for table in project.split("\n[") if not table.startswith(("[bin]]", "[bench]]"))]
    text = "\n[".join(kept).replace('default-run = "attestor"\n', "")
    # Another package, so that nothing that is built for the project itself is taken for it.
    text = text.replace('name = "attestor"', f'name = "attestor-mutants-{area}"', 1)
    fast = "\n[profile.dev.package.curve25519-dalek]\nopt-level = 3\n"
    return text + fast + '\n[lib]\nname = "attestor"\ntest = false\ndoctest = false\n\n[workspace]\n'


def mutate(program, crate, core, only, end):
    """Runs cargo-mutants; whether it came to its end in time."""
    files = [f"--file={path}**/*.rs" if path.endswith("/") else f"--file={path}" for path in core]
    command = [program, "mutants", "--in-place", "--no-config", "--colors=never", "--timeout=600",
               f"--re={only}", *files, "--", "--test=it", "--", "-Zunstable-options", "--fail-fast"]
    # The first test that fails is enough. The harness stops there for a nightly compiler alone, unless told.
    triple = next(line for line in subprocess.check_output(["rustc", "-vV"], text=True).splitlines()
                  if line.startswith("host: ")).removeprefix("host: ")
    environment = os.environ | {
        "CARGO_TARGET_DIR": str(crate.parents[1]),
        f"CARGO_TARGET_{triple.upper().replace('-', '_')}_RUNNER": " ".join(["env", "RUSTC_BOOTSTRAP=1", *BOUNDS]),
        "RUST_BACKTRACE": "0",
        "PROPTEST_CASES": "64",
        "PROPTEST_MAX_SHRINK_ITERS": "0",
        "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "1",
    }
    running = subprocess.Popen(command, cwd=crate, env=environment)
    try:
        # 2: some were missed; 3: some timed out. Both are told from the outcomes.
        status = running.wait(max(0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGINT)
        running.wait()
        return False
    if status not in (0, 2, 3):
        sys.exit(f"cargo-mutants failed with exit status {status}: see {crate}/mutants.out")
    return True


def judge(crate):
    """Tells what came out; 1 where a survivor is not explained."""
    written = crate / "mutants.out/outcomes.json"
    if not written.exists():
        print(f"\n{crate.name}: none was tried")
        return 0
    outcomes = json.loads(written.read_text())
    explained = {(one["mutant"], one["line"]) for one in tomllib.loads(EXPLAINED.read_text())["survivor"]}
    tried = [(one["scenario"]["Mutant"], summary(crate, one)) for one in outcomes["outcomes"]
             if one["scenario"] != "Baseline"]
    survivors = [named(crate, mutant) for mutant, summary in tried if summary == "MissedMutant"]
    unexplained = [survivor for survivor in survivors if survivor not in explained]
    for mutant, line in unexplained:
        print(f"\nsurvived: {mutant}\n    {line}")
    count = lambda word: sum(summary == word for _, summary in tried)
    print(f"\n{crate.name}: {outcomes['total_mutants']} mutants, {len(tried)} tried: {count('CaughtMutant')} caught, "
          f"{count('Timeout')} stopped at a bound, {count('Unviable')} do not compile, {len(survivors)} survived, "
          f"{len(survivors) - len(unexplained)} of these explained")
    return 1 if unexplained else 0


def summary(crate, outcome):
    """What came of a mutant; one that was stopped is told apart from one that a test caught."""
    log = (crate / "mutants.out" / outcome["log_path"]).read_text(errors="replace")
    if outcome["summary"] == "CaughtMutant" and any(word in log for word in OUT_OF_BOUNDS):
        return "Timeout"
    return outcome["summary"]


def named(crate, mutant):
    """A mutant by its change and the line that it changes: the number of the line moves too easily."""
    file, rest = mutant["name"].split(":", 1)
    change = rest.split(": ", 1)[1]
    source = (crate / file).read_text().splitlines()
    return f"{file}: {change}", source[mutant["span"]["start"]["line"] - 1].strip()


if __name__ == "__main__":
    main()
