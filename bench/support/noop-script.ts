/** What a person would write instead of `belay deploy` for three noop targets: the same files, a log line each. */

/** Stages every target, then activates every target; state files are replaced whole, as Belay does it. */
export function deployScript(targets: readonly string[], durable: boolean): string {
  const settle = durable ? 'sync "$1.new" && mv "$1.new" "$1" && sync .' : 'mv "$1.new" "$1"';
  return `set -eu
mkdir -p .script && cd .script
commit=$(git rev-parse --short HEAD)
release=r-$commit-$$
keep() { printf '%s' "$2" >"$1.new" && ${settle}; }
say() { printf '%s  %s\\n' "$(date +%H:%M:%S)" "$1" >>deploy.log; }
for target in ${targets.join(' ')}; do
  keep "$target.json" "{\\"live\\":null,\\"releases\\":{\\"$release\\":\\"$$\\"}}"
  say "staged $target $release"
done
for target in ${targets.join(' ')}; do
  keep "$target.json" "{\\"live\\":\\"$release\\",\\"releases\\":{\\"$release\\":\\"$$\\"}}"
  say "activated $target $release"
done
`;
}
