"""What a round trip saw: its cases, and the tables that are printed of them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from roundtrip_book import Given
from roundtrip_prism import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One call: what was given, what was sent, and what Prism says of it and of the same by the book."""

    document: str
    tool: str
    kind: str
    given: Given
    sent: bytes | None
    error: str
    ours: Verdict = field(default_factory=Verdict)
    book: Verdict = field(default_factory=Verdict)

    @property
    def is_good(self) -> bool:
        """True where a request was sent and accepted."""
        return self.sent is not None and self.ours.is_accepted


@dataclass(slots=True)
class Seen:
    """All that was seen in a run."""

    documents: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    impossible: list[tuple[str, str, str]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    tools: int = 0


def show(seen: Seen) -> None:
    """Print what was seen."""
    counted = [case for case in seen.cases if case.book.is_accepted]
    good = sum(case.is_good for case in counted)
    both = [case for case in seen.cases if not case.book.is_accepted and not case.is_good]
    print(f"\n{len(seen.documents)} documents, {seen.tools} tools, {len(seen.cases)} cases", end="; ")
    print(
        f"{len(seen.unreadable)} documents that Prism cannot read, {len(seen.impossible)} cases that could not be made"
    )
    print(f"accepted: {sum(case.is_good for case in seen.cases)} of all")
    share = 100 * good / max(len(counted), 1)
    print(f"accepted where the request by the book is: {good} of {len(counted)}, {share:.2f} %")
    causes("refused, though by the book accepted", [case for case in counted if not case.is_good])
    causes("refused, by the book too (not counted)", both)
    alone = [case for case in seen.cases if case.is_good and not case.book.is_accepted]
    print(f"\naccepted, though refused by the book (not counted): {len(alone)}")
    for name, reason in seen.unreadable:
        print(f"Prism cannot read {name}: {reason[:120]}")
    for words, count in Counter(re.sub(r"'[^']*'", "'…'", reason) for _, _, reason in seen.impossible).most_common(12):
        example = next(one for one in seen.impossible if re.sub(r"'[^']*'", "'…'", one[2]) == words)
        print(f"could not be made, {count}: {words[:100]} ({example[0]} {example[1]})")


def causes(title: str, cases: Sequence[Case]) -> None:
    """Print the causes of refusals, the most frequent first, each with an example."""
    print(f"\n{title}: {len(cases)}")
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for cause in {cause_of(case)} if case.sent is None else causes_of(case.ours):
            groups[cause].append(case)
    for cause, found in sorted(groups.items(), key=lambda group: -len(group[1])):
        print(f"{len(found):5} {cause[:110]}    e.g. {found[0].document} {found[0].tool} ({found[0].kind})")


def cause_of(case: Case) -> str:
    """Return why nothing was sent."""
    said = re.search(r'"kind": "(\w+)"', case.error)
    return f"not sent: {said[1] if said else case.error[:80]}"


def causes_of(found: Verdict) -> set[str]:
    """Return the causes of a verdict, without the names that the document gives to things."""
    if found.trouble:
        return {f"no verdict: {found.trouble[:80]}"}
    return {f"{cause.code} in {'.'.join(cause.place.split('.')[:2])}" for cause in found.causes}


def lines(cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    """Yield what there is to look at of each case that is not accepted."""
    for case in cases:
        if not case.is_good:
            yield {
                "document": case.document,
                "tool": case.tool,
                "kind": case.kind,
                "operation": f"{case.given.method} {case.given.path}",
                "parameters": {f"{place} {name}": value for (place, name), value in case.given.parameters.items()},
                "body": case.given.body,
                "body_type": case.given.body_type,
                "sent": (case.sent or b"").decode("utf-8", "replace")[:4000],
                "error": case.error,
                "ours": [f"{cause.code} {cause.place}: {cause.message}" for cause in case.ours.causes]
                or case.ours.trouble,
                "book": [f"{cause.code} {cause.place}: {cause.message}" for cause in case.book.causes]
                or case.book.trouble,
                "book_accepts": case.book.is_accepted,
            }
