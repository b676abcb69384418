/** What came since the last look at a log of which only the newest lines are seen. Pure. */

/** The lines of `now` behind those that `before` showed; all of them when nothing overlaps. */
export function newLines(before: readonly string[], now: readonly string[]): readonly string[] {
  for (let start = 0; start < before.length; start += 1) {
    const known = before.length - start;
    if (known > now.length) continue;
    let same = 0;
    while (same < known && before[start + same] === now[same]) same += 1;
    if (same === known) return now.slice(known);
  }
  return now;
}
