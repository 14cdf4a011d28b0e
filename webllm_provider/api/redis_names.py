"""What lies in Redis for the shared queue, and for how long (pure).

webllm:jobs:<model>     stream   jobs that wait; the consumer group `engines` hands each to one worker
webllm:job:<id>         hash     the job, the number of its attempt, and what its reader has taken
webllm:replies:<server> stream   what workers say to the readers of one server process
webllm:worker:<id>      string   what an engine has and does; gone a while after its server
webllm:workers          set      their ids
webllm:kept:<key>       string   sessions and results
"""

from __future__ import annotations

from .._wire import WireError

PREFIX = "webllm:"
GROUP = "engines"
ANY_MODEL = "*"
WORKERS = f"{PREFIX}workers"

JOB_AGE_S = 3600
"""No answer takes longer; what a server left behind that died is gone then."""
WORKER_AGE_S = 6
"""An engine that nobody has vouched for so long has gone with its server."""
VOUCH_S = 1.5
"""Between two times that a server vouches for its engines, and looks after its jobs."""
TAKEN_WITHIN_MS = 10_000
"""A job that was handed to a worker which never said so is handed to another."""
BLOCK_MS = 1000
"""How long a read waits in Redis before it looks around again."""
RETRY_S = 0.3
"""Between two tries while Redis is away."""
ROOM = 64
"""Events that a worker may be ahead of its reader."""

UNREACHABLE: WireError = {
    "code": "server_unavailable",
    "message": "The queue's Redis does not answer.",
    "hint": "Ask again in a moment.",
}


def jobs(model: str | None) -> str:
    """The stream of the jobs for a model; None: for any."""
    return f"{PREFIX}jobs:{ANY_MODEL if model is None else model}"


def job(id: str) -> str:
    """The hash of a job."""
    return f"{PREFIX}job:{id}"


def replies(server: str) -> str:
    """The stream of what is said to a server's readers."""
    return f"{PREFIX}replies:{server}"


def worker(id: str) -> str:
    """What is known of an engine."""
    return f"{PREFIX}worker:{id}"


def kept(key: str) -> str:
    """A kept value."""
    return f"{PREFIX}kept:{key}"
