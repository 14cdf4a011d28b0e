"""A person's settings, parted by what they need: another session, or only another request (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._wire import Attachment, CustomTool, SessionSettings, ToolPermission
from ..config import ProviderConfig
from .options import TurnOptions
from .tools.custom_tool import check_custom_tools

SERVER_FIELDS = {"base_url": "base_url", "api_key": "api_key", "model": "server_model"}
"""What the wire calls a server's fields, and what the provider's config calls them."""


@dataclass(frozen=True)
class Settings:
    """Settings as the worker uses them.

    Attributes:
        session: keyword arguments of `create_session`; where they differ, another session is needed.
        permissions: by the tool's name; what is absent is the default of `permissions.py`.
        sampling, reasoning_effort, answer_format, context_tokens: as in `TurnOptions`.
    """

    session: Mapping[str, Any] = field(default_factory=dict, repr=False)
    permissions: Mapping[str, ToolPermission] = field(default_factory=dict)
    sampling: Mapping[str, Any] = field(default_factory=dict)
    reasoning_effort: str | None = None
    answer_format: Any = None
    context_tokens: int | None = None

    @classmethod
    def read(cls, given: SessionSettings) -> Settings:
        """Settings of the wire.

        Raises:
            RequestRefused: a value lies out of range, or the settings contradict each other.
        """
        sampling = dict(given.get("sampling", {}))
        provider = _provider(given)
        # Refused here with a sentence: the kernel would only say that a module could not be loaded.
        ProviderConfig.read({**provider, **sampling})
        check_custom_tools(given.get("custom_tools", ()))
        session: dict[str, Any] = {
            name: value
            for name, value in given.items()
            if name in ("instruction", "tools", "custom_tools", "hooks")
        }
        if provider:
            session["provider_config"] = provider
        return cls(
            session=session,
            permissions=dict(given.get("permissions", {})),
            sampling=sampling,
            reasoning_effort=given.get("reasoning_effort"),
            answer_format=given.get("answer_format"),
            context_tokens=given.get("context_tokens"),
        )

    @property
    def custom_tools(self) -> Mapping[str, CustomTool]:
        """A person's own tools, by name."""
        return {tool["name"]: tool for tool in self.session.get("custom_tools", ())}

    def turn(self, *, resumes: bool = False, images: Sequence[Attachment] = ()) -> TurnOptions:
        """The options of a turn under these settings."""
        return TurnOptions(
            resumes=resumes,
            images=images,
            sampling=self.sampling,
            reasoning_effort=self.reasoning_effort,
            answer_format=self.answer_format,
            context_tokens=self.context_tokens,
        )


def _provider(given: SessionSettings) -> dict[str, Any]:
    """The config of `provider-webllm`."""
    config = {name: value for name, value in given.items() if name in ("mode", "privacy")}
    server: Mapping[str, Any] = given.get("server", {})
    if config.get("mode", "client_side") != "client_side":
        # A key that nothing needs is handed to nobody.
        config |= {own: server[name] for name, own in SERVER_FIELDS.items() if server.get(name)}
    return config
