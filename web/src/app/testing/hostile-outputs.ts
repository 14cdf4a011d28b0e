/**
 * What a hostile model, or a hostile page that it read from, may write into an answer; and names that a hostile file
 * may have. JSON, because the tests in a browser render them too.
 */
import corpus from "./hostile-outputs.json" with { type: "json" };

export const HOSTILE_OUTPUTS: readonly (readonly [name: string, markdown: string])[] = corpus.outputs.map(
  ([name = "", markdown = ""]) => [name, markdown],
);

export const HOSTILE_FILE_NAMES: readonly string[] = corpus.file_names;
