/** A length of time in a form: a whole number and its unit, so that what programs have set fits in as well. */
import type { Values } from '../../../wire/form.ts';
import { Field, type FieldProps } from '../frame.tsx';

/** Seconds of each unit, the longest first. */
const unitSeconds = { days: 86_400, hours: 3_600, minutes: 60, seconds: 1 } as const;
type TimeUnit = keyof typeof unitSeconds;

interface DurationFieldProps extends Omit<FieldProps, 'initial' | 'multiline' | 'options'> {
  /** What it shows as long as the form was not sent, in seconds. */
  seconds: number;
  /** By unit, its name. */
  units: Record<TimeUnit, string>;
  unitLabel: string;
}

export function DurationField({ seconds, units, unitLabel, ...field }: DurationFieldProps) {
  const { name, form, filled } = field;
  const fitting = unitOf(seconds);
  const unit = filled.values[unitName(name)] ?? fitting;
  const choice = (
    <select id={`${form}-${unitName(name)}`} name={unitName(name)} aria-label={unitLabel}>
      {Object.entries(units).map(([value, text]) => (
        <option value={value} selected={value === unit}>
          {text}
        </option>
      ))}
    </select>
  );
  return (
    <Field
      {...field}
      initial={String(seconds / unitSeconds[fitting])}
      input={{ required: true, inputmode: 'numeric', ...field.input }}
      beside={choice}
    />
  );
}

/** What a field says, in seconds; what is no whole number, as it was typed. */
export function secondsIn(values: Values, name: string): number | string {
  const text = values[name] ?? '';
  const unit = values[unitName(name)] ?? '';
  if (!/^\s*\d{1,9}\s*$/.test(text) || !isUnit(unit)) return text;
  return Number(text) * unitSeconds[unit];
}

/** The longest unit that a time is a whole number of. */
function unitOf(seconds: number): TimeUnit {
  const units = Object.keys(unitSeconds) as TimeUnit[]; // Its own keys.
  return units.find((unit) => seconds % unitSeconds[unit] === 0) ?? 'seconds';
}

const unitName = (name: string) => `${name}Unit`;

function isUnit(text: string): text is TimeUnit {
  return Object.hasOwn(unitSeconds, text);
}
