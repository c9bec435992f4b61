/** Users: registration, and who is logged in. */
import { Hono } from 'hono';
import * as v from 'valibot';
import { isCommonPassword } from '../../accounts/common-passwords.ts';
import { genders, type UserRow } from '../../db/sql.ts';
import { codeField, integerField, telephoneField, textField } from '../../shop/input.ts';
import { limitedByAddress } from '../guard/rate-limits.ts';
import { sameSiteOnly, userOnly } from '../guard/who.ts';
import type { AppParts } from '../parts.ts';
import { parseBody } from '../wire/body.ts';
import { failure, success } from '../wire/envelope.ts';

export const passwordCharactersMax = 128;

const passwordMessage = `must be text of 8 to ${passwordCharactersMax} characters`;
export const registrationSchema = v.object({
  telephone: telephoneField(),
  otp: codeField(),
  name: v.pipe(textField(1, 50), v.regex(/^\P{Cc}*$/u, 'must have no control characters')),
  gender: v.picklist(genders, `must be one of ${genders.join(', ')}`),
  age: integerField(0, 150),
  password: v.pipe(
    v.string(passwordMessage),
    v.minLength(8, passwordMessage),
    v.maxLength(passwordCharactersMax, passwordMessage),
    v.check((password) => !isCommonPassword(password), 'is one of the most common: choose another'),
  ),
});

export function userRoutes(parts: AppParts) {
  const limited = limitedByAddress(parts, 'registrationByAddress');
  return new Hono()
    .post('/', sameSiteOnly, limited, (c) => register(parts, c.req.raw))
    .get('/me', userOnly(parts.sessions), async (c) => {
      const user = await parts.sql.users.byId(c.get('userId'));
      return user === null ? failure(c.req.raw, 20001) : success(userData(user));
    });
}

async function register(parts: AppParts, request: Request): Promise<Response> {
  const { value, refused } = await parseBody(request, registrationSchema);
  if (refused !== null) return refused;
  const { otp, password, ...person } = value;
  if (parts.passwords.busy) return failure(request, 30003);
  // The one-time password is checked first, so that no one without it can make us hash; it is used
  // up last, so that a user who was told to try again still has it.
  const { oneTimePasswords } = parts;
  if (!(await oneTimePasswords.check(person.telephone, otp))) return failure(request, 20005);
  const hash = await parts.passwords.hash(password);
  if (!(await oneTimePasswords.use(person.telephone, otp))) return failure(request, 20005);
  const user = await parts.sql.users.create({ ...person, createdAt: parts.clock() }, hash);
  return user === null ? failure(request, 20004) : success(userData(user), 201);
}

/** A user as the API reference shows them. */
export function userData({ id, telephone, name, gender, age }: UserRow) {
  return { id, telephone, name, gender, age };
}
