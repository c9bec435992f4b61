/** The charts of how fair a promo was. */
import { axisNumber, Frame, left, right, ValueAxis, width } from './frame.tsx';
import { scaleOf, ticksTo } from './scale.ts';

/** Places in the admission against places in the purchase. */
export function OrderOfPurchase(props: {
  id: string;
  admitted: number;
  buyers: number;
  sample: readonly [admission: number, purchase: number][];
}) {
  const { id, admitted, buyers, sample } = props;
  const [height, top, bottom] = [330, 16, 284];
  const across = scaleOf(0, Math.max(admitted, 1), left + 26, width - right);
  const up = scaleOf(0, Math.max(buyers, 1), bottom, top);
  const description = `Each dot is a buyer: across, the place among those admitted; up, the place among those who bought. The closer the dots lie to one rising line, the more the two orders are the same.`;
  return (
    <Frame id={id} height={height} title="Admission against purchase" description={description}>
      <ValueAxis value={up} />
      <g class="axis">
        {ticksTo(admitted, 7).map((tick) => (
          <text x={across(tick)} y={bottom + 18} text-anchor="middle">
            {axisNumber(tick)}
          </text>
        ))}
        <line x1={left} x2={width - right} y1={bottom} y2={bottom} class="base" />
        <text x={(left + width) / 2} y={bottom + 38} text-anchor="middle" class="axis-name">
          place in the admission
        </text>
        <text x={left + 32} y={top + 4} class="axis-name">
          place in the purchase
        </text>
      </g>
      {sample.map(([admission, purchase]) =>
        admission === 0 ? (
          <rect x={left + 4} y={up(purchase) - 0.75} width={14} height={1.5} class="direct" />
        ) : (
          <circle cx={across(admission)} cy={up(purchase)} r={2.6} class="dot" />
        ),
      )}
    </Frame>
  );
}

/** How many of each tenth of the admitted bought. */
export function BandsChart(props: {
  id: string;
  bands: readonly { first: number; last: number; bought: number }[];
}) {
  const { id, bands } = props;
  const [height, top, bottom] = [220, 24, 178];
  const share = scaleOf(0, 1, bottom, top);
  const step = (width - right - left) / Math.max(bands.length, 1);
  const description = `A bar for each tenth of the admitted, in the order of admission: the share of them who bought. The table beside it has the numbers.`;
  return (
    <Frame id={id} height={height} title="Who bought, by admission" description={description}>
      <g class="axis">
        {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
          <>
            <line x1={left} x2={width - right} y1={share(tick)} y2={share(tick)} class="grid" />
            <text x={left - 8} y={share(tick) + 4} text-anchor="end">
              {tick * 100} %
            </text>
          </>
        ))}
      </g>
      {bands.map(({ first, last, bought }, index) => {
        const part = bought / (last - first + 1);
        const x = left + index * step + step * 0.14;
        return (
          <g>
            <rect
              class="bar"
              x={x}
              width={step * 0.72}
              y={share(part)}
              height={bottom - share(part)}
            />
            <text x={x + step * 0.36} y={share(part) - 6} text-anchor="middle" class="bar-value">
              {Math.round(part * 100)} %
            </text>
            <text x={x + step * 0.36} y={bottom + 18} text-anchor="middle" class="bar-name">
              to {axisNumber(last)}
            </text>
          </g>
        );
      })}
      <line x1={left} x2={width - right} y1={bottom} y2={bottom} class="base" />
    </Frame>
  );
}
