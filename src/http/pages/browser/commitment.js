// The commitment of a draw as this browser first saw it, kept for the time after the draw.

const keptAs = (promoId) => `draw-commitment:${promoId}`;

/** Keeps a commitment that was seen before the draw; the first that was seen stays. */
export function keepCommitment(promoId, commitment) {
  if (keptCommitment(promoId) === null) {
    inStorage((storage) => storage.setItem(keptAs(promoId), commitment));
  }
}

/** The commitment that was seen before the draw; null where none was. */
export const keptCommitment = (promoId) => inStorage((storage) => storage.getItem(keptAs(promoId)));

/** Null where people let their browser keep nothing, or nothing more: it throws then. */
function inStorage(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}
