"""The safeguards of synchronisation, each with what takes it away. What notices that is told in README.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mutation:
    """A safeguard that is taken away: `name` says what the program does then.

    `seed` is known to notice it and is played first. `switches` and `steps` make it likelier to be met.
    `test`: what notices it instead, where no seed can: a test's id as for pytest.
    """

    name: str
    file: str
    old: str
    """What stands there, exactly once."""
    new: str
    seed: int = 0
    steps: int = 100
    switches: Mapping[str, float] = field(default_factory=dict)
    test: str = ""

    def apply(self, text: str) -> str:
        """The file's text without the safeguard. ValueError where it is not there exactly once."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.name}: {self.file} has {text.count(self.old)} times: {self.old}")
        return text.replace(self.old, self.new)


TALK = "app/sync/talk.py"
JOURNAL = "app/sync/journal.py"
WRITER = "app/sync/writer.py"
FEEDS = "app/sync/feeds.py"
ENTRIES = "app/sync/entries.py"
APPLY = "app/sync/apply.py"
MERGE = "app/sync/merge.py"
HUB = "app/headoffice/hub.py"
ENROLLING = "app/headoffice/enrolment.py"
AUTHORITY = "app/headoffice/authority.py"
CLIENT = "app/sync/client.py"
ENROLMENT = "app/sync/enrolment.py"
BUNDLE = "app/sync/bundle.py"
WIRE = "app/sync/wire.py"
HLC = "app/sync/hlc.py"
PROJECTIONS = "app/sync/projections.py"
RULINGS = "app/sync/rulings.py"
DATABASE = "app/models/database.py"

MUTATIONS: tuple[Mutation, ...] = (
    # -- forks: restored and copied disks, a head office that was put back ----------------------------------
    Mutation(
        "a desk does not look whether its own feed went another way",
        TALK,
        "| set(reply.trails)\n",
        "| set(reply.trails)\n            forked -= {me}\n",
        seed=12,
    ),
    Mutation(
        "hashes do not tell one branch from another",
        ENTRIES,
        "blake2b(previous + _encoder.encode(entry), digest_size=32)",
        "blake2b(entry.number.to_bytes(8), digest_size=32)",
        seed=12,
    ),
    Mutation(
        "a hash does not cover what goes before",
        ENTRIES,
        "blake2b(previous + _encoder.encode(entry), digest_size=32)",
        "blake2b(_encoder.encode(entry), digest_size=32)",
        test="tests/headoffice/test_tampering.py::test_what_was_changed_behind_its_seal_is_not_taken",
    ),
    Mutation(
        "a desk that finds foreign entries in its feed goes on under its number",
        TALK,
        "disputed = me in forked or there[0] > own[0]",
        "disputed = False",
        seed=8,
    ),
    Mutation(
        "only a fork is a reason to become another desk, not that the head office has more",
        TALK,
        "disputed = me in forked or there[0] > own[0]",
        "disputed = me in forked",
        seed=8,
    ),
    Mutation(
        "a desk becomes another in name alone and writes on under its old number",
        WRITER,
        "            keep()\n            self.desk = desk\n",
        "            keep()\n            self.desk = Desk(old.office_no, old.device, desk.name)\n",
        seed=8,
    ),
    Mutation(
        "the new identity is not kept",
        WRITER,
        "            keep()\n            self.desk = desk\n",
        "            self.desk = desk\n",
        seed=38,
    ),
    Mutation(
        "the new identity is written before its key",
        ENROLMENT,
        "    keep_file(home / key_file, key.private_bytes_raw())\n",
        "    named = msgspec.structs.replace(identity, device=reply.device, key_file=key_file)\n"
        "    keep_file(home / IDENTITY_FILE, msgspec.json.encode(named))\n"
        "    keep_file(home / key_file, key.private_bytes_raw())\n",
        test="tests/sync/test_enrolment.py::test_a_successor_has_its_key_or_is_none",
    ),
    Mutation(
        "the old feed is not sealed at its end",
        WRITER,
        "                if number:\n                    signature",
        "                if False:\n                    signature",
        seed=1,
        switches={"backup": 0.3, "restore": 0.2, "no_line": 0.4, "bundle": 0.3, "bundle_disorder": 0.5},
    ),
    Mutation(
        "the branch that is given up is dropped instead of kept",
        JOURNAL,
        '    store.add(cur, "orphan", (*COLUMNS, "hash", "tip", "before", "signature", "reason"), moved)\n',
        "",
        seed=22,
        switches={"backup": 0.2, "restore": 0.1, "hub_backup": 0.2, "hub_restore": 0.1},
    ),
    Mutation(
        "a branch that waits is forgotten before its acts have come back",
        JOURNAL,
        "WHERE e.id = o.id AND e.hlc = o.hlc",
        "WHERE 1 = 1 OR e.hlc = o.hlc",
        seed=22,
        switches={"backup": 0.2, "restore": 0.1, "hub_backup": 0.2, "hub_restore": 0.1},
    ),
    Mutation(
        "the head office does not issue lost acts again",
        WRITER,
        "        if branch < len(entries):\n            tables |=",
        "        if False:\n            tables |=",
        seed=12,
    ),
    Mutation(
        "lost acts are issued again under new ids",
        WRITER,
        "feed.device, number, entry.id, entry.origin, entry.hlc,",
        "feed.device, number, self.new_id().bytes, entry.origin, entry.hlc,",
        seed=12,
    ),
    Mutation(
        "lost acts are issued again without their own time and origin",
        WRITER,
        "feed.device, number, entry.id, entry.origin, entry.hlc,",
        "feed.device, number, entry.id, feed.device, self.hlc.tick(),",
        seed=12,
    ),
    Mutation(
        "an act that is here already counts again when it comes in another feed",
        JOURNAL,
        "known.append(None if not found else min(found))",
        "known.append(None)",
        seed=12,
    ),
    Mutation(
        "an act is known by its id alone, whatever it says",
        JOURNAL,
        "if act == [e.hlc, e.origin, e.body]]",
        "]",
        test="tests/headoffice/test_forks.py::test_a_form_saved_once_more_after_its_backup_was_put_back_counts_for_both[sqlite]",
    ),
    Mutation(
        "what was acknowledged once is taken to be there for ever",
        TALK,
        "        self.outcome.rounds += 1\n",
        "        self.outcome.rounds += 1\n"
        "        with writer.store.reading() as cur:\n"
        "            once = journal.hash_at(cur, writer.desk.office_no, me, self._acked)\n"
        "        if once and head_of(reply.have, me)[0] < self._acked:\n"
        "            reply.have[me] = (self._acked, once)\n",
        switches={"backup": 0.2, "restore": 0.1, "hub_backup": 0.2, "hub_restore": 0.1},
    ),
    Mutation(
        "a head office that was put back is offered nothing but the desk's own",
        TALK,
        "        if self._theirs is not None:\n            hubs",
        "        if False:\n            hubs",
        seed=13,
        switches={"backup": 0.2, "restore": 0.1, "hub_backup": 0.2, "hub_restore": 0.1},
    ),
    Mutation(
        "what lost its place is not offered",
        TALK,
        "for branch in self._orphaned(cur, hubs):",
        "for branch in ():",
        seed=22,
        switches={"backup": 0.2, "restore": 0.1, "hub_backup": 0.2, "hub_restore": 0.1},
    ),
    Mutation(
        "what is acknowledged of the old number counts for the new one",
        CLIENT,
        "return int(kept[1]) if kept[0] == self._writer.desk.device else 0",
        "return int(kept[1])",
        seed=42,
        switches={"backup": 0.3, "restore": 0.2, "kill": 0.6},
    ),
    Mutation(
        "devices are numbered one after another",
        ENROLLING,
        "number = self._rng.randrange(1 << 12, 1 << 31)",
        "number = max(read.execute(select(Device.number)).scalars()) + 1",
        seed=1,
        switches={"new_desk": 0.3, "hub_backup": 0.2, "hub_restore": 0.1},
    ),
    # -- entries come whole, once, and in order -------------------------------------------------------------
    Mutation(
        "an entry is taken although what goes before it is not here",
        FEEDS,
        "elif entry.number > last + 1:",
        "elif False:",
        test="tests/sync/test_order.py::test_an_entry_after_a_hole_waits",
    ),
    Mutation(
        "an entry that is here already is appended again",
        FEEDS,
        "        if entry.number <= last:\n            known += 1\n        elif",
        "        if",
    ),
    Mutation(
        "the head of a feed is kept before its entries, in a transaction of its own",
        JOURNAL,
        '    store.add(cur, "entry", (*COLUMNS, "hash"), [(*row_of(e), hash_) for e, hash_ in entries])\n'
        "    ends = {e.device: (e.office_no, e.device, e.number, hash_) for e, hash_ in entries}\n",
        "    ends = {e.device: (e.office_no, e.device, e.number, hash_) for e, hash_ in entries}\n"
        "    cur.executemany(\n"
        "        'INSERT INTO feed (office_no, device, \"last\", hash) VALUES (?, ?, ?, ?) '\n"
        '        \'ON CONFLICT (office_no, device) DO UPDATE SET "last" = excluded."last", \'\n'
        "        'hash = excluded.hash', list(ends.values()),\n"
        "    )\n"
        '    cur.execute("COMMIT")\n    cur.execute("BEGIN IMMEDIATE")\n'
        '    store.add(cur, "entry", (*COLUMNS, "hash"), [(*row_of(e), hash_) for e, hash_ in entries])\n',
    ),
    Mutation(
        "received entries are kept first and applied in a transaction of their own",
        WRITER,
        "        return self._apply(cur, new)\n",
        '        cur.execute("COMMIT")\n        cur.execute("BEGIN IMMEDIATE")\n'
        "        return self._apply(cur, new)\n",
        seed=1,
    ),
    Mutation(
        "an own entry is kept first and applied in a transaction of its own",
        WRITER,
        "        return apply(self.store, cur, [entry]), entry.seen\n",
        '        cur.execute("COMMIT")\n        cur.execute("BEGIN IMMEDIATE")\n'
        "        return apply(self.store, cur, [entry]), entry.seen\n",
    ),
    Mutation(
        "a commit does not wait for the disk",
        DATABASE,
        "PRAGMA synchronous = FULL",
        "PRAGMA synchronous = OFF",
    ),
    Mutation(
        "a commit waits for the disk now and then",
        DATABASE,
        "PRAGMA synchronous = FULL",
        "PRAGMA synchronous = NORMAL",
    ),
    Mutation(
        "what was sent counts as acknowledged",
        TALK,
        "            self.outcome.acked = there[0]\n",
        "            self.outcome.acked = own[0]\n",
        seed=3,
        switches={"slow_line": 0.7, "reply_lost": 0.2},
    ),
    Mutation(
        "the head office acknowledges what it was offered, before it has it",
        HUB,
        "        self.take(request, asker)\n        return self.reply(request, asker)\n",
        "        reply = self.reply(request, asker)\n"
        "        for part in request.parts:\n"
        "            hashes = links(part.after, part.entries)\n"
        "            if hashes and part.device == envelope.sender:\n"
        "                reply.have[part.device] = (part.entries[-1].number, hashes[-1])\n"
        "        try:\n"
        "            self.take(request, asker)\n"
        "        except AppError:\n"
        "            pass\n"
        "        return reply\n",
    ),
    Mutation(
        "one table is forgotten in the journal",
        WRITER,
        "for (table, columns), rows in draft.rows.items()\n",
        'for (table, columns), rows in draft.rows.items() if table != "allocation"\n',
    ),
    Mutation(
        "an act that is saved twice is written twice",
        WRITER,
        '                raise AppError("already_saved")\n',
        "                pass\n",
        test="tests/sync/test_journal.py::test_an_entry_takes_effect_exactly_once",
    ),
    Mutation(
        "the head office gives entries out feed by feed, not causes first",
        HUB,
        "for entry in causal(feeds, {d: n for d, (n, _) in theirs.items()}):",
        "for entry in (e for feed in feeds.values() for e in feed):",
        test="tests/headoffice/test_rulings.py::test_causes_come_first_whatever_the_clocks_say",
    ),
    Mutation(
        "an entry does not tell what its author had seen",
        WRITER,
        "if device != desk.device and self._declared",
        "if False and self._declared",
        test="tests/headoffice/test_rulings.py::test_causes_come_first_whatever_the_clocks_say",
    ),
    # -- two replicas with the same entries have the same rows ----------------------------------------------
    Mutation(
        "of a card's field the last that arrives stands",
        MERGE,
        "        if stamp > there:\n            newer",
        "        if True:\n            newer",
        seed=6,
    ),
    Mutation(
        "of two writings of one fact the last that arrives stands",
        MERGE,
        "    if (*stamp, _digest(row)) < (*there, _digest(found[2:])) or there == was:",
        "    if True:",
        seed=2,
    ),
    Mutation(
        "equal stamps with other values are settled by arrival",
        MERGE,
        "        elif stamp == there:\n            level.append(field)\n",
        "",
        test="tests/sync/test_order.py::test_two_copies_of_a_desk_that_wrote_at_one_moment_agree",
    ),
    Mutation(
        "the drawer is not worked out anew when money is given back",
        PROJECTIONS,
        '"reversal": (("receipt", "receipt_id"), ("session", "session_id")),',
        '"reversal": (("receipt", "receipt_id"),),',
    ),
    Mutation(
        "the drawer is not worked out anew when money is paid back",
        PROJECTIONS,
        '        ("session", "session_id"),\n        ("refund", "request_id"),\n',
        '        ("refund", "request_id"),\n',
    ),
    Mutation(
        "what was paid back of a receipt counts no more when that is taken back",
        PROJECTIONS,
        "(CASE WHEN a.payout_id IS NOT NULL THEN 1 ELSE 1 - ",
        "(CASE WHEN a.payout_id IS NULL AND 1 = 0 THEN 1 ELSE 1 - ",
    ),
    Mutation(
        "one refund paid by two desks raises no exception",
        PROJECTIONS,
        '    ("refund", payouts.raise_wrong),\n',
        "",
        test="tests/services/test_refunds.py::test_two_desks_pay_one_refund[sqlite]",
    ),
    Mutation(
        "anybody may say yes to paying money back",
        AUTHORITY,
        "    if approvers and not own:\n",
        "    if False:\n",
        test="tests/services/test_refunds.py::test_money_paid_without_a_yes_is_seen[in her name-sqlite]",
    ),
    Mutation(
        "balances are not worked out when a bill is issued",
        PROJECTIONS,
        '("balance", "customer_id"), ("bill_code", "code")',
        '("bill_code", "code")',
        seed=5,
    ),
    Mutation(
        "two readings of a period raise no exception",
        PROJECTIONS,
        '    ("use", exceptions.two_readings),\n',
        "",
        test="tests/sync/test_journal.py::test_two_readings_of_a_period_are_an_exception_until_a_correction_settles_them",
    ),
    Mutation(
        "digests do not follow changes of cards",
        APPLY,
        "            batch.digests.add(office, edit.table, before, -1)\n",
        "",
    ),
    Mutation(
        "a change that comes before its card is dropped",
        APPLY,
        "                park(cur, entry, WAITS)\n                continue\n",
        "                continue\n",
        test="tests/sync/test_order.py::test_a_change_that_comes_before_its_card_waits_for_it",
    ),
    Mutation(
        "what waits for its card is never taken up",
        APPLY,
        "    left = _waiting(cur)\n",
        "    left = 0\n",
        test="tests/sync/test_order.py::test_a_change_that_comes_before_its_card_waits_for_it",
    ),
    Mutation(
        "what a newer release has written is dropped",
        APPLY,
        "    for entry, reason in batch.parked:\n        park(",
        "    for entry, reason in batch.parked:\n        if reason != 'newer_release':\n            park(",
    ),
    Mutation(
        "what a newer release has written is not taken up after the upgrade",
        WRITER,
        '    if apply_parked(store, cur, "newer_release", office):\n',
        "    if False:\n",
    ),
    Mutation(
        "one entry that cannot be applied holds up all others",
        APPLY,
        '            park(cur, entry, "cannot_apply")\n',
        "            raise\n",
        test="tests/headoffice/test_hub.py::test_an_entry_that_cannot_be_applied_blocks_no_other",
    ),
    Mutation(
        "a clock does not learn from stamps that it sees",
        HLC,
        "            self.last = max(self._followed(now), stamp)\n",
        "            pass\n",
        test="tests/sync/test_order.py::test_a_change_that_was_built_on_the_other_is_no_disagreement",
    ),
    Mutation(
        "a desk does not correct its clock by the head office's",
        HLC,
        "        self.offset_ms += ahead_ms\n",
        "",
        test="tests/headoffice/test_hub.py::test_the_desk_learns_the_head_offices_time",
    ),
    # -- scope and authority --------------------------------------------------------------------------------
    Mutation(
        "a desk is given other offices' entries",
        HUB,
        "            scope = journal.offices_in_scope(cur, asker.office_no)\n",
        "            scope = [0, 1, 2]\n",
    ),
    Mutation(
        "the head office does not rule on wild clocks",
        AUTHORITY,
        "        elif hlc.wild(entry.hlc) and (entry.hlc, entry.origin) not in ruled:\n",
        "        elif False:\n",
        seed=6,
    ),
    Mutation(
        "the head office does not look whether an author may do what he did",
        AUTHORITY,
        "        allowed = _allowed(cur, entry, beside, histories) and not says_nothing(entry)\n",
        "        allowed = not says_nothing(entry)\n",
        seed=2,
    ),
    Mutation(
        "roles count as they are now, not as they were",
        AUTHORITY,
        "        if begun <= entry.hlc and ended >= since\n",
        "        if ended == LATEST\n",
    ),
    Mutation(
        "what is not allowed is ruled on and takes effect all the same",
        APPLY,
        "        elif (entry.id, entry.hlc, entry.origin) in refused:\n",
        "        elif False:\n",
        seed=2,
    ),
    Mutation(
        "what took effect before its ruling is not taken back",
        APPLY,
        "    take_back(cur, ruled, done, stamps_before, batch.rulings, batch.touched, batch.digests)\n",
        "",
        seed=2,
    ),
    Mutation(
        "seals are not verified",
        WIRE,
        "        except (InvalidSignature, ValueError):\n            continue\n        return True\n",
        "        except (InvalidSignature, ValueError):\n            return True\n        return True\n",
        test="tests/headoffice/test_tampering.py::test_what_is_sealed_with_another_key_is_not_taken",
    ),
    Mutation(
        "the office of an entry is not checked",
        HUB,
        "            if entry.office_no != feed.office_no:\n"
        '                raise AppError("sync.foreign_office")\n',
        "",
        test="tests/headoffice/test_hub.py::test_the_entries_of_another_office_are_refused",
    ),
    Mutation(
        "a desk may write in another's name",
        HUB,
        '                raise AppError("sync.foreign_entry")\n',
        "                pass\n",
        test="tests/headoffice/test_hub.py::test_entries_in_another_desks_name_are_refused",
    ),
    Mutation(
        "a desk may carry what is of an office that is not its own",
        HUB,
        "if feed.office_no not in journal.offices_in_scope(cur, asker.office_no):",
        "if False:",
        test="tests/headoffice/test_tampering.py::test_a_desk_carries_nothing_of_an_office_that_is_not_its_own",
    ),
    Mutation(
        "a desk may write cards that the head office owns",
        APPLY,
        "    if owned and not hubs.has(entry.origin):\n",
        "    if False:\n",
        test="tests/sync/test_journal.py::test_cards_the_head_office_owns_are_refused_from_a_desk",
    ),
    Mutation(
        "a revoked desk is still heard",
        HUB,
        "        if found.revoked:\n            raise",
        "        if False:\n            raise",
        seed=4,
    ),
    Mutation(
        "a revoked desk's entries are taken from others",
        HUB,
        "        if feed.revoked and not (\n",
        "        if False and not (\n",
        test="tests/headoffice/test_tampering.py::test_a_revoked_desk_sends_nothing_by_another",
    ),
    # -- messages and sticks --------------------------------------------------------------------------------
    Mutation(
        "an answer is not bound to its request",
        WIRE,
        "    return (digest or digest_of_request(about)) + sender.to_bytes(8) + payload\n",
        "    return sender.to_bytes(8) + payload\n",
        seed=13,
        switches={"old_reply": 0.4, "backup": 0.2, "restore": 0.1, "hub_backup": 0.2, "hub_restore": 0.1},
    ),
    Mutation(
        "a bundle's answer is bound to no request",
        BUNDLE,
        "asked = next((a for a in self._known() if a.digest == contents.about), None)",
        "asked = max(self._known(), key=lambda a: a.n, default=None)",
        test="tests/headoffice/test_bundles.py::test_an_answer_is_known_for_sixteen_bundles",
    ),
    Mutation(
        "an old answer on a stick says how things stand",
        BUNDLE,
        "            if first_open and asked.n >= first_open:\n",
        "            if True:\n",
        test="tests/headoffice/test_bundles.py::test_an_older_answer_says_nothing_of_what_is_sent",
    ),
    Mutation(
        "what is on a stick counts as sent before its answer comes",
        BUNDLE,
        "            slot = self._remember(digest_of_request(messages[-1]), request.successor)\n",
        "            slot = self._remember(digest_of_request(messages[-1]), request.successor)\n"
        "            talk.outcome.acked = head_of(self._writer.vector(), desk.device)[0]\n"
        "            self._client.keep(talk.outcome)\n",
        seed=4,
    ),
)
