/** What was done for the merchant by administrators and by programs with a key: for ever, never changed. */

export interface ActionDraft {
  /** Milliseconds since 1970 UTC. */
  at: number;
  /** As the journal has it. */
  by: string;
  /** Such as `promo.pause`. */
  action: string;
  /** What it was done to, such as `7`, within what the action names; null where nothing has a number. */
  target: string | null;
  /** What was said beside, as JSON. */
  details: string;
  /** HTTP's, of the answer. */
  status: number;
}

export interface ActionRow extends ActionDraft {
  id: number;
}

export interface Actions {
  /** In one transaction. */
  add(actions: readonly ActionDraft[]): Promise<void>;
  /** Those with a lower number than `before`, newest first; null for the newest of all. */
  list(before: number | null, limit: number): Promise<ActionRow[]>;
}
