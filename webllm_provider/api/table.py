"""Every endpoint of the API: what stands in the routes and in the OpenAPI document."""

from __future__ import annotations

from .answering import Answering
from .catalogue import Models
from .chat import Chat
from .endpoints import Endpoint
from .openai_answers import ChatCompletion, EmbeddingList, ModelCard, ModelList, TextCompletion
from .openai_models import ChatCompletionRequest, CompletionRequest, EmbeddingRequest
from .service import Service
from .sessions import PATH, SessionAnswer, SessionEnded, SessionRequest, Sessions
from .texts import Texts
from .webllm import WebLLM
from .webllm_models import (
    BatchAnswer,
    BatchRequest,
    ClearAnswer,
    Health,
    HistoryAnswer,
    HistoryQuery,
    InferAnswer,
    InferRequest,
    MetricsAnswer,
    ModelConfigAnswer,
    ModelConfigRequest,
    ModelFacts,
    ModelListing,
    ModelQuery,
    ModelsQuery,
    StatusAnswer,
)

ANSWERS = (404, 409, 429, 502, 503, 504)


def core(answering: Answering) -> list[Endpoint]:
    """The OpenAI-compatible endpoints."""
    chat, texts, models = Chat(answering), Texts(answering), Models(answering.engines)
    named = {"model": "The id of a model."}
    return [
        Endpoint(
            "GET",
            "/v1/models",
            "listModels",
            "Models that can answer now.",
            models.all,
            ModelList,
            openai=True,
        ),
        Endpoint(
            "GET",
            "/v1/models/{model:path}",
            "getModel",
            "One of them.",
            models.one,
            ModelCard,
            openai=True,
            errors=(404,),
            path_parameters=named,
        ),
        Endpoint(
            "POST",
            "/v1/chat/completions",
            "createChatCompletion",
            "Answer a conversation.",
            chat,
            ChatCompletion,
            ChatCompletionRequest,
            openai=True,
            errors=ANSWERS,
            events=True,
        ),
        Endpoint(
            "POST",
            "/v1/completions",
            "createCompletion",
            "Go on with a text.",
            texts.complete,
            TextCompletion,
            CompletionRequest,
            openai=True,
            errors=ANSWERS,
            events=True,
        ),
        Endpoint(
            "POST",
            "/v1/embeddings",
            "createEmbedding",
            "Vectors of texts.",
            texts.embed,
            EmbeddingList,
            EmbeddingRequest,
            openai=True,
            errors=ANSWERS,
        ),
    ]


def adapters(answering: Answering) -> list[Endpoint]:
    """The endpoints of /webllm/api."""
    at = "/webllm/api"
    web = WebLLM(answering)
    service = Service(answering, web.configured)
    named = {"model_id": "The id of a model."}
    return [
        Endpoint("GET", f"{at}/health", "getHealth", "Whether anybody can answer.", service.health, Health),
        Endpoint(
            "GET",
            f"{at}/models",
            "listCatalogue",
            "The catalogue.",
            service.models,
            ModelListing,
            query=ModelsQuery,
        ),
        Endpoint(
            "GET",
            f"{at}/models/info",
            "getModelByQuery",
            "One model.",
            service.info,
            ModelFacts,
            query=ModelQuery,
            errors=(404,),
        ),
        Endpoint(
            "GET",
            f"{at}/models/{{model_id:path}}/info",
            "getModelByPath",
            "One model.",
            service.info,
            ModelFacts,
            errors=(404,),
            path_parameters=named,
        ),
        Endpoint(
            "POST",
            f"{at}/infer",
            "infer",
            "Answer one prompt.",
            web.infer,
            InferAnswer,
            InferRequest,
            errors=ANSWERS,
        ),
        Endpoint(
            "POST",
            f"{at}/infer/batch",
            "inferBatch",
            "Answer up to 100 prompts.",
            web.batch,
            BatchAnswer,
            BatchRequest,
            errors=ANSWERS,
        ),
        Endpoint(
            "POST",
            f"{at}/config/models",
            "configureModel",
            "Set a model's defaults.",
            web.configure,
            ModelConfigAnswer,
            ModelConfigRequest,
        ),
        Endpoint(
            "GET", f"{at}/metrics", "getMetrics", "Sums over all inferences.", web.metrics, MetricsAnswer
        ),
        Endpoint(
            "GET",
            f"{at}/history",
            "getHistory",
            "The last inferences, newest first.",
            web.history,
            HistoryAnswer,
            query=HistoryQuery,
        ),
        Endpoint("GET", f"{at}/status", "getStatus", "The service as a whole.", service.status, StatusAnswer),
        Endpoint("POST", f"{at}/clear", "clear", "Forget history and metrics.", web.clear, ClearAnswer),
    ]


def of_session(sessions: Sessions) -> list[Endpoint]:
    """The endpoints of sessions; they always ask for a token."""
    named = {"session": "The id of a session."}
    return [
        Endpoint(
            "POST",
            PATH,
            "createSession",
            "Make a session.",
            sessions.create,
            SessionAnswer,
            SessionRequest,
            secured=True,
        ),
        Endpoint(
            "GET",
            f"{PATH}/{{session}}",
            "getSession",
            "How it stands, with a new ticket for its socket.",
            sessions.show,
            SessionAnswer,
            errors=(404,),
            path_parameters=named,
            secured=True,
        ),
        Endpoint(
            "DELETE",
            f"{PATH}/{{session}}",
            "deleteSession",
            "End it.",
            sessions.remove,
            SessionEnded,
            errors=(404,),
            path_parameters=named,
            secured=True,
        ),
    ]
