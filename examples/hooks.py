"""Hooks that log and approve: every event is printed, and a tool runs only when somebody allows it."""

from amplifier_core.models import HookResult

from webllm_provider import connect, create_session


class Approval:
    """Asks a person; here one who allows notes to be kept and nothing else."""

    async def request_approval(self, prompt, options, timeout, default):
        answer = "Allow" if prompt.startswith("Use notes") else "Deny"
        print(f"{prompt} {answer}")
        return answer


def log(event, payload):
    print(event, payload.get("tool_name", ""))


async def ask_first(event, payload):
    question = f"Use {payload['tool_name']} with {payload['tool_input']}?"
    return HookResult(action="ask_user", approval_prompt=question)


async with await connect(model="webllm-demo-1-q0f32"):
    session = await create_session(on_event=log, approval=Approval())
    session.coordinator.hooks.register("tool:pre", ask_first, name="ask-first")
    try:
        print(await session.execute("note that the tea is in the blue tin"))
    finally:
        await session.cleanup()
