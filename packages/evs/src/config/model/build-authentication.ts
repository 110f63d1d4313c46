import { caution, failure } from '../text/diagnostic.ts';
import { only, placeOf } from '../language/read-section.ts';
import type { Build } from './build.ts';
import type { RouterKeywords } from './build-virtual-router.ts';
import type { VirtualRouter } from './configuration.ts';

const passwordLength = 8;

/** The authentication of VRRP version 2; version 3 and strict mode know none. */
export function authenticationOf(
  own: RouterKeywords,
  { version, strict }: Pick<VirtualRouter, 'version' | 'strict'>,
  { report }: Build,
): VirtualRouter['authentication'] {
  const [first] = own.authentication;
  if (first === undefined) return undefined;
  const types = own.authentication.flatMap(({ value }) => value.keywords.auth_type);
  const passwords = own.authentication.flatMap(({ value }) => value.keywords.auth_pass);
  const [type, password] = [only(types), only(passwords)];
  if (type === undefined) return undefined;
  if (version === 3 || strict) {
    report(
      failure(
        first.at,
        `${version === 3 ? 'VRRP version 3' : 'Strict mode'} knows no authentication: it is left out`,
      ),
    );
    return undefined;
  }
  if (password === undefined) {
    report(failure(first.at, 'There is no auth_pass: the authentication is left out'));
    return undefined;
  }
  if (password.length > passwordLength) {
    report(
      caution(
        placeOf(passwords),
        `Only 8 characters count: '${password.slice(0, passwordLength)}'`,
      ),
    );
  }
  return { type, password: password.slice(0, passwordLength) };
}
