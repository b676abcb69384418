/** One environment, or all of them. */
import { Choice } from './filters.tsx';

interface EnvironmentChoiceProps {
  readonly value: string | undefined;
  readonly names: readonly string[];
  readonly onChange: (value: string) => void;
}

export function EnvironmentChoice({ value = '', names, onChange }: EnvironmentChoiceProps) {
  const options = names.map((name) => [name, name] as const);
  return <Choice name="Environment" all="All environments" value={value} onChange={onChange} options={options} />;
}
