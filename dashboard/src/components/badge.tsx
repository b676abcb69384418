/** A state as shape, word and colour. */
import type { State } from '../states.ts';
import styles from './badge.module.css';
import { Shape } from './shape.tsx';

interface BadgeProps {
  readonly state: State;
  /** On a ground of its colour: for the one state that a page is about. */
  readonly strong?: boolean;
  readonly title?: string;
}

export function Badge({ state, strong = false, title }: BadgeProps) {
  return (
    <span className={styles['badge']} data-tone={state.tone} data-strong={strong} title={title}>
      <Shape name={state.shape} tone={state.tone} />
      {state.word}
    </span>
  );
}
