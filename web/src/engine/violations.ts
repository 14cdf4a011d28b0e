/** What the content security policy has forbidden in this worker since a moment. */
export interface Violations {
  /** The first one; null when there is none. Waits a turn: the event comes after the failure that it explains. */
  first(): Promise<SecurityPolicyViolationEvent | null>;
  stop(): void;
}

export function watchViolations(scope: EventTarget = self): Violations {
  let seen: SecurityPolicyViolationEvent | null = null;
  const watching = new AbortController();
  scope.addEventListener(
    "securitypolicyviolation",
    (event) => {
      seen ??= event as SecurityPolicyViolationEvent;
    },
    { signal: watching.signal },
  );
  return {
    first: async () => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      return seen;
    },
    stop: () => {
      watching.abort();
    },
  };
}
