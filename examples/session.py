"""Python alone: install the package, start an engine, ask it. In any Pyodide, in a page or in a worker."""

import micropip

await micropip.install("webllm_provider", index_urls="https://your.site/wheels/simple")

from webllm_provider import connect, create_session

engine = await connect(
    model="webllm-demo-1-q0f32",
    on_progress=lambda step: print(f"{step['fraction']:.0%} {step['text']}"),
)
session = await create_session()
try:
    answer = await session.execute("What is this application?")
    print(f"{engine.model['engine']['kind']}: {answer}")
finally:
    await session.cleanup()
    await engine.close()
