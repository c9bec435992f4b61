/**
 * Reads all orders of an item in one request, line by line as they come, and sums up what became of them.
 *
 *   STAMPEDE_KEY=stampede_… node read-export.mjs http://127.0.0.1:3000 ITEM
 *
 * The key needs the scope `orders:read`. Prints, for each status, orders, units and money in minor units. An export
 * that breaks off is an error, exit 1: nothing is printed of it.
 */
const [url, item] = process.argv.slice(2);
const key = process.env.STAMPEDE_KEY;
if (item === undefined || key === undefined) {
  console.error('usage: STAMPEDE_KEY=stampede_… node read-export.mjs URL ITEM');
  process.exit(2);
}

/** Each order that an answer has. @throws where it breaks off */
async function* ordersIn(body) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
  if (rest !== '') throw new Error('its last line is not whole');
}

const sums = new Map();
try {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/api/admin/orders.jsonl?item=${item}`, { headers });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  for await (const { status, amount, total } of ordersIn(response.body)) {
    const sum = sums.get(status) ?? { orders: 0, units: 0, money: 0 };
    sums.set(status, {
      orders: sum.orders + 1,
      units: sum.units + amount,
      money: sum.money + total,
    });
  }
} catch (error) {
  console.error(`the export is not whole: ${error.message}`);
  process.exit(1);
}
console.log(JSON.stringify(Object.fromEntries(sums)));
