/** Copies a text and says so. */
import { type ReactNode, useEffect, useState } from 'react';
import { announce } from './announcer.ts';
import styles from './copy.module.css';

interface CopyProps {
  readonly text: string;
  /** What it is, for those who cannot see it: `release id`. */
  readonly what: string;
  readonly children: ReactNode;
}

export function Copy({ text, what, children }: CopyProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    const done = await write(text);
    setCopied(done);
    announce(done ? `Copied the ${what}` : `The browser did not let the ${what} be copied`);
  };
  return (
    <button
      type="button"
      className={styles['copy']}
      data-copied={copied}
      title={copied ? 'Copied' : `Copy the ${what}: ${text}`}
      onClick={() => void copy()}
    >
      {children}
      <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {copied ? <path d="m3.5 8.5 3 3 6-7" /> : <path d="M6 5.5h6.5V14H6zM4 10.5H3.5V2H10v.75" />}
      </svg>
      <span className="unseen">{`, copy the ${what}`}</span>
    </button>
  );
}

/** False where the browser refuses: without TLS on another address than loopback there is no clipboard. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
