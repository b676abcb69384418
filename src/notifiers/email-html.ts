/** The HTML of a mail: one column, styles inline as mail programs want them, and hues that hold on light and on dark. */
import type { Message } from './notifier.ts';
import { type Fact, hueOf, type Words } from './wording.ts';

/** Programs that know dark mode take these; the others keep the light colours, which stand inline. */
const DARK = `@media (prefers-color-scheme: dark) {
  .ground { background: #0d1117 !important; }
  .card { background: #161b22 !important; border-left-color: #30363d !important; border-right-color: #30363d !important; border-bottom-color: #30363d !important; }
  .ink, .ink a { color: #e6edf3 !important; }
  .dim { color: #9198a1 !important; }
  .code { background: #21262d !important; color: #e6edf3 !important; }
}`;

const FONT = "font-family: -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif;";
const MONO = "font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: 13px;";

export function emailHtml(message: Message, words: Words): string {
  const hue = `#${hueOf(message).toString(16).padStart(6, '0')}`;
  const headline = escape(`${words.shape} ${words.headline}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${headline}</title>
<style>${DARK}</style>
</head>
<body class="ground" style="margin: 0; padding: 0; background: #f6f8fa;">
<div style="display: none; max-height: 0; overflow: hidden;">${escape(words.text)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="ground" style="background: #f6f8fa;"><tr><td align="center" style="padding: 24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="card" style="table-layout: fixed; max-width: 600px; background: #ffffff; border: 1px solid #d1d9e0; border-top: 4px solid ${hue}; border-radius: 6px; ${FONT}">
<tr><td class="ink" style="padding: 20px 24px 4px; color: #1f2328; font-size: 18px; line-height: 1.35; font-weight: 600; overflow-wrap: anywhere;">${headline}</td></tr>
<tr><td class="ink" style="padding: 4px 24px 12px; color: #1f2328; font-size: 14px; line-height: 1.5; overflow-wrap: anywhere;">${escape(words.text)}</td></tr>
<tr><td style="padding: 0 24px 16px;"><table role="presentation" width="100%" cellpadding="0" cellspacing="0">
${words.facts.map(row).join('\n')}
</table></td></tr>
${words.link ? button(words.link) : ''}<tr><td class="dim" style="padding: 12px 24px 16px; color: #59636e; font-size: 12px; line-height: 1.5;">${escape(message.at)} · ${escape(message.id)} · sent by belay</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

function row({ label, value, href, verbatim }: Fact): string {
  const shown = verbatim
    ? `<span class="code" style="${MONO} background: #f0f2f5; color: #1f2328; padding: 2px 6px; border-radius: 4px;">${escape(value)}</span>`
    : href
      ? `<a href="${escape(href)}" style="color: #0969da; text-decoration: underline;">${escape(value)}</a>`
      : escape(value);
  return `<tr><td class="dim" valign="top" width="88" style="padding: 4px 12px 4px 0; color: #59636e; font-size: 13px; line-height: 1.5; white-space: nowrap;">${escape(label)}</td><td class="ink" valign="top" style="padding: 4px 0; color: #1f2328; font-size: 14px; line-height: 1.5; overflow-wrap: anywhere;">${shown}</td></tr>`;
}

const button = (link: string): string =>
  `<tr><td style="padding: 0 24px 12px;"><a href="${escape(link)}" style="display: inline-block; background: #0969da; color: #ffffff; font-size: 14px; line-height: 1; padding: 10px 16px; border-radius: 6px; text-decoration: none;">Open in the dashboard</a></td></tr>\n`;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
