/** What the browser does with files and storage: the edge of the application, that tests give their own of. */
export interface Files {
  /** Saves what lies at a blob: URL under a file name. */
  save(name: string, url: string): void;
  /** A blob: URL of a file or of text. */
  urlOf(content: Blob): string;
  forget(url: string): void;
  /** Rejects where the browser refuses the clipboard. */
  copy(content: string): Promise<void>;
  /** Asks the browser to keep what is stored; resolves with whether it will. */
  keep(): Promise<boolean>;
}

/** How long a saved URL is kept: a browser may start to read it only after the click. */
const SAVING_MS = 60_000;

export function browserFiles(window: Window): Files {
  return {
    save(name, url) {
      const link = window.document.createElement("a");
      link.href = url;
      link.download = name;
      link.click();
      setTimeout(() => {
        URL.revokeObjectURL(url);
      }, SAVING_MS);
    },
    urlOf: (content) => URL.createObjectURL(content),
    forget(url) {
      URL.revokeObjectURL(url);
    },
    copy: (content) => window.navigator.clipboard.writeText(content),
    // Over plain http there is no such thing.
    keep: async () => (window.isSecureContext ? window.navigator.storage.persist() : false),
  };
}
