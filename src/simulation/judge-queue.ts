/** Answers about places in the queue, and admissions. */
import { code, type Join, type Leave, type Reply, type Stand } from '../../actors/protocol.ts';
import { unlimited, wrongRefusal } from './judge-orders.ts';
import type { Judged } from './judged.ts';

export function wrongJoin(judged: Judged, command: Join, reply: Reply): string | null {
  const { user, promo } = command;
  if (promo === 0) return wrongNormal(judged, command, reply);
  if (reply.code === code.ok) {
    if (reply.standing?.state === 'none') return 'let in nowhere';
    return wrongStanding(judged, command, reply);
  }
  const stood = judged.moments.every(({ promos }) => promos.get(promo)?.stands.has(user) === true);
  if (stood && reply.code !== code.ended) return 'I3: the user has a place';
  switch (reply.code) {
    case code.limitReached:
      return unlimited(judged, command, 1);
    case code.outOfStock:
      return judged.moments.some(({ left }) => left === 0) ? null : 'I9: units are left';
    case code.gateClosed: {
      const full = judged.moments.some(({ promos }) => (promos.get(promo)?.room ?? 0) <= 0);
      return full ? null : 'I9: the gate has room';
    }
    default:
      return wrongRefusal(judged, promo, reply);
  }
}

function wrongNormal(judged: Judged, command: Join, reply: Reply): string | null {
  if (reply.code === code.ok) {
    const nonces = judged.history.nonces.get(`${command.user}/0`) ?? [];
    const durable = nonces.some(({ value }) => value === reply.standing?.nonce);
    return durable ? null : 'I2: the admission is not durable';
  }
  if (reply.code === code.limitReached) return unlimited(judged, command, 1);
  if (reply.code === code.outOfStock) {
    return judged.moments.some(({ left }) => left === 0) ? null : 'I9: units are left';
  }
  return wrongRefusal(judged, 0, reply);
}

export function wrongStand(judged: Judged, command: Stand, reply: Reply): string | null {
  if (reply.standing === null) return wrongRefusal(judged, command.promo, reply);
  if (reply.code === code.limitReached) {
    const wrong = unlimited(judged, command, 1);
    if (wrong !== null) return wrong;
  } else if (reply.code !== code.ok && reply.code !== code.ended) return 'no answer to who asks';
  return command.promo === 0 ? null : wrongStanding(judged, command, reply);
}

export function wrongLeave(judged: Judged, { user, promo }: Leave, reply: Reply): string | null {
  // Nobody waits for the normal price.
  if (promo === 0) return reply.code === code.notOnSale ? null : 'no answer to who leaves';
  if (reply.code !== code.ok) return wrongRefusal(judged, promo, reply);
  const gone = judged.moments.some(({ promos }) => promos.get(promo)?.stands.has(user) !== true);
  return gone ? null : 'I2: the user still has a place';
}

/** A standing that was told must have been that of the user at a durable moment. */
function wrongStanding(
  { moments }: Judged,
  { user, promo }: { user: number; promo: number },
  { standing }: Reply,
): string | null {
  const told = standing!;
  const nowhere = { state: 'none', nonce: 0, ahead: 0, until: 0 } as const;
  const found = moments.some(({ promos, held }) => {
    const then = promos.get(promo);
    const { state, nonce, ahead, until } = then?.stands.get(user) ?? nowhere;
    if (told.nonce !== nonce || told.heldUnpaid !== held) return false;
    // Until the order of a draw has been found, who took part in it is told that it is being drawn.
    if (told.state === 'drawing' && state === 'waiting') return true;
    const people = then?.people ?? 0;
    const same = told.state === state && told.ahead === ahead && told.waiting === people;
    return same && told.until === until;
  });
  return found ? null : 'I2: the user never stood there';
}
