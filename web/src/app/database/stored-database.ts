import { type ChangeChannel, Changes } from "./changes";
import { PLAIN, type RecordCodec } from "./codec";
import type { AppDatabase, Blobs, Drafts } from "./database";
import { StoredDocuments } from "./documents";
import { exactly } from "./keys";
import type { Draft } from "./records";
import type { Rows } from "./rows";
import { StoredInferences } from "./stored-inferences";
import { StoredConversations } from "./stored-conversations";

/** The application's database over rows, wherever they lie. */
export function storedDatabase(
  rows: Rows,
  { codec = PLAIN, channel = null }: { codec?: RecordCodec; channel?: ChangeChannel | null } = {},
): AppDatabase {
  const changes = new Changes(channel);
  const conversations = new StoredConversations(rows, codec, changes);
  return {
    lasting: rows.lasting,
    sealed: codec !== PLAIN,
    conversations,
    turns: conversations,
    drafts: storedDrafts(rows, codec, changes),
    templates: new StoredDocuments("templates", rows, codec, changes),
    tools: new StoredDocuments("tools", rows, codec, changes),
    settings: new StoredDocuments("settings", rows, codec, changes),
    blobs: storedBlobs(rows, codec),
    decks: new StoredDocuments("decks", rows, codec, changes),
    batches: new StoredDocuments("batches", rows, codec, changes),
    inferences: new StoredInferences(rows, codec, changes),
    changes,
    raw: { rows, codec },
    close: () => {
      changes.close();
      rows.close();
    },
  };
}

function storedDrafts(rows: Rows, codec: RecordCodec, changes: Changes): Drafts {
  const read = async (body: unknown): Promise<Draft> => (await codec.decode(body)) as Draft;
  return {
    get: async (conversation) => {
      const row = await rows.get("drafts", conversation);
      return row === undefined ? null : read(row.body);
    },
    all: async () => {
      const found = await rows.list("drafts", { range: { from: "", to: [] } });
      const drafts = await Promise.all(found.map(({ body }) => read(body)));
      return drafts.sort((one, other) => other.changedAt - one.changedAt);
    },
    set: async (draft) => {
      const { conversation, text, details } = draft;
      const empty = text === "" && Object.keys(details).length === 0;
      await rows.commit([
        empty
          ? { kind: "remove", store: "drafts", query: { range: exactly(conversation) } }
          : { kind: "put", store: "drafts", row: { conversation, body: await codec.encode(draft) } },
      ]);
      changes.tell({ kind: "draft", id: conversation });
    },
  };
}

function storedBlobs(rows: Rows, codec: RecordCodec): Blobs {
  return {
    get: async (id) => {
      const row = await rows.get("blobs", id);
      return row === undefined ? null : ((await codec.decode(row.body)) as Blob);
    },
    put: async (id, conversation, blob) => {
      const body = await codec.encode(blob);
      await rows.commit([{ kind: "put", store: "blobs", row: { id, conversation, body } }]);
    },
  };
}
