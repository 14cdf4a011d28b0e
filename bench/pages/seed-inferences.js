// Writes inferences of one year as the application keeps them, with their sums of hours and days.
async ({ count }) => {
  const database = await profileDatabase();
  const written = (writing) =>
    new Promise((resolve, reject) => {
      writing.oncomplete = resolve;
      writing.onabort = () => reject(writing.error);
    });
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const width = Math.log(1.05);
  const start = (level, at) =>
    level === "day" ? new Date(at).setHours(0, 0, 0, 0) : new Date(at).setMinutes(0, 0, 0);
  const joined = (one, value, spread) => {
    const whole = Math.round(value * 1000);
    const bin = whole > 0 ? String(Math.floor(Math.log(whole) / width)) : "none";
    if (one === undefined)
      return { count: 1, total: whole, least: whole, greatest: whole, ...(spread ? { bins: { [bin]: 1 } } : {}) };
    one.count += 1;
    one.total += whole;
    one.least = Math.min(one.least, whole);
    one.greatest = Math.max(one.greatest, whole);
    if (spread) one.bins[bin] = (one.bins[bin] ?? 0) + 1;
    return one;
  };
  const groups = [
    { model: "webllm-demo-1-q0f32", mode: "client_side", engine: "wllama", speed: 90 },
    { model: "Llama-3.2-1B-Instruct-q4f32_1-MLC", mode: "client_side", engine: "webllm", speed: 45 },
    { model: "gpt-oss-20b", mode: "hybrid", engine: "server", speed: 140 },
  ];
  const sums = new Map();
  const now = Date.now();
  const between = (365 * 86_400_000) / Math.max(count, 1_000);
  for (let from = 0; from < count; from += 2_000) {
    const writing = database.transaction("inferences", "readwrite");
    for (let number = from; number < Math.min(from + 2_000, count); number += 1) {
      const at = Math.round(now - number * between);
      const { speed, ...group } = groups[Math.floor(random() ** 2 * groups.length)];
      const prompt_tokens = 40 + Math.floor(900 * random());
      const measured = {
        prompt_tokens,
        completion_tokens: 5 + Math.floor(200 * random()),
        reused_tokens: Math.floor(prompt_tokens * random()),
        time_to_first_token_ms: 80 + 900 * random() ** 3,
        duration_ms: 400 + 4_000 * random(),
        wait_ms: 3 * random(),
        prefill_tokens_per_s: speed * (8 + 2 * random()),
        decode_tokens_per_s: speed * (0.85 + 0.3 * random()),
        ...(number % 50 === 0 ? { load_ms: 900 + 5_000 * random() } : {}),
        memory_mb: speed * 9,
      };
      const outcome = random() < 0.97 ? "done" : "failed";
      const id = `seed ${number}`;
      const details = { kind: "answer", ...group, outcome, code: null, priority: "chat", measured };
      const body = { model: group.model, details };
      writing.objectStore("inferences").put({ age: -at, id, revision: 1, model: [group.model, -at, id], body });
      for (const level of ["hour", "day"]) {
        const began = start(level, at);
        const key = JSON.stringify([group.model, group.mode, group.engine]);
        const place = `${level} ${began} ${key}`;
        const sum = sums.get(place) ?? { level, age: -began, id: key, revision: 1, body: { ...group, counts: {}, measures: {} } };
        sums.set(place, sum);
        const { counts, measures } = sum.body;
        counts[`answer:${outcome}`] = (counts[`answer:${outcome}`] ?? 0) + 1;
        for (const [measure, value] of Object.entries(measured)) {
          measures[measure] = joined(measures[measure], value, measure === "time_to_first_token_ms");
        }
      }
    }
    await written(writing);
  }
  const writing = database.transaction("sums", "readwrite");
  for (const sum of sums.values()) writing.objectStore("sums").put(sum);
  await written(writing);
  database.close();
}
