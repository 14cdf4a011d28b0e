// Writes one conversation of many messages as the application keeps it, each answer with some Markdown.
async ({ messages, id }) => {
  const database = await profileDatabase();
  const count = messages / 2;
  const began = Date.now() - count * 60000;
  const writing = database.transaction(["conversations", "turns"], "readwrite");
  for (let place = 0; place < count; place += 1) {
    const askedAt = began + place * 60000;
    const question = `What comes ${place} steps behind the first one, and why does it come there?`;
    const answer =
      `It is the step of number **${place}**. It follows from what was said before:\n\n- first this,\n` +
      "- then that, as `step()` has it,\n- and at last the rest of it, in one more sentence that says so.\n\n" +
      "Whoever goes on from here finds the next one by the same rule, without having to begin anew.";
    const turn = {
      kind: "turn",
      id: `t${place}`,
      parent: place === 0 ? null : `t${place - 1}`,
      question,
      attachments: [],
      askedAt,
      endedAt: askedAt + 5000,
      state: { kind: "done" },
      parts: [{ kind: "text", key: "k", text: answer, open: false }],
      figures: null,
      messages: [
        { role: "user", content: question },
        { role: "assistant", content: answer },
      ],
    };
    writing.objectStore("turns").put({
      age: -askedAt,
      conversation: id,
      id: turn.id,
      revision: 1,
      words: ["step", `n${place}`],
      body: { turn, excerpt: `${question}\n${answer}` },
    });
  }
  const changedAt = Date.now();
  writing.objectStore("conversations").put({
    id,
    revision: 1,
    places: [["", 1, -changedAt, id]],
    words: ["steps"],
    body: {
      title: "Steps",
      named: true,
      createdAt: began,
      changedAt,
      pinned: false,
      folder: null,
      tags: [],
      leaf: `t${count - 1}`,
      details: { frame: { notices: [], instruction: null } },
    },
  });
  await new Promise((resolve, reject) => {
    writing.oncomplete = resolve;
    writing.onabort = () => reject(writing.error);
  });
  database.close();
}
