// Small charts in SVG: shares of a whole, and lines over up to two minutes.

/** Charts begin with a short span, so that a page just opened shows something. */
const spanMsMin = 20_000;
const spanMsMax = 120_000;
/** As in `admin-live.css`. */
const height = 120;
const edge = { left: 4, right: 44, top: 8, bottom: 8 };

function draw(name, attributes, text = '') {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

const count = new Intl.NumberFormat(document.documentElement.lang, { notation: 'compact' });

/** Draws the parts of a whole, side by side. */
export function drawShares(svg, { loaded, sold, held, left }) {
  let x = 0;
  const shares = Object.entries({ sold, held, left }).map(([part, units]) => {
    const share = loaded === 0 ? 0 : (units * 100) / loaded;
    const bar = draw('rect', { class: part, x, y: 0, width: share, height: 10 });
    x += share;
    return bar;
  });
  // The parts differ by more than their colours: what is held has stripes.
  const stripes = [];
  const from = loaded === 0 ? 0 : (sold * 100) / loaded;
  const to = loaded === 0 ? 0 : ((sold + held) * 100) / loaded;
  for (let at = from + 0.5; at < to; at += 1.2) {
    stripes.push(draw('rect', { class: 'stripe', x: at, y: 0, width: 0.3, height: 10 }));
  }
  svg.replaceChildren(...shares, ...stripes);
}

/** A round number not below a value: 1, 2 or 5 times a power of ten. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= value);
}

/** Draws lines through samples `{ at, values }`, newest last; one line for each series. */
export function drawLines(svg, samples, series) {
  const width = svg.clientWidth;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const now = samples.at(-1).at;
  const spanMs = Math.max(spanMsMin, now - samples[0].at);
  const highest = Math.max(
    1,
    ...samples.flatMap(({ values }) => series.map((s) => values[s] ?? 0)),
  );
  const top = roundUp(highest);
  const xOf = (at) => edge.left + ((at - now + spanMs) / spanMs) * (width - edge.left - edge.right);
  const yOf = (value) => edge.top + (1 - value / top) * (height - edge.top - edge.bottom);
  const axes = [0, top / 2, top].flatMap((value) => [
    draw('path', { class: 'grid', d: `M${edge.left} ${yOf(value)} H${width - edge.right}` }),
    draw(
      'text',
      { class: 'tick', x: width - edge.right + 6, y: yOf(value) + 4 },
      count.format(value),
    ),
  ]);
  const lines = series.map((name, index) => {
    const points = samples.filter(({ values }) => values[name] !== undefined);
    const path = points.map(
      ({ at, values }) => `${xOf(at).toFixed(1)} ${yOf(values[name]).toFixed(1)}`,
    );
    return draw('path', {
      class: `stroke-${index}`,
      d: path.length === 0 ? '' : `M${path.join(' L')}`,
    });
  });
  svg.replaceChildren(...axes, ...lines);
}

/** Drops samples that are older than a chart shows. */
export function keepRecent(samples) {
  const now = samples.at(-1).at;
  while (samples[0].at < now - spanMsMax) samples.shift();
}
