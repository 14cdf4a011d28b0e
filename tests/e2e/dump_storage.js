// Everything that the origin keeps, as text: databases, localStorage, sessionStorage, caches' addresses, files.
async () => {
  const found = [];
  const latin = new TextDecoder("latin1");
  const said = value => JSON.stringify(value, (_, each) => {
    if (each instanceof Uint8Array) return latin.decode(each);
    if (each instanceof ArrayBuffer) return latin.decode(each);
    return each;
  }) ?? "";
  const done = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    found.push(name);
    for (const store of database.objectStoreNames) {
      const reading = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([done(reading.getAllKeys()), done(reading.getAll())]);
      for (const each of [...keys, ...values]) {
        found.push(said(each));
        for (const part of Object.values(Object(each))) if (part instanceof Blob) found.push(await part.text());
      }
    }
    database.close();
  }
  for (const kept of [localStorage, sessionStorage]) found.push(said({ ...kept }));
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(url);
  }
  const walk = async folder => {
    for await (const [name, entry] of folder.entries()) {
      found.push(name);
      if (entry.kind === "directory") await walk(entry);
    }
  };
  await walk(await navigator.storage.getDirectory());
  return found.join("\n");
}
