/** Lines of a log, of which only those in sight are drawn. Scrolling up stops following; the end takes it up again. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import type { LogLine } from '../../../src/server/api/deployments.ts';
import { clock, exact } from '../format.ts';
import styles from './log-lines.module.css';

const LINE_PX = 20;
/** As tall as what there is to see, within these. */
const FEWEST_LINES = 4;
const MOST_LINES = 24;
const BORDER_PX = 2;

interface LogLinesProps {
  readonly lines: readonly LogLine[];
  /** What is searched for. */
  readonly mark: string;
  readonly following: boolean;
  readonly onFollow: (following: boolean) => void;
}

export function LogLines({ lines, mark, following, onFollow }: LogLinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 8,
  });
  useEffect(() => {
    if (following && lines.length > 0) virtual.scrollToIndex(lines.length - 1);
  }, [following, lines.length, virtual]);
  const height = Math.min(MOST_LINES, Math.max(FEWEST_LINES, lines.length)) * LINE_PX + BORDER_PX;
  const scrolled = () => {
    const element = box.current;
    if (element === null) return;
    if (element.scrollTop < top.current - 2 && following) onFollow(false);
    top.current = element.scrollTop;
  };
  return (
    // A region that scrolls must be reachable by keyboard.
    <div
      ref={box}
      className={styles['box']}
      style={{ height }}
      role="region"
      aria-label="Log lines"
      tabIndex={0}
      onScroll={scrolled}
    >
      <div className={styles['all']} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (line === undefined) return null;
          return <Line key={item.key} line={line} mark={mark} top={item.start} />;
        })}
      </div>
    </div>
  );
}

interface LineProps {
  readonly line: LogLine;
  readonly mark: string;
  /** Pixels from the first line. */
  readonly top: number;
}

function Line({ line, mark, top }: LineProps) {
  return (
    <div className={styles['line']} style={{ transform: `translateY(${top}px)` }}>
      <time dateTime={line.at} title={exact(line.at)}>
        {clock(line.at)}
      </time>
      <span className={styles['step']}>{line.step}</span>
      <span>{marked(line.text, mark)}</span>
    </div>
  );
}

/** The text with every place that is searched for marked. */
function marked(text: string, mark: string): ReactNode {
  if (mark === '') return text;
  const parts: ReactNode[] = [];
  const [low, wanted] = [text.toLowerCase(), mark.toLowerCase()];
  let from = 0;
  for (let at = low.indexOf(wanted); at !== -1; at = low.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>);
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}
