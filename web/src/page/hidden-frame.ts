/** A document of the site that does one thing beneath this page, out of sight, and is gone afterwards. */

export interface HiddenFrame {
  /** What the document says, as it came. */
  port: MessagePort;
  /** Takes the document away, and every frame and worker beneath it. */
  close(): void;
}

/** Opens a document of this origin and hands it a message with a port. Throws where it cannot be loaded, or `signal` aborts. */
export async function openHiddenFrame(
  address: URL,
  message: unknown,
  transfer: Transferable[],
  signal: AbortSignal,
): Promise<HiddenFrame> {
  signal.throwIfAborted();
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = "";
  frame.setAttribute("aria-hidden", "true");
  frame.src = address.href;
  const { port1, port2 } = new MessageChannel();
  const close = (): void => {
    port1.close();
    frame.remove();
  };
  try {
    await loaded(frame, signal);
    const inside = frame.contentWindow;
    if (inside === null) throw new Error(`${address.pathname} could not be opened.`);
    inside.postMessage(message, address.origin, [port2, ...transfer]);
    return { port: port1, close };
  } catch (error) {
    close();
    throw error;
  }
}

function loaded(frame: HTMLIFrameElement, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    frame.addEventListener(
      "load",
      () => {
        resolve();
      },
      { once: true },
    );
    signal.addEventListener(
      "abort",
      () => {
        reject(signal.reason as Error);
      },
      { once: true },
    );
    document.body.append(frame);
  });
}
