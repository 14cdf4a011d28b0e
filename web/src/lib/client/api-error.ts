/** A request that the API has refused, with what its problem details say. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    message: string,
    readonly facts: {
      /** Null where no HTTP answer carried it. */
      status: number | null;
      /** Of the API: `VALIDATION_ERROR`, `NO_ENGINE`, ... */
      code: string;
      hint: string | null;
    },
  ) {
    super(message);
  }
}

interface ProblemBody {
  detail?: string;
  code?: string;
  hint?: string;
}

/** The JSON of a response. Rejects with an `ApiError` where it is none of success. */
export async function answerOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  const { detail, code, hint } = problemOf(text);
  throw new ApiError(detail ?? `The API has answered ${String(response.status)}.`, {
    status: response.status,
    code: code ?? "SERVER_ERROR",
    hint: hint ?? null,
  });
}

/** What stands between a client and the API may answer with anything. */
function problemOf(text: string): ProblemBody {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
