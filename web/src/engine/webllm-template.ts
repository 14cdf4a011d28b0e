import type { BodyMessage } from "../protocol/wire";

/** A model's `conv_template`, as far as a prompt of text is made from it. */
export interface ConversationTemplate {
  system_template?: string;
  system_message?: string;
  system_prefix_token_ids?: number[] | null;
  render_empty_system_message?: boolean;
  add_role_after_system_message?: boolean;
  roles?: Record<string, string>;
  role_templates?: Record<string, string>;
  role_content_sep?: string;
  role_empty_sep?: string;
  seps?: string[];
}

/**
 * Whether a conversation can be written out as one text. Templates that begin with tokens of their own cannot: what
 * text stands for those is the tokenizer's secret.
 */
export function isWritable(template: ConversationTemplate | undefined): template is ConversationTemplate {
  return (
    template !== undefined &&
    (template.system_prefix_token_ids ?? []).length === 0 &&
    (template.seps ?? []).length > 0 &&
    template.roles?.user !== undefined &&
    template.roles.assistant !== undefined
  );
}

/**
 * The prompt that WebLLM makes of a conversation, up to the begin of the answer, as one text (pure). WebLLM cannot go
 * on with an answer of a chat, but with a text it can; so that both see the same tokens this follows its template
 * word for word.
 */
export function writtenOut(
  messages: readonly BodyMessage[],
  template: ConversationTemplate,
  enableThinking: boolean | undefined,
): string {
  const [first, ...others] = messages;
  const own = first?.role === "system" ? textOf(first) : (template.system_message ?? "");
  const turns = first?.role === "system" ? others : messages;
  const system =
    own === "" && template.render_empty_system_message === false
      ? ""
      : (template.system_template ?? "{system_message}").replace("{system_message}", () => own);
  const written = turns.map((message, index) => {
    const bare = template.add_role_after_system_message === false && system !== "" && index === 0;
    const role = bare ? "" : nameOf(message.role, template) + (template.role_content_sep ?? ": ");
    const { seps = [""] } = template;
    return role + inTemplate(message, template) + (seps[index % seps.length] ?? "");
  });
  return system + written.join("") + nameOf("assistant", template) + begin(template, enableThinking);
}

/** What stands between the name of the role and the answer; a model that is not to think sees that it has. */
const begin = (template: ConversationTemplate, enableThinking: boolean | undefined): string =>
  enableThinking === false
    ? `${template.role_content_sep ?? ": "}<think>\n\n</think>\n\n`
    : (template.role_empty_sep ?? ": ");

const nameOf = (role: string, { roles = {} }: ConversationTemplate): string => roles[role] ?? role;

function inTemplate(message: BodyMessage, { role_templates: templates }: ConversationTemplate): string {
  const template = templates?.[message.role];
  const text = textOf(message);
  if (template === undefined) return text;
  return template.replace(`{${message.role}_message}`, () => text).replace("{function_string}", "");
}

const textOf = ({ content }: BodyMessage): string =>
  typeof content === "string"
    ? content
    : content.map((part) => (part.type === "text" ? part.text : "")).join("");
