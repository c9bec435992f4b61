/** The pattern of SQL's LIKE, with a backslash as its escape, for texts that contain this one. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
