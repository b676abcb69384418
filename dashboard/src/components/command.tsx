/** What comes next: commands in it are copyable, the words around them stay words. */
import styles from './command.module.css';
import { Copy } from './copy.tsx';

const COMMAND = /(\bbelay [a-z][^;,]*)/;

export function Command({ text }: { readonly text: string }) {
  return (
    <span className={styles['next']}>
      {text.split(COMMAND).map((part, at) =>
        COMMAND.test(part) ? (
          // The parts of a sentence have no name but their place.
          <span key={`${at} ${part}`} className={styles['command']}>
            <Copy text={part.trim()} what="command">
              <code>{part.trim()}</code>
            </Copy>
          </span>
        ) : (
          part
        ),
      )}
    </span>
  );
}
