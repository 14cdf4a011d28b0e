"""The requests and answers of /webllm/api (pure)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .endpoints import Query
from .problem_tables import ApiCode
from .settings import Mode

Prompt = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    # `model_id` is a field of this API, not of pydantic's.
    model_config = ConfigDict(strict=True, protected_namespaces=(), hide_input_in_errors=True)


class Sampling(Strict):
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1, le=1_000_000)
    top_p: float | None = Field(default=None, ge=0, le=1)
    top_k: int | None = Field(default=None, ge=0, le=1_000_000)


class Options(Sampling):
    model_id: str | None = None
    mode: Mode | None = None


class InferRequest(Options):
    prompt: Prompt


class BatchRequest(Options):
    prompts: list[Prompt] = Field(min_length=1, max_length=100)


class ModelConfigRequest(Sampling):
    model_type: str = Field(
        min_length=1, max_length=200, description='A model id, or "default" for all others.'
    )
    repeat_penalty: float | None = Field(default=None, gt=0, le=10)


class ModelsQuery(Query):
    recommended: bool | None = None


class ModelQuery(Query):
    model_id: str


class HistoryQuery(Query):
    limit: int = Field(default=10, ge=1, le=100)


# ---- answers -------------------------------------------------------------------------------------


class Answer(BaseModel):
    model_config = ConfigDict(protected_namespaces=())


class Health(Answer):
    status: Literal["healthy", "degraded"]
    service: Literal["webllm"]
    timestamp: str
    models_loaded: int


class ListedModel(Answer):
    model_id: str
    size_gb: float | None
    vram_required_gb: float | None
    recommended: bool
    loaded: bool


class ModelListing(Answer):
    models: list[ListedModel]
    default_model: str | None
    count: int


class ModelFacts(ListedModel):
    name: str
    context_window: int | None
    quantization: str | None
    required_features: list[str]
    devices: list[str]


class InferAnswer(Answer):
    request_id: str
    text: str
    tokens_generated: int
    inference_time_ms: float
    mode: str
    model_id: str
    timestamp: str


class BatchError(Answer):
    error: str
    code: ApiCode


class BatchResult(Answer):
    index: int
    success: bool
    answer: InferAnswer | None = None
    failure: BatchError | None = None


class BatchAnswer(Answer):
    results: list[BatchResult]
    total_prompts: int
    successful: int
    total_time_ms: float
    total_tokens: int


class ModelConfigAnswer(Answer):
    status: Literal["ok"]
    model_type: str
    config: dict[str, Any]
    notes: list[str] = Field(description="What of it has no effect, and why.")


class Metrics(Answer):
    total_inferences: int
    total_tokens: int
    total_time_ms: float
    average_inference_time: float
    client_side_count: int
    server_side_count: int


class MetricsAnswer(Answer):
    timestamp: str
    metrics: Metrics
    inference_history_count: int


class HistoryEntry(Answer):
    request_id: str
    timestamp: str
    model_id: str | None
    mode: str
    tokens_generated: int
    inference_time_ms: float
    success: bool
    code: str | None


class HistoryAnswer(Answer):
    history: list[HistoryEntry]
    count: int


class StatusAnswer(Answer):
    status: Literal["ready", "waiting"]
    service: Literal["webllm"]
    timestamp: str
    models_configured: int
    models_loaded: int
    engines_ready: int
    requests_waiting: int
    total_inferences: int
    average_inference_time_ms: float


class ClearAnswer(Answer):
    status: Literal["ok"]
    cleared: int
