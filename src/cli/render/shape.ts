/** States as shape, word and colour, never colour alone. One table for every screen of the terminal. */
import { styleText } from 'node:util';
import type { Look } from '../../core/event-words.ts';
import type { Outcome } from '../../core/state.ts';

export type { Look } from '../../core/event-words.ts';

interface Shape {
  readonly unicode: string;
  readonly ascii: string;
  readonly color: Parameters<typeof styleText>[0];
}

const SHAPES: Readonly<Record<Look, Shape>> = {
  live: { unicode: '●', ascii: '*', color: 'green' },
  progress: { unicode: '◐', ascii: '~', color: 'blue' },
  waiting: { unicode: '○', ascii: 'o', color: 'yellow' },
  'rolled-back': { unicode: '↩', ascii: '<', color: 'magenta' },
  refused: { unicode: '⊘', ascii: 'x', color: 'red' },
  'needs-you': { unicode: '▲', ascii: '!', color: ['red', 'bold'] },
  locked: { unicode: '▣', ascii: '#', color: 'white' },
  none: { unicode: '–', ascii: '-', color: 'gray' },
};

export interface Style {
  readonly color: boolean;
  readonly unicode: boolean;
}

export function paint(style: Style, color: Shape['color'], text: string): string {
  return style.color ? styleText(color, text, { validateStream: false }) : text;
}

export function shape(style: Style, look: Look): string {
  const { unicode, ascii, color } = SHAPES[look];
  return paint(style, color, style.unicode ? unicode : ascii);
}

export const OUTCOME_LOOKS: Readonly<Record<Outcome, Look>> = {
  committed: 'live',
  'rolled-back': 'rolled-back',
  refused: 'refused',
  stuck: 'needs-you',
  paused: 'waiting',
};

export const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  committed: 'committed',
  'rolled-back': 'rolled back',
  refused: 'refused',
  stuck: 'needs you',
  paused: 'paused',
};

/** What a terminal can show as it is; the rest stands for it in ASCII. */
export function plainText(style: Style, text: string): string {
  if (style.unicode) return text;
  return text.replaceAll('·', '-').replaceAll('→', '->').replaceAll('…', '...').replaceAll('–', '-');
}
