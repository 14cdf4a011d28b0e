"""The requests of /v1: OpenAI's shapes, as far as an engine in a browser can mean them (pure)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

NAME = r"^[a-zA-Z0-9_-]{1,64}$"


class Request(BaseModel):
    """A request. Fields that mean nothing here are allowed, and named in the answer's `webllm.ignored`."""

    model_config = ConfigDict(extra="allow", strict=True, hide_input_in_errors=True)


class Part(BaseModel):
    """A part of something."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)


class TextContent(Part):
    type: Literal["text"]
    text: str


class ImageAddress(Part):
    url: str = Field(pattern=r"^data:")
    detail: str | None = None


class ImageContent(Part):
    type: Literal["image_url"]
    image_url: ImageAddress


class FunctionCall(Part):
    name: str = Field(min_length=1)
    arguments: str = Field(description="A JSON object, as text.")


class ToolCallPart(Part):
    id: str
    type: Literal["function"] = "function"
    function: FunctionCall


class SystemMessage(Part):
    role: Literal["system", "developer"]
    content: str | list[TextContent]
    name: str | None = None


class UserMessage(Part):
    role: Literal["user"]
    content: str | list[Annotated[TextContent | ImageContent, Field(discriminator="type")]]
    name: str | None = None


class AssistantMessage(Part):
    role: Literal["assistant"]
    content: str | list[TextContent] | None = None
    tool_calls: list[ToolCallPart] | None = None
    name: str | None = None


class ToolMessage(Part):
    role: Literal["tool"]
    content: str | list[TextContent]
    tool_call_id: str


ChatMessage = Annotated[
    SystemMessage | UserMessage | AssistantMessage | ToolMessage, Field(discriminator="role")
]


class FunctionDefinition(Part):
    name: str = Field(pattern=NAME)
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class Tool(Part):
    type: Literal["function"]
    function: FunctionDefinition


class NamedFunction(Part):
    name: str


class NamedTool(Part):
    type: Literal["function"]
    function: NamedFunction


class TextFormat(Part):
    type: Literal["text"]


class JsonFormat(Part):
    type: Literal["json_object"]


class NamedSchema(Part):
    name: str = Field(pattern=NAME)
    description: str | None = None
    json_schema: dict[str, Any] | None = Field(default=None, alias="schema")
    strict: bool | None = None


class SchemaFormat(Part):
    type: Literal["json_schema"]
    json_schema: NamedSchema


class StreamOptions(Part):
    include_usage: bool = False


Stop = (
    Annotated[str, Field(min_length=1)]
    | Annotated[list[Annotated[str, Field(min_length=1)]], Field(max_length=16)]
)
Seed = Annotated[int, Field(ge=-(2**53), le=2**53)]
Tokens = Annotated[int, Field(ge=1, le=1_000_000)]


class ChatCompletionRequest(Request):
    messages: list[ChatMessage] = Field(min_length=1)
    model: str | None = Field(default=None, description="None takes the default model, or what is loaded.")
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=0, le=1_000_000)
    max_tokens: Tokens | None = None
    max_completion_tokens: Tokens | None = None
    stop: Stop | None = None
    seed: Seed | None = None
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    n: Literal[1] | None = None
    tools: list[Tool] | None = None
    tool_choice: Literal["none", "auto", "required"] | NamedTool | None = None
    parallel_tool_calls: bool | None = None
    response_format: Annotated[TextFormat | JsonFormat | SchemaFormat, Field(discriminator="type")] | None = (
        None
    )
    reasoning_effort: str | None = None


class CompletionRequest(Request):
    prompt: str | Annotated[list[str], Field(min_length=1, max_length=16)]
    model: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    max_tokens: Tokens | None = None
    stop: Stop | None = None
    seed: Seed | None = None
    n: Literal[1] | None = None
    echo: Literal[False] | None = None
    suffix: None = None


class EmbeddingRequest(Request):
    input: (
        Annotated[str, Field(min_length=1)]
        | Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1, max_length=256)]
    )
    model: str | None = None
    encoding_format: Literal["float", "base64"] | None = None
