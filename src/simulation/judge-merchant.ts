/** Answers to merchants: what was told to be done is done. */
import { type Command, code, type Publish, type Reply } from '../../actors/protocol.ts';
import type { Judged } from './judged.ts';

type Merchants = Extract<
  Command,
  {
    type:
      | 'open'
      | 'restock'
      | 'withdrawUnits'
      | 'edit'
      | 'publish'
      | 'extend'
      | 'pause'
      | 'resume'
      | 'end'
      | 'withdrawPromo';
  }
>;

/** Keyless deliveries are counted by `Answers`. */
export function wrongMerchant(judged: Judged, command: Merchants, reply: Reply): string | null {
  const done = reply.code === code.ok;
  const said = (holds: boolean) => (holds ? null : `I2: ${command.type} is not done`);
  const { history, moments } = judged;
  switch (command.type) {
    case 'open':
      return null;
    case 'restock':
    case 'withdrawUnits': {
      const { key, units } = command;
      const before = history.plain.deliveries.get(key);
      if (reply.code === code.usedOtherwise) return said(key !== 0 && before !== undefined);
      if (reply.code === code.outOfStock) return said(moments.some(({ left }) => left < units));
      const delivered = command.type === 'restock' ? units : -units;
      return done && key !== 0 ? said(before === delivered) : null;
    }
    case 'edit': {
      const { price, normalSale, limit } = command;
      const edited = moments.some(
        (moment) =>
          (price === undefined || price === moment.price) &&
          (normalSale === undefined || normalSale === moment.normalSale) &&
          (limit === undefined || limit === moment.normalLimit),
      );
      return said(edited);
    }
    case 'publish':
      return wrongPublish(judged, command, reply);
    default: {
      const { promo, type } = command;
      if (reply.code === code.notOnSale) {
        const seq = history.published.get(promo);
        return said(seq === undefined || seq > judged.knownSeq);
      }
      if (!done) return null;
      const then = moments.flatMap(({ promos }) => promos.get(promo) ?? []);
      if (type === 'pause') return said(then.some(({ paused }) => paused));
      if (type === 'resume') return said(then.some(({ paused }) => !paused));
      if (type === 'extend') return said(then.some(({ endAt }) => endAt === command.endAt));
      // A promo that has reached its end has ended, whoever asks for it.
      return said(then.some(({ ended, closed }) => ended || (type === 'end' && closed)));
    }
  }
}

function wrongPublish({ history }: Judged, command: Publish, reply: Reply): string | null {
  if (reply.code === code.ok) {
    return history.published.has(command.promo) ? null : 'I2: the promo is not durable';
  }
  if (reply.code !== code.wrongState) return null;
  const other = history.plain.promos.get(reply.about);
  return other === undefined ? 'I2: the promo in the way is not durable' : null;
}
