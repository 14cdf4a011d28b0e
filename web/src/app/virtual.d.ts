declare module "virtual:site-parts" {
  /** `SiteParts`: the immutable folders of this build, relative to the site's root, with a slash at the end. */
  const parts: { python: string; snapshot: string; wheels: string; engines: string; demo: string };
  export default parts;
  /** By which hash of its content the offline store keeps the snapshot of Python; null where the site has none. */
  export const snapshotSha256: string | null;
  /** Sizes of Python's files and wheels, by name. */
  export const pythonFileBytes: Record<string, number>;
}
