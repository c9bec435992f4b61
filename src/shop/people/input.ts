/** What people fill in to register, to log in, and to set a new password. */
import * as v from 'valibot';
import { isCommonPassword } from '../../accounts/common-passwords.ts';
import { genders } from '../../db/sql.ts';
import { codeField, integerField, telephoneField, textField } from '../input.ts';

const passwordCharactersMax = 128;
const newMessage = `must be text of 8 to ${passwordCharactersMax} characters`;
const knownMessage = `must be text of 1 to ${passwordCharactersMax} characters`;

const newPassword = v.pipe(
  v.string(newMessage),
  v.minLength(8, newMessage),
  v.maxLength(passwordCharactersMax, newMessage),
  v.check((password) => !isCommonPassword(password), 'is one of the most common: choose another'),
);

export const codeRequestSchema = v.object({ telephone: telephoneField() });

/** Spelt out, because the patterns of the reference are read without flags, and `\p{Cc}` needs one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it refuses.
const noControls = /^[^\x00-\x1f\x7f-\x9f]*$/;

export const registrationSchema = v.object({
  telephone: telephoneField(),
  otp: codeField(),
  name: v.pipe(textField(1, 50), v.regex(noControls, 'must have no control characters')),
  gender: v.picklist(genders, `must be one of ${genders.join(', ')}`),
  age: integerField(0, 150),
  password: newPassword,
});

export const byPasswordSchema = v.object({
  telephone: telephoneField(),
  password: v.pipe(
    v.string(knownMessage),
    v.minLength(1, knownMessage),
    v.maxLength(passwordCharactersMax, knownMessage),
  ),
});

export const byCodeSchema = v.object({ telephone: telephoneField(), otp: codeField() });

/** Either of the two ways to log in; `logInSchemaFor` says which one a body means. */
export const logInSchema = v.union([byPasswordSchema, byCodeSchema]);

/** The schema that names what is wrong with a body: by code where it has one, else by password. */
export function logInSchemaFor(body: unknown) {
  const byCode = typeof body === 'object' && body !== null && 'otp' in body;
  return byCode ? byCodeSchema : byPasswordSchema;
}

export const newPasswordSchema = v.object({
  telephone: telephoneField(),
  otp: codeField(),
  password: newPassword,
});

export type Registration = v.InferOutput<typeof registrationSchema>;
export type LogIn = v.InferOutput<typeof logInSchema>;
export type NewPassword = v.InferOutput<typeof newPasswordSchema>;
