/** Where models come from: the repositories of the catalogue, and the hosts that they redirect to. */
export const MODEL_HOSTS: readonly string[] = [
  "https://huggingface.co",
  "https://*.huggingface.co",
  "https://*.hf.co",
  "https://raw.githubusercontent.com",
];

/** Whether the policy of the engine's document lets a model come from this address. */
export function mayDownloadFrom(url: URL, site: string): boolean {
  if (url.protocol === "blob:" || url.origin === site) return true;
  return MODEL_HOSTS.some((host) => {
    const wildcard = host.split("//*.")[1];
    if (wildcard === undefined) return url.origin === host;
    return url.protocol === "https:" && url.port === "" && url.hostname.endsWith(`.${wildcard}`);
  });
}
