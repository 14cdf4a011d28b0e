/** The files and images of a question, by name. */
import type { JSX } from "preact";
import type { Attached } from "../../stores/turn";
import { text } from "../../text";
import { Close, File, Picture } from "../icons";

interface AttachmentsProps {
  attachments: readonly Attached[];
  /** Where they can still be taken away. */
  onDetach?: (id: string) => void;
}

export function Attachments({ attachments, onDetach }: AttachmentsProps): JSX.Element | null {
  if (attachments.length === 0) return null;
  return (
    <ul class="attachments" aria-label={text.composer.attached} data-testid="attachments">
      {attachments.map((attached) => (
        <li key={attached.id} class="attachment" data-testid="attachment">
          {attached.kind === "image" ? <Preview image={attached} /> : <File />}
          <span class="attachment-name">{attached.name}</span>
          {onDetach !== undefined && (
            <button
              type="button"
              class="small-icon"
              data-testid="detach"
              aria-label={text.composer.detach(attached.name)}
              title={text.composer.detach(attached.name)}
              onClick={() => {
                onDetach(attached.id);
              }}
            >
              <Close />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

const RASTER = /^image\/(?:png|jpeg|webp)$/;

function Preview({ image }: { image: Extract<Attached, { kind: "image" }> }): JSX.Element {
  if (!RASTER.test(image.media_type)) return <Picture />;
  const source = `data:${image.media_type};base64,${image.data}`;
  return <img class="attachment-image" src={source} alt={text.conversation.attachedImage(image.name)} />;
}
