"""Exchanges in which the model calls a tool and answers from its result."""

from __future__ import annotations

import random

from . import dialect
from .chat import Message
from .words import copied_text

NO_NOTES = "I cannot keep notes here: this session has no notes tool."
NO_TODO = "I cannot keep a to-do list here: this session has no todo tool."

NOTE_ADD = (
    """
note that {x}|Note that {x}|note that {x}.|Note that {x}.|note: {x}|Note: {x}|please note that {x}|Please note: {x}
remember {x}|Remember {x}|remember that {x}|Remember that {x}.|Please remember that {x}|Please remember: {x}
write down {x}|Write down {x}|write down that {x}|Write down that {x}.|Write this down: {x}|save a note: {x}
Save a note: {x}|make a note that {x}|Make a note that {x}.|Make a note: {x}|take a note: {x}|Take a note: {x}
keep in mind that {x}|Keep in mind that {x}.|don't forget that {x}|Don't forget: {x}|add a note: {x}|Add a note: {x}
Save this note: {x}|New note: {x}|Can you note that {x}?|Can you remember that {x}?|note {x}|Note {x}
Add {x} to my notes|add {x} to my notes.|Put {x} into my notes.
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
TODO_ADD = (
    """
add {x} to my to-do list|Add {x} to my to-do list.|Add {x} to my to-do list|add {x} to the to-do list|put {x} on my list
Put {x} on my to-do list.|put {x} on my to-do list|Please add {x} to my to-do list.|add {x} to my list|Add {x} to my list.
Add {x} to my tasks.|I have to {x}|I have to {x}.|I need to {x}|I need to {x}.|I must {x}|I must {x}.|remind me to {x}
Remind me to {x}.|new task: {x}|New task: {x}|add a task: {x}|Add a task: {x}|todo: {x}|To do: {x}|Add the task {x}.
I still have to {x}.|Can you add {x} to my to-do list?|Please remind me to {x}|Create a task: {x}
add a todo: {x}|Add a todo: {x}|add to my to-do list: {x}|Add to my list: {x}|remind me: {x}|I should {x}
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
NOTE_LIST = (
    """
What are my notes?|what are my notes?|Show my notes.|show my notes|List my notes.|list my notes|What did I note?
Which notes do I have?|Show me my notes.|Read my notes.|What notes are there?|my notes|What did I tell you to remember?
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
TODO_LIST = (
    """
Show my to-do list.|show my to-do list|What is on my to-do list?|What do I have to do?|What are my tasks?|list my tasks
List my tasks.|Show me my tasks.|Which tasks do I have?|my to-do list|Show the to-do list.|What is left to do?
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
NOTE_REMOVE = (
    """
remove note {n}|Remove note {n}.|delete note {n}|Delete note {n}.|forget note {n}|Forget note {n}.|Remove note number {n}.
Please delete note {n}.|Delete note number {n}|Erase note {n}.|throw away note {n}
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
BOTH = (
    """
note that {x} and add {y} to my to-do list|Note that {x} and add {y} to my to-do list.|Note {x} and remind me to {y}.
Remember that {x} and add {y} to my list.|Write down {x} and put {y} on my to-do list.|note that {x} and remind me to {y}
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
TODO_DONE = (
    """
mark task {n} as done|Mark task {n} as done.|task {n} is done|Task {n} is done.|I have done task {n}.|finish task {n}
Check off task {n}.|check off task {n}|I finished task {n}.|Set task {n} to done.|Please mark task {n} as done.
Task number {n} is done.|complete task {n}
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


def _number(rng: random.Random) -> int:
    return rng.randint(1, rng.choice((3, 9, 9, 30, 200)))


def _quoted(rng: random.Random) -> str:
    text = copied_text(rng, longest=rng.choice((3, 6, 6, 10)))
    if rng.random() < 0.03:
        words = text.split(" ")
        place = rng.randrange(len(words))
        words[place] = f'"{words[place]}"'
        text = " ".join(words)
    return text


def _failure(name: str, rng: random.Random) -> tuple[str, str]:
    """A tool that did not work, in the words of the session's loop, and what to say then."""
    reason = copied_text(rng)
    failed = f"The {name} tool failed: {reason}"
    output, answer = rng.choice(
        (
            (f"Error: {reason}", failed),
            (dialect.tools.dump_json({"message": reason}), failed),
            (f"Internal error executing tool: {reason}", failed),
            (f"Denied by hook: {reason}", f"The {name} tool was not allowed: {reason}"),
        )
    )
    return dialect.result(name, output), answer


def _exchange(ask: str, name: str, call: str, output: str, answer: str, rng: random.Random) -> list[Message]:
    read = dialect.result(name, output)
    if rng.random() < 0.04:
        read, answer = _failure(name, rng)
    return [
        Message("user", ask),
        Message("assistant", call),
        Message("user", read),
        Message("assistant", answer),
    ]


def add_note(rng: random.Random) -> list[Message]:
    """The user gives a text, the model copies it into a call, the tool confirms it."""
    text = _quoted(rng)
    ask = rng.choice(NOTE_ADD).replace("{x}", text)
    output = dialect.notes.saved(_number(rng), text)
    return _exchange(
        ask, "notes", dialect.call("notes", action="add", text=text), output, f"Noted: {text}.", rng
    )


def add_task(rng: random.Random) -> list[Message]:
    """The same for the to-do list."""
    text = _quoted(rng)
    ask = rng.choice(TODO_ADD).replace("{x}", text)
    output = dialect.todo.added(_number(rng), text)
    return _exchange(
        ask, "todo", dialect.call("todo", action="add", text=text), output, f"Added: {text}.", rng
    )


def list_notes(rng: random.Random) -> list[Message]:
    """The answer repeats the list that the tool returned."""
    count, number, rows = rng.choices((0, 1, 2, 3, 5), (2, 4, 4, 3, 1))[0], 0, []
    for _ in range(count):
        number += rng.choices((1, 2), (5, 1))[0]
        rows.append((number, copied_text(rng, longest=5)))
    output = str(dialect.notes.listed(rows))
    answer = f"Your notes:\n{output}" if rows else "You have no notes."
    return _exchange(
        rng.choice(NOTE_LIST), "notes", dialect.call("notes", action="list"), output, answer, rng
    )


def list_tasks(rng: random.Random) -> list[Message]:
    """The same for tasks, with their marks."""
    count = rng.choices((0, 1, 2, 3, 5), (2, 4, 4, 3, 1))[0]
    rows = [(place + 1, copied_text(rng, longest=5), rng.random() < 0.4) for place in range(count)]
    output = str(dialect.todo.listed(rows))
    answer = f"Your tasks:\n{output}" if rows else "Your to-do list is empty."
    return _exchange(rng.choice(TODO_LIST), "todo", dialect.call("todo", action="list"), output, answer, rng)


def remove_note(rng: random.Random) -> list[Message]:
    """A number is copied; the note may be missing."""
    number = _number(rng)
    there = rng.random() < 0.7
    output = str(dialect.notes.removed(number) if there else dialect.notes.missing(number))
    ask = rng.choice(NOTE_REMOVE).replace("{n}", str(number))
    return _exchange(ask, "notes", dialect.call("notes", action="remove", id=number), output, output, rng)


def finish_task(rng: random.Random) -> list[Message]:
    """A number is copied; the task may be missing."""
    number = _number(rng)
    there = rng.random() < 0.7
    output = str(dialect.todo.done(number) if there else dialect.todo.missing(number))
    ask = rng.choice(TODO_DONE).replace("{n}", str(number))
    return _exchange(ask, "todo", dialect.call("todo", action="done", id=number), output, output, rng)


def add_both(rng: random.Random) -> list[Message]:
    """Two calls in one answer, and both results in one message."""
    note, task = copied_text(rng, longest=4), copied_text(rng, longest=4)
    ask = rng.choice(BOTH).replace("{x}", note).replace("{y}", task)
    calls = (dialect.call("notes", action="add", text=note), dialect.call("todo", action="add", text=task))
    results = (
        dialect.result("notes", dialect.notes.saved(_number(rng), note)),
        dialect.result("todo", dialect.todo.added(_number(rng), task)),
    )
    return [
        Message("user", ask),
        Message("assistant", "\n".join(calls)),
        Message("user", "\n".join(results)),
        Message("assistant", f"Noted: {note}. Added: {task}."),
    ]


def with_notes(rng: random.Random) -> list[Message]:
    """Any exchange that uses the notes tool."""
    return rng.choices((add_note, list_notes, remove_note), (6, 2, 1))[0](rng)


def with_todo(rng: random.Random) -> list[Message]:
    """Any exchange that uses the todo tool."""
    return rng.choices((add_task, list_tasks, finish_task), (6, 2, 1))[0](rng)


def without(answer: str, exchange: list[Message]) -> list[Message]:
    """The same request in a session that lacks the tool: the honest answer."""
    return [exchange[0], Message("assistant", answer)]
