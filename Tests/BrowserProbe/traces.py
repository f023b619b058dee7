"""Writes traces that make large pages: many findings, and a large graph of locks."""

import json
import sys


def event(thread, op, name, place=None, **others):
    row = {"thread": thread, "op": op, **others}
    if name is not None:
        row["object"] = name
    if place is not None:
        row["at"] = place
    return row


def nested(thread, outer, inner, place):
    return [
        event(thread, "acquire", outer, f"{place}.swift:10 {place}.outer()"),
        event(thread, "acquire", inner, f"{place}.swift:11 {place}.inner()"),
        event(thread, "release", inner),
        event(thread, "release", outer),
    ]


def many_findings(count):
    """Half of them two locks in two orders, half of them two writes that nothing orders."""
    events = [{"thread": "main", "op": "fork", "child": child} for child in ("left", "right")]
    for number in range(count // 2):
        a, b = f"shard {number}", f"index {number}"
        events += nested("left", a, b, f"Forward{number}")
        events += nested("right", b, a, f"Backward{number}")
        for thread in ("left", "right"):
            events.append(event(thread, "write", f"counter {number}", f"Count{number}.swift:7 {thread}Count{number}()"))
    return events


def many_locks(count):
    """A tree of locks with a few arrows across it, some of which close circles."""
    events = [{"thread": "main", "op": "fork", "child": f"worker {n}"} for n in range(8)]
    for number in range(1, count):
        events += nested(f"worker {number % 8}", f"node {(number - 1) // 3}", f"node {number}", f"Tree{number % 50}")
    for number in range(5, count - 100, 97):
        events += nested(f"worker {number % 8}", f"node {number}", f"node {number + 60}", "Across")
        events += nested(f"worker {(number + 1) % 8}", f"node {number + 60}", f"node {number}", "Back")
    return events


def odd_names():
    """Names that HTML, JSON or a terminal could take for something else."""
    evil = "</script><script>document.title='broken'</script>"
    other = "\u202e<img src=x onerror=alert(1)>\"'&amp;\n"
    events = nested(evil, evil + " lock", other, "A<b>") + nested("T2", other, evil + " lock", "B")
    return events


def write(name, events):
    with open(name, "w", encoding="utf-8") as file:
        json.dump({"format": "lockcheck-trace", "version": 1, "events": events}, file)


if __name__ == "__main__":
    folder = sys.argv[1]
    write(f"{folder}/many.json", many_findings(500))
    write(f"{folder}/graph.json", many_locks(2000))
    write(f"{folder}/odd.json", odd_names())
