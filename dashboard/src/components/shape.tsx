/** The shape of a state. Drawn, so that it looks the same with every font; the word beside it is what is read aloud. */
import type { ReactNode } from 'react';
import type { ShapeName, Tone } from '../states.ts';
import styles from './shape.module.css';

const DRAWINGS: Readonly<Record<ShapeName, ReactNode>> = {
  circle: <circle cx="8" cy="8" r="5" fill="currentColor" />,
  half: (
    <>
      <circle cx="8" cy="8" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M8 3.5a4.5 4.5 0 0 0 0 9z" fill="currentColor" />
    </>
  ),
  ring: <circle cx="8" cy="8" r="4" fill="none" stroke="currentColor" strokeWidth="2" />,
  arrow: (
    <path
      d="M6 3.5 2.75 6.75 6 10M3 6.75h6.25a3 3 0 0 1 0 6H6.5"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
  bar: (
    <path
      d="M8 3.25a4.75 4.75 0 1 0 0 9.5 4.75 4.75 0 0 0 0-9.5M4.8 11.2l6.4-6.4"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
    />
  ),
  triangle: <path d="M8 2.5 14.25 13.5H1.75z" fill="currentColor" strokeLinejoin="round" />,
  lock: (
    <path
      d="M4 7.25h8v6H4zM5.5 7V5.25a2.5 2.5 0 0 1 5 0V7"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinejoin="round"
    />
  ),
  dash: <path d="M4 8h8" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
};

export function Shape({ name, tone }: { readonly name: ShapeName; readonly tone: Tone }) {
  return (
    <svg className={styles['shape']} data-tone={tone} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {DRAWINGS[name]}
    </svg>
  );
}
