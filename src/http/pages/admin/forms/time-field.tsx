/**
 * A date and time field of a form: what it shows and takes are local times of a zone, which it names.
 *
 * Beside it goes which zone that was, so that a form that is sent later, or from elsewhere, means what
 * it showed; and the moment that it showed, so that what nobody has touched stays as it is to the
 * millisecond, also in the second of two hours of the same name.
 */
import type { Values } from '../../../wire/form.ts';
import type { View } from '../../layout.tsx';
import { fill } from '../../texts.ts';
import { isTimeZone, localText, momentOf, offsetText, zoneName } from '../../zoned-time.ts';
import { Field, type FieldProps, ownTexts } from '../frame.tsx';

interface TimeFieldProps extends Omit<FieldProps, 'initial' | 'note' | 'multiline' | 'options'> {
  view: View;
  /** What it shows as long as the form was not sent, in milliseconds since 1970 UTC; nothing when not given. */
  at?: number | undefined;
}

export function TimeField({ view, at, ...field }: TimeFieldProps) {
  const { name, filled } = field;
  const zone = zoneOf(filled.values, name, view);
  const isNew = at !== undefined && filled.values[name] === undefined;
  const values = isNew
    ? { [name]: localText(at, zone), [shownName(name)]: timeText(at) }
    : filled.values;
  const shown = values[shownName(name)];
  const input = {
    ...{ type: 'datetime-local', step: 1 },
    ...{ 'data-zone': zone, 'data-zone-name': zoneName(zone) },
    ...field.input,
  };
  const note = zoneNote(view, zone, momentIn(values, name, zone));
  return (
    <>
      <Field {...field} initial={values[name] ?? ''} input={input} note={note} />
      <input type="hidden" name={zoneFieldName(name)} value={zone} />
      {shown !== undefined && <input type="hidden" name={shownName(name)} value={shown} />}
    </>
  );
}

/** What a time field says, as an RFC 3339 time; what is no time, as it was typed. */
export function timeIn(values: Values, name: string, view: Pick<View, 'timeZone'>): string {
  const moment = momentIn(values, name, zoneOf(values, name, view));
  return moment === null ? (values[name] ?? '') : timeText(moment);
}

function momentIn(values: Values, name: string, zone: string): number | null {
  const text = withSeconds(values[name] ?? '');
  const shown = Date.parse(values[shownName(name)] ?? '');
  if (Number.isFinite(shown) && localText(shown, zone) === text) return shown;
  return momentOf(text, zone);
}

const zoneFieldName = (name: string) => `${name}Zone`;
const shownName = (name: string) => `${name}Shown`;
const timeText = (ms: number) => new Date(ms).toISOString();

/** The zone that a field was shown in; that of its reader where it has not been. */
function zoneOf(values: Values, name: string, { timeZone }: Pick<View, 'timeZone'>): string {
  const told = values[zoneFieldName(name)];
  return told !== undefined && isTimeZone(told) ? told : timeZone;
}

/** Browsers leave out seconds that are none. */
function withSeconds(text: string): string {
  return /T\d\d:\d\d$/.test(text) ? `${text}:00` : text;
}

/** Names a zone with its offset at the moment of the field or, while that is empty, now. */
function zoneNote(view: View, zone: string, moment: number | null): string {
  const { inZone, inZoneNow } = ownTexts(view).times;
  const told = { zone: zoneName(zone), offset: offsetText(moment ?? view.now, zone) };
  if (told.zone === told.offset) return told.zone;
  return fill(moment === null ? inZoneNow : inZone, told);
}
