/** The log of actions, page by page. */
import * as v from 'valibot';
import type { ActionRow } from '../db/actions.ts';
import type { Sql } from '../db/sql.ts';
import { idField } from '../shop/input.ts';

const pageActions = 50;
const cursorSchema = idField(Number.MAX_SAFE_INTEGER);

/** Newest first; null where the cursor is none. @throws SqlUnavailable */
export async function actionsPage(
  { actions }: Pick<Sql, 'actions'>,
  cursor: string | null,
): Promise<{ actions: ActionRow[]; next: string | null } | null> {
  const before = v.safeParse(v.nullable(cursorSchema), cursor);
  if (!before.success) return null;
  const page = await actions.list(before.output, pageActions);
  const next = page.length < pageActions ? null : String(page.at(-1)!.id);
  return { actions: page, next };
}
