#!/usr/bin/env python3
"""Checks an audit chain of attestor from its specification alone.

    verify_attestor.py chain FILE       entries as JSON Lines, one entry a line, in the order of seq
    verify_attestor.py database URL     the same, read through psql
    verify_attestor.py export FILE      an export, NAME.jsonl, with the files beside it
    verify_attestor.py report FILE      a compliance report: whether it is the one that was hashed
    verify_attestor.py proof FILE       a proof that one entry is in the chain
    verify_attestor.py checkpoint FILE  a signed checkpoint (.note) and the SSH signature beside it

    --origin NAME        the chain that it has to be
    --checkpoint FILE    a checkpoint (.note) that the chain has to agree with; may be given many times
    --signers FILE       whose signatures count, as ssh-keygen reads it: NAME-OF-THE-CHAIN ssh-ed25519 AAAA...

A checkpoint is signed twice by one of the signers, and both have to hold: the note itself with the time
(C2SP cosignature/v1, Ed25519, which is computed here), and its text as SSH signs it.

Needs Python's standard library; ssh-keygen for SSH signatures, psql for `database`. It shares no code with
attestor. Exit status: 0 nothing wrong was found, 3 something was, 2 usage, 65 unreadable input.
"""

import argparse
import base64
import binascii
import collections
import datetime
import hashlib
import html
import json
import os
import re
import subprocess
import sys
import tempfile

NAMESPACE = "attestor-checkpoint@v1"
YEAR_10000 = 253402300800
COLUMNS = {
    "id": int, "seq": int, "occurred_at": str, "category": str, "event_type": str, "actor": str,
    "actor_type": str, "db_user": str, "repo_full_name": (str, None), "pr_number": (int, None),
    "commit_sha": (str, None), "framework": list, "control_id": (str, None), "chain_id": str,
    "payload_alg": str, "payload_text": str, "payload_hash": str, "prev_hash": str, "entry_hash": str,
}
TEXTS = ("category", "event_type", "actor", "actor_type", "db_user", "repo_full_name", "commit_sha", "control_id")

# Every column as JSON has it. A payload is text, so that no number is read; a time is text of six digits,
# and none where it is not of the years 1 to 9999, which the text would not show.
QUERY = r"""
    select json_build_object('id', id, 'seq', seq,
        'occurred_at', case when occurred_at >= '0001-01-01 00:00:00+00' and occurred_at < '10000-01-01 00:00:00+00'
            then to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end,
        'category', category, 'event_type', event_type, 'actor', actor, 'actor_type', actor_type,
        'db_user', db_user, 'repo_full_name', repo_full_name, 'pr_number', pr_number, 'commit_sha', commit_sha,
        'framework', case when framework = '{}' or array_ndims(framework) = 1 and array_lower(framework, 1) = 1
            then array_to_json(framework) end,
        'control_id', control_id, 'chain_id', chain_id, 'payload_alg', payload_alg,
        'payload_text', payload::text, 'payload_hash', payload_hash, 'prev_hash', prev_hash,
        'entry_hash', entry_hash)
    from only audit.audit_trail_entries order by seq
"""


class Unreadable(Exception):
    """What was to be checked cannot be read."""


# --- the hash of an entry -----------------------------------------------------------------------------


def sha256(data):
    return hashlib.sha256(data).digest()


def netstring(value):
    if value is None:
        return b"-,"
    data = value if isinstance(value, bytes) else str(value).encode()
    return b"%d:%s," % (len(data), data)


def genesis(chain_id):
    return sha256(netstring("attestor/genesis/v1") + netstring(chain_id)).hex()


def entry_hash(entry):
    fields = ["attestor/entry/v1"]
    fields += [entry[name] for name in ("chain_id", "seq", "occurred_at", "category", "event_type", "actor")]
    fields += [entry[name] for name in ("actor_type", "db_user", "repo_full_name", "pr_number", "commit_sha")]
    fields.append(b"".join(netstring(element) for element in entry["framework"]))
    fields += [entry[name] for name in ("control_id", "payload_alg", "payload_hash", "prev_hash")]
    return sha256(b"".join(netstring(field) for field in fields)).hex()


def flaws(entry):
    """What is wrong with an entry by itself, in words of the specification."""
    wrong = shape(entry)
    if wrong:
        yield "METADATA_MISMATCH", wrong
        return
    if sha256(entry["payload_text"].encode()).hex() != entry["payload_hash"]:
        yield "PAYLOAD_MISMATCH", "payload_hash is not that of the payload"
    if entry_hash(entry) != entry["entry_hash"]:
        yield "METADATA_MISMATCH", "entry_hash is not that of these columns"


def shape(entry):
    """Why an entry could be none; nothing where it could."""
    if not isinstance(entry, dict) or set(entry) != set(COLUMNS):
        return "other keys than the columns"
    for name, kind in COLUMNS.items():
        kinds = kind if isinstance(kind, tuple) else (kind,)
        # A bool is an int to Python, and none here.
        if not any(entry[name] is None if k is None else type(entry[name]) is k for k in kinds):
            return name + " is of another type"
    try:
        sizes = {name: len((entry[name] or "").encode()) for name in TEXTS}
        elements = [element.encode() for element in entry["framework"]]
        entry["payload_text"].encode()
    except (AttributeError, UnicodeEncodeError):
        return "a text is none"
    if max(sizes.values()) > 1024 or len(b",".join(elements)) > 1024:
        return "a text is larger than 1 KiB"
    if entry["id"] != entry["seq"] or entry["seq"] < 1:
        return "id and seq are not the same position"
    if not re.fullmatch(r"[A-Za-z0-9._/-]{1,255}", entry["chain_id"]):
        return "no name that a chain can have"
    if entry["payload_alg"] != "pgjsonb":
        return "payload_alg is not known"
    if not all(re.fullmatch(r"[0-9a-f]{64}", entry[name]) for name in ("payload_hash", "prev_hash", "entry_hash")):
        return "a hash is not 64 lowercase hex digits"
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", entry["occurred_at"], re.ASCII):
        return "occurred_at is not a time of the years 1 to 9999"
    try:
        datetime.datetime.strptime(entry["occurred_at"], "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        return "occurred_at is not a time of the years 1 to 9999"
    return None


# --- the tree (RFC 6962) ------------------------------------------------------------------------------


def leaf(entry_hash_hex):
    return sha256(b"\x00" + bytes.fromhex(entry_hash_hex))


def node(left, right):
    return sha256(b"\x01" + left + right)


class Tree:
    """The tree over the entries so far, as the roots of whole subtrees."""

    def __init__(self):
        self.size, self.subtrees = 0, []

    def push(self, hash_of_leaf):
        subtree, size = hash_of_leaf, self.size
        while size & 1:
            subtree, size = node(self.subtrees.pop(), subtree), size >> 1
        self.subtrees.append(subtree)
        self.size += 1

    def root(self):
        if not self.subtrees:
            return sha256(b"")
        root = self.subtrees[-1]
        for subtree in reversed(self.subtrees[:-1]):
            root = node(subtree, root)
        return root


def is_included(index, size, hash_of_leaf, path, root):
    """RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, hash_of_leaf
    for step in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


# --- Ed25519 (RFC 8032, 5.1) --------------------------------------------------------------------------
#
# Verification alone, of public data: nothing here has to be fast, or to take the same time for all. The
# inverse of n is n to the power of P - 2.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
NEUTRAL = (0, 1, 1, 0)


def point(data):
    """The point of 32 bytes; none where they are no point, or not written in the one way."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if len(data) != 32 or y >= P:
        return None
    # The curve: -x^2 + y^2 = 1 + D x^2 y^2. Of the two roots x, the one that is odd as the sign says.
    squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if x * x % P != squared:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != squared or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def add(one, other):
    """5.1.4: a point is (x, y, z, t) and means x/z and y/z, with t = xy/z, so that nothing is divided."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def is_same(one, other):
    (x1, y1, z1, _), (x2, y2, z2, _) = one, other
    return (x1 * z2 - x2 * z1) % P == 0 and (y1 * z2 - y2 * z1) % P == 0


def times(number, base):
    product = NEUTRAL
    while number:
        if number & 1:
            product = add(product, base)
        base, number = add(base, base), number >> 1
    return product


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_ed25519(key, message, signed):
    """Whether this is the key's signature of the message. Strict: s is below the order of the base, every
    point is written in the one way and none is of small order, and no cofactor is multiplied in."""
    public, commitment, s = point(key), point(signed[:32]), int.from_bytes(signed[32:], "little")
    if len(signed) != 64 or public is None or commitment is None or s >= ORDER:
        return False
    if is_same(times(8, public), NEUTRAL) or is_same(times(8, commitment), NEUTRAL):
        return False
    challenge = int.from_bytes(hashlib.sha512(signed[:32] + key + message).digest(), "little") % ORDER
    return is_same(times(s, BASE), add(commitment, times(challenge, public)))


# --- checkpoints --------------------------------------------------------------------------------------


def digest(text):
    """32 bytes as base64, written in the one way in which they can be."""
    try:
        data = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        data = b""
    if len(data) != 32 or base64.b64encode(data).decode() != text:
        raise Unreadable("not the base64 of 32 bytes: %r" % (text,))
    return data


Checkpoint = collections.namedtuple("Checkpoint", "text origin size root signatures")


def checkpoint(note):
    """What a note says: its text, of it the origin, size and root, and its signatures as (name, bytes)."""
    text, separator, lines = note.rpartition("\n\n")
    text += "\n"
    signatures = [signature(line) for line in lines[:-1].split("\n")]
    if not separator or not lines.endswith("\n") or len(signatures) > 64:
        raise Unreadable("this is no signed checkpoint")
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or "" in lines or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1], re.ASCII):
        raise Unreadable("this is no checkpoint")
    if re.search(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]", text):
        raise Unreadable("a note has no control characters, and no halves of one")
    return Checkpoint(text, lines[0], int(lines[1]), digest(lines[2]), signatures)


def signature(line):
    """The name and the bytes of a line with a signature, whoever's it is."""
    found = re.fullmatch("\u2014 ([^\\s+\\x00-\\x1f]+) ([A-Za-z0-9+/]+={0,2})", line)
    try:
        data = base64.b64decode(found.group(2), validate=True) if found else b""
    except binascii.Error:
        data = b""
    if len(data) < 5 or base64.b64encode(data).decode() != found.group(2):
        raise Unreadable("not a line with a signature: %r" % (line,))
    return found.group(1), data


def is_named(name, patterns):
    """Whether a list of patterns as SSH has them names it: * is any text, ? any letter, ! all but these."""
    named = False
    for pattern in patterns.strip('"').split(","):
        form = re.escape(pattern.lstrip("!")).replace(r"\*", ".*").replace(r"\?", ".")
        if re.fullmatch(form, name):
            if pattern.startswith("!"):
                return False
            named = True
    return named


def keys_of(origin, signers):
    """The Ed25519 keys that may sign checkpoints of a chain, by the file of signers. Lines with other options
    than namespaces are for ssh-keygen alone: no key of theirs counts for a note."""
    form = r'(\S+)\s+(?:namespaces="([^"]+)"\s+)?ssh-ed25519\s+(\S+)(?:\s.*)?'
    for line in read_text(signers).splitlines():
        found = re.fullmatch(form, line.strip())
        if not found or not is_named(origin, found.group(1)) or not is_named(NAMESPACE, found.group(2) or "*"):
            continue
        try:
            data = base64.b64decode(found.group(3), validate=True)
        except binascii.Error as error:
            raise Unreadable("%s: %s" % (signers, error)) from error
        # As SSH writes it: the name of the kind and the key, each behind its length.
        if data[:-32] == b"\0\0\0\x0bssh-ed25519\0\0\0\x20":
            yield data[-32:]


def cosigned_at(note, signers):
    """When a signer signed the note, in seconds since 1970; none where nobody did, or a signature that says
    to be a signer's is not. Those of others are passed over."""
    signed = None
    for name, data in note.signatures:
        for key in keys_of(note.origin, signers):
            # The first four bytes are a hint at the key: of its name, its kind (4) and the key.
            hint = sha256(note.origin.encode() + b"\n\x04" + key)[:4]
            if (name, data[:4]) != (note.origin, hint):
                continue
            time = int.from_bytes(data[4:12], "big")
            text = "cosignature/v1\ntime %d\n%s" % (time, note.text)
            if time >= YEAR_10000 or not is_ed25519(key, text.encode(), data[12:]):
                return None
            signed = time if signed is None else signed
    return signed


def disbelief(path, note, ssh_signature, options):
    """Why a checkpoint is not believed, as breaks; none where two signatures of a signer hold."""
    if options.origin and note.origin != options.origin:
        yield None, "CHAIN_ID_MISMATCH", "%s is of %s" % (path, note.origin)
    elif not options.signers:
        yield None, "UNTRUSTED", "%s: by whom? Name whose signature counts with --signers" % path
    elif cosigned_at(note, options.signers) is None:
        yield None, "BAD_SIGNATURE", "%s: no signer of %s signed the note" % (path, options.signers)
    elif not ssh_signature or not is_signed(note.text, ssh_signature, note.origin, options.signers):
        yield None, "BAD_SIGNATURE", "%s: no signer of %s signed its text" % (path, options.signers)


def is_signed(text, signature, origin, signers, namespace=NAMESPACE):
    """Whether one of the signers of `origin` signed the text, by ssh-keygen."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "signature")
        with open(path, "w", encoding="utf-8") as file:
            file.write(signature)
        command = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", origin, "-n", namespace, "-s", path]
        done = subprocess.run(command, input=text.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return done.returncode == 0


def read_checkpoint(path):
    """A note and the SSH signature beside it, where there is one."""
    beside = re.sub(r"\.note$", "", path) + ".checkpoint.sig"
    return checkpoint(read_text(path)), read_text(beside) if os.path.exists(beside) else None


def read_text(path):
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable("%s: %s" % (path, error)) from error


# --- what can be checked ------------------------------------------------------------------------------


def read_json(text):
    def once(pairs):
        keys = [key for key, _ in pairs]
        if len(set(keys)) != len(keys):
            raise ValueError("a key stands twice")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=once)


def entries(lines):
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            raise Unreadable("line %d: the file ends in mid-line" % number)
        try:
            yield read_json(line.decode("utf-8"))
        except ValueError as error:
            raise Unreadable("line %d: %s" % (number, error)) from error


def check_chain(lines, options):
    """Breaks of a chain as (seq, kind, why), and the tree over it."""
    tree, before, first, known, breaks = Tree(), None, None, {}, []
    for path in options.checkpoint:
        note, ssh_signature = read_checkpoint(path)
        # Without signers its word is taken for it: whoever names a checkpoint vouches for it.
        breaks += [found for found in disbelief(path, note, ssh_signature, options) if found[1] != "UNTRUSTED"]
        if known.setdefault(note.size, (note.origin, note.root, path))[1] != note.root:
            breaks.append((note.size, "FORK", "two checkpoints of this size have different roots"))
    for entry in entries(lines):
        seq = entry.get("seq") if isinstance(entry, dict) else None
        breaks += [(seq, kind, why) for kind, why in flaws(entry)]
        if shape(entry):
            if type(seq) is not int or not isinstance(entry.get("entry_hash"), str):
                continue
        first = entry if first is None else first
        chain_id = options.origin or first.get("chain_id")
        if entry.get("chain_id") != chain_id:
            breaks.append((seq, "CHAIN_ID_MISMATCH", "an entry of another chain"))
        if before is None:
            link = genesis(chain_id) if seq == 1 else entry.get("prev_hash")
        else:
            link, expected = before["entry_hash"], before["seq"] + 1
            if seq > expected:
                breaks.append((expected, "GAP", "entries are missing"))
            elif seq < expected:
                breaks.append((seq, "DUPLICATE", "the position stands twice, or out of order"))
            if str(entry.get("occurred_at")) < str(before.get("occurred_at")):
                breaks.append((seq, "TIME_REGRESSION", "older than the entry before it"))
        if entry.get("prev_hash") != link:
            breaks.append((seq, "LINK_MISMATCH", "does not follow the entry before it"))
        if first["seq"] == 1 and seq == tree.size + 1 and re.fullmatch(r"[0-9a-f]{64}", entry["entry_hash"]):
            tree.push(leaf(entry["entry_hash"]))
            if seq in known and known[seq][1] != tree.root():
                breaks.append((None, "ROOT_MISMATCH", "another root than that of %s" % known[seq][2]))
        before = entry
    last = before["seq"] if before else 0
    for size, (origin, _, path) in sorted(known.items()):
        if size > last:
            breaks.append((None, "ROLLBACK", "shorter than %s" % path))
        elif first["seq"] != 1:
            breaks.append((None, "UNVERIFIABLE", "the entries do not begin at 1: no root for %s" % path))
        if first and origin != first.get("chain_id"):
            breaks.append((None, "CHAIN_ID_MISMATCH", path))
    return breaks, tree, first, before


def chain(lines, options):
    breaks, tree, first, last = check_chain(lines, options)
    if options.whole and first and first["seq"] != 1:
        breaks.insert(0, (1, "GAP", "entries are missing"))
    if breaks:
        return breaks
    if not last:
        print("EMPTY")
        return []
    root = base64.b64encode(tree.root()).decode() if first["seq"] == 1 else "-"
    count = last["seq"] - first["seq"] + 1
    print("VERIFIED %d entries, #%d to #%d, last %s, root %s" % (count, first["seq"], last["seq"], last["entry_hash"], root))
    return []


def proof(path, options):
    try:
        found = read_json(read_text(path))
    except ValueError as error:
        raise Unreadable("%s: %s" % (path, error)) from error
    wanted = {"format", "entry", "leaf_index", "tree_size", "root", "inclusion", "checkpoint", "ssh_signature"}
    if not isinstance(found, dict) or set(found) != wanted or found["format"] != "attestor/proof/v1":
        raise Unreadable("%s: this is no attestor/proof/v1" % path)
    if type(found["leaf_index"]) is not int or type(found["tree_size"]) is not int:
        raise Unreadable("%s: leaf_index and tree_size are numbers" % path)
    entry = found["entry"]
    breaks = [(entry.get("seq") if isinstance(entry, dict) else None, kind, why) for kind, why in flaws(entry)]
    if breaks:
        return breaks
    texts = found["checkpoint"], found["ssh_signature"] or ""
    if not all(isinstance(text, str) for text in texts) or not isinstance(found["inclusion"], list):
        raise Unreadable("%s: checkpoint and ssh_signature are texts, inclusion a list" % path)
    note = checkpoint(found["checkpoint"])
    origin, size, root = note.origin, note.size, note.root
    seq, path_up = entry["seq"], [digest(step) for step in found["inclusion"]]
    if origin != entry["chain_id"] or (options.origin and origin != options.origin):
        return [(seq, "CHAIN_ID_MISMATCH", "the entry or the checkpoint is of another chain")]
    if (size, root) != (found["tree_size"], digest(found["root"])) or found["leaf_index"] != seq - 1:
        return [(seq, "ROOT_MISMATCH", "the checkpoint is of another tree")]
    if not is_included(seq - 1, size, leaf(entry["entry_hash"]), path_up, root):
        return [(seq, "ROOT_MISMATCH", "the path does not lead to the root")]
    breaks = [(seq, kind, why) for _, kind, why in disbelief(path, note, found["ssh_signature"], options)]
    if not breaks:
        print("PROVED #%d of %s, in the tree of %d entries, %s" % (seq, origin, size, entry["entry_hash"]))
    return breaks


def signed_checkpoint(path, options):
    note, ssh_signature = read_checkpoint(path)
    breaks = list(disbelief(path, note, ssh_signature, options))
    if not breaks:
        at = datetime.datetime.fromtimestamp(cosigned_at(note, options.signers), datetime.timezone.utc)
        root = base64.b64encode(note.root).decode()
        print("SIGNED %d entries of %s, root %s, at %s" % (note.size, note.origin, root, at.isoformat()))
    return breaks


def export(path, options):
    """The entries of an export, its manifest, and who vouches for them."""
    stem = path[: -len(".jsonl")] if path.endswith(".jsonl") else path
    name = stem + ".manifest.json"
    text = read_text(name)
    try:
        manifest = read_json(text)
    except ValueError as error:
        raise Unreadable("%s: %s" % (name, error)) from error
    is_manifest = isinstance(manifest, dict) and manifest.get("schema") == "attestor/export/v1"
    if not is_manifest or not all(isinstance(manifest.get(key) or {}, dict) for key in ("period", "checkpoint")):
        raise Unreadable("%s: this is no manifest of attestor/export/v1" % name)
    with open(path, "rb") as file:
        breaks, _, first, last = check_chain(file, options)
    summed = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            summed.update(block)
    count = last["seq"] - first["seq"] + 1 if last else 0
    facts = {
        "sha256": summed.hexdigest(), "entries": count, "chain_id": last["chain_id"] if last else manifest.get("chain_id"),
        "first_seq": first["seq"] if first else None, "last_seq": last["seq"] if last else None,
        "first_prev_hash": first["prev_hash"] if first else None,
        "last_entry_hash": last["entry_hash"] if last else None,
    }
    breaks += [(None, "MANIFEST_MISMATCH", "another %s than the file" % key)
               for key, value in facts.items() if manifest.get(key) != value]
    if os.path.exists(name + ".sig"):
        if not options.signers:
            breaks.append((None, "UNTRUSTED", "the manifest is signed, but by whom? Name signers with --signers"))
        elif not is_signed(text, read_text(name + ".sig"), str(manifest.get("chain_id")), options.signers, "attestor-export@v1"):
            breaks.append((None, "BAD_SIGNATURE", "no signer of %s signed the manifest" % options.signers))
    period = manifest.get("period")
    if period and last and not breaks:
        if not str(period.get("from")) <= first["occurred_at"] <= last["occurred_at"] < str(period.get("to")):
            breaks.append((None, "MANIFEST_MISMATCH", "entries are outside of its period"))
    covering = manifest.get("checkpoint")
    if covering and not breaks:
        # The last entry's hash is over the one before it, and so on: its proof covers them all.
        breaks += proof(stem + ".proof.json", options)
        proved = {} if breaks else read_json(read_text(stem + ".proof.json"))
        if proved and proved["entry"] != last:
            breaks.append((last["seq"], "ROOT_MISMATCH", "the proof is of another entry than the last one"))
        if proved and (proved["tree_size"], proved["root"]) != (covering.get("size"), covering.get("root")):
            breaks.append((None, "MANIFEST_MISMATCH", "another checkpoint than the proof's"))
    if not breaks:
        vouched = "" if covering else ", no checkpoint: this proves nothing against a whole rewrite"
        print(("EMPTY" if not last else "VERIFIED %d entries, #%d to #%d" % (count, first["seq"], last["seq"])) + vouched)
    return breaks


def report(path, options):
    """Whether a report is the one that was hashed: as JSON, or at the end of Markdown or a page; and whether
    the checkpoint that it names is one of those that are given."""
    text = read_text(path)
    page = re.search(r'<pre id="document">(.*?)</pre>', text, re.S)
    fenced = re.search(r"^(`{3,})json\n(.*)\n\1\n?\Z", text, re.S | re.M)
    document = html.unescape(page.group(1)) if page else fenced.group(2) if fenced else text
    try:
        document = read_json(document)
        said = document.pop("report_hash")
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise Unreadable("%s: this is no report: %s" % (path, error)) from error
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if hashlib.sha256(canonical.encode()).hexdigest() != said:
        return [(None, "REPORT_MISMATCH", "the report is not the one that was hashed")]
    breaks, known = [], set()
    for name in options.checkpoint:
        note, ssh_signature = read_checkpoint(name)
        breaks += disbelief(name, note, ssh_signature, options)
        known.add((note.origin, note.size, base64.b64encode(note.root).decode()))
    named = (document.get("chain") or {}).get("checkpoint") or {}
    if known and (document.get("chain_id"), named.get("size"), named.get("root")) not in known:
        breaks.append((None, "ROOT_MISMATCH", "the report names none of these checkpoints"))
    if breaks:
        return breaks
    print("HASHED %s report, %s" % (document.get("report_type"), said))
    return []


def from_database(url):
    """The rows as lines. PostgreSQL writes JSON without line feeds inside of strings."""
    psql = ["psql", "-X", "--no-password", "-qAt", "-d", url, "-c", QUERY]
    environment = dict(os.environ, PGCLIENTENCODING="UTF8")
    with subprocess.Popen(psql, stdout=subprocess.PIPE, env=environment) as process:
        yield from process.stdout
    if process.returncode:
        raise Unreadable("psql failed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["chain", "database", "export", "report", "proof", "checkpoint"])
    parser.add_argument("source")
    parser.add_argument("--origin")
    parser.add_argument("--checkpoint", action="append", default=[])
    parser.add_argument("--signers")
    options = parser.parse_args()
    options.whole = options.what == "database"
    try:
        if options.what == "chain":
            with open(options.source, "rb") as file:
                breaks = chain(file, options)
        elif options.what == "database":
            breaks = chain(from_database(options.source), options)
        elif options.what == "export":
            breaks = export(options.source, options)
        elif options.what == "report":
            breaks = report(options.source, options)
        elif options.what == "proof":
            breaks = proof(options.source, options)
        else:
            breaks = signed_checkpoint(options.source, options)
    except (Unreadable, OSError, UnicodeError) as error:
        print("error: %s" % error, file=sys.stderr)
        sys.exit(65)
    for seq, kind, why in breaks:
        print("%s %s %s" % ("-" if seq is None else seq, kind, why))
    sys.exit(3 if breaks else 0)


if __name__ == "__main__":
    main()
