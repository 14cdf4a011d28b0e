"""Has something that the kernel stands on changed? Looks at newer releases before anybody needs them.

`make watch` compares the newest amplifier-core, Pyodide and web-llm with those that are pinned: the names
that they offer, and what the differential scenarios see when they run on them.
"""
