/** What a new key is made of, from a program or a form. */
import * as v from 'valibot';
import { keyNameBytesMax } from './keyring.ts';
import { adminScope, type GrantedScope, grantedScopes } from './scopes.ts';

const nameMessage = `must be text of 1 to ${keyNameBytesMax} bytes, on one line`;
const scopesMessage = `must be one or several of ${grantedScopes.join(', ')}, each once`;

export const newKeySchema = v.object({
  name: v.pipe(
    v.string(nameMessage),
    v.trim(),
    v.nonEmpty(nameMessage),
    v.maxLength(keyNameBytesMax, nameMessage),
    v.check((name) => Buffer.byteLength(name) <= keyNameBytesMax, nameMessage),
    v.check((name) => !/\p{Cc}/u.test(name), nameMessage),
  ),
  scopes: v.pipe(
    v.array(v.picklist(grantedScopes, scopesMessage), scopesMessage),
    v.nonEmpty(scopesMessage),
    v.maxLength(grantedScopes.length, scopesMessage),
    v.check((scopes) => new Set(scopes).size === scopes.length, scopesMessage),
    v.transform(simplest),
  ),
});

/** An administrator has every scope. */
function simplest(scopes: GrantedScope[]): GrantedScope[] {
  if (scopes.includes(adminScope)) return [adminScope];
  return grantedScopes.filter((scope) => scopes.includes(scope));
}
