/** Every prompt of a batch: its state, its answer or its error, its tokens. */
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { type Batch, itemOf, promptState } from "../../batch/record";
import { count } from "../../format";
import { text } from "../../text";

const words = text.batch.batch;

export function PromptList({ batch }: { batch: Batch }): JSX.Element {
  const title = useId();
  return (
    <section class="study-section" aria-labelledby={title}>
      <h4 id={title}>{words.prompts}</h4>
      <ol class="prompts" data-testid="prompts">
        {batch.prompts.map((prompt, index) => (
          <Prompt key={index} batch={batch} index={index} prompt={prompt} />
        ))}
      </ol>
    </section>
  );
}

function Prompt({ batch, index, prompt }: { batch: Batch; index: number; prompt: string }): JSX.Element {
  const state = promptState(batch, index);
  const item = itemOf(batch, index);
  return (
    <li class="prompt" data-testid="prompt" data-state={state}>
      <p class="prompt-text">{prompt}</p>
      <p class="prompt-facts">
        <span class="prompt-state">{words.states[state]}</span>
        {item?.usage != null && <span>{words.tokens(count(item.usage.completion_tokens))}</span>}
        {item?.reason === "length" && <span>{words.cut}</span>}
      </p>
      {item !== undefined && item.text !== "" && <p class="prompt-answer">{item.text}</p>}
      {item !== undefined && item.error !== null && (
        <p class="prompt-error">
          {text.errors.titles[item.error.code]}. {item.error.message}
        </p>
      )}
    </li>
  );
}
