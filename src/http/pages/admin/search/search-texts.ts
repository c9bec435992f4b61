/** The texts of "why was I refused?", English and Chinese. `{…}` is filled in. */
import type { OrderStatusName } from '../../../../../actors/protocol.ts';
import type { Reason } from '../../../../shop/why-refused/reasons.ts';
import type { Language } from '../../../wire/messages.ts';

export interface SearchTexts {
  title: string;
  lead: string;
  item: string;
  user: string;
  submit: string;
  unknownItem: string;
  unknownUser: string;
  busy: string;
  unread: string;
  resultOf: string;
  answer: string;
  facts: string;
  orders: string;
  noOrders: string;
  cut: string;
  order: string;
  placedAt: string;
  amount: string;
  status: string;
  changedAt: string;
  statuses: Record<OrderStatusName, string>;
  admitted: string;
  yesAt: string;
  yes: string;
  no: string;
  unknown: string;
  againstLimit: string;
  ofLimit: string;
  noLimit: string;
  gate: string;
  gateText: string;
  soldOutSince: string;
  unitsLeft: string;
  refusals: string;
  noRefusals: string;
  refusalsHint: string;
  journal: string;
  readText: string;
  readNone: string;
  earlier: string;
  later: string;
  reasons: Record<Reason['key'], string>;
}

const en: SearchTexts = {
  title: 'Why was I refused?',
  lead: 'What the item’s actor, its journal and its counters know about one buyer.',
  item: 'Item number',
  user: 'User number, or telephone',
  submit: 'Look it up',
  unknownItem: 'There is no open item with this number.',
  unknownUser: 'No user is registered with this telephone.',
  busy: 'Another search is reading the journal. Try again in a moment.',
  unread: 'The journal or a store could not be read just now. Try again.',
  resultOf: 'User {user} and {title}',
  answer: 'What can be said',
  facts: 'What is known',
  orders: 'Their orders, as they stand',
  noOrders: 'None.',
  cut: 'There are more orders than are shown.',
  order: 'Order',
  placedAt: 'Placed',
  amount: 'Units',
  status: 'Status',
  changedAt: 'Paid or closed',
  statuses: {
    placed: 'placed, not paid yet',
    paid: 'paid',
    cancelled: 'cancelled',
    expired: 'expired',
    refunded: 'refunded',
  },
  admitted: 'Admitted to the last promo',
  yesAt: 'yes, at {time}',
  yes: 'yes',
  no: 'no',
  unknown: 'not in what was read',
  againstLimit: 'Against the limit',
  ofLimit: '{units} of {limit} units',
  noLimit: '{units} units, no limit at the normal price',
  gate: 'Gate',
  gateText: '{admitted} of {gate} admitted',
  soldOutSince: 'Sold out since',
  unitsLeft: 'Units left',
  refusals: 'Refusals of this item, all buyers',
  noRefusals: 'None since the engine started.',
  refusalsHint: 'Counted since the engine started, not by buyer.',
  journal: 'Journal read',
  readText: 'entries {from} to {to} of {last}',
  readNone: 'nothing of {last} entries',
  earlier: 'Read earlier entries',
  later: 'Read on',
  reasons: {
    bought: 'They were not refused. Their orders that stand: {orders}, units in them: {units}.',
    limitReached:
      'The limit is reached: one buyer may have {limit} in all, and they hold or own {units}. Another order gets 30006.',
    expired:
      'Their orders that expired: {orders}. They were not paid in time, so the units went back on sale. A late payment is accepted only while units are left, else it gets 30012.',
    cancelled: 'Their orders that were cancelled: {orders}. The units went back on sale.',
    pending: 'The sale has not started: until {at}, an order gets 30004.',
    ended: 'The sale ended at {at}: an order after that gets 30005.',
    soldOut:
      'Sold out since {at}: an order since then gets 30001. Units held and not paid yet: {held}; what is not paid in time goes back on sale.',
    admittedWithoutOrder:
      'The gate let them in {at}, but they have no known order. Their purchase token was not used before it expired (30008, at most 15 minutes), or its order came when no units were left (30001) or the sale was over (30005).',
    gateFull:
      'The gate is full: {admitted} buyers were let in, of {gate}. A buyer who asks now gets 30010.',
    neverAdmitted:
      'They were never let in under the last promo: the whole journal has no admission for them. They did not ask, failed the captcha (30009), or asked when the sale had not started, was sold out or over, or the gate was full. Tokens from your own gateway need no admission.',
    perhapsAdmitted:
      'The entries that were read have no admission for them. Read the others before you say that there was none.',
    noGate: 'The item is on sale at its normal price: there is neither gate nor limit.',
    notJournaled:
      'A refusal changes nothing, so the journal does not record refusals one by one: it shows what a buyer got, and only counts of refusals for stock.',
  },
};

const zh: SearchTexts = {
  title: '为什么被拒？',
  lead: '商品的执行者、日志和计数器对一位买家所知的一切。',
  item: '商品编号',
  user: '用户编号或手机号',
  submit: '查询',
  unknownItem: '没有此编号的已上架商品。',
  unknownUser: '此手机号尚未注册。',
  busy: '另一个查询正在读取日志，请稍后再试。',
  unread: '日志或存储暂时无法读取，请重试。',
  resultOf: '用户 {user} 与 {title}',
  answer: '结论',
  facts: '已知情况',
  orders: '其订单（实时状态）',
  noOrders: '无。',
  cut: '订单过多，未全部显示。',
  order: '订单号',
  placedAt: '下单时间',
  amount: '数量',
  status: '状态',
  changedAt: '付款或关闭时间',
  statuses: {
    placed: '待付款',
    paid: '已付款',
    cancelled: '已取消',
    expired: '已过期',
    refunded: '已退款',
  },
  admitted: '最近活动的资格',
  yesAt: '已获得，{time}',
  yes: '已获得',
  no: '未获得',
  unknown: '所读日志中没有',
  againstLimit: '限购占用',
  ofLimit: '{units} / {limit} 件',
  noLimit: '{units} 件，原价不限购',
  gate: '资格',
  gateText: '已发 {admitted} / {gate}',
  soldOutSince: '售罄时间',
  unitsLeft: '剩余',
  refusals: '此商品对所有买家的拒绝',
  noRefusals: '引擎启动以来没有。',
  refusalsHint: '自引擎启动起计数，不分买家。',
  journal: '已读日志',
  readText: '第 {from} 至 {to} 条，共 {last} 条',
  readNone: '共 {last} 条，未读',
  earlier: '读取更早的日志',
  later: '继续读取',
  reasons: {
    bought: '并未被拒：有 {orders} 个有效订单，共 {units} 件。',
    limitReached: '已占用限购 {limit} 件中的 {units} 件，再下单会得到 30006（已达限购数量）。',
    expired:
      '有 {orders} 个订单逾期未付款而过期，商品已重新开售。逾期付款仅在仍有剩余时接受，否则得到 30012。',
    cancelled: '有 {orders} 个订单已取消，商品已重新开售。',
    pending: '活动尚未开始：{at} 之前下单会得到 30004。',
    ended: '活动已于 {at} 结束，此后下单会得到 30005。',
    soldOut: '自 {at} 起售罄，此后下单会得到 30001。另有 {held} 件待付款，逾期未付将重新开售。',
    admittedWithoutOrder:
      '已获得资格（{at}），但没有订单：购买令牌在过期前（最多 15 分钟）没有使用（30008），或下单时已售罄（30001）、活动已结束（30005）。',
    gateFull: '资格已满：共 {gate} 个，已发 {admitted} 个。现在申请会得到 30010。',
    neverAdmitted:
      '在最近的活动中从未获得资格：整个日志中没有记录。可能没有申请、验证码错误（30009），或申请时活动未开始、已售罄、已结束或资格已满。自有网关签发的令牌不需要资格。',
    perhapsAdmitted: '所读日志中没有其资格记录。请读完其余日志再下结论。',
    noGate: '此商品按原价销售，没有资格与限购。',
    notJournaled:
      '拒绝不改变任何状态，因此日志不逐条记录：日志只记录买家得到了什么，以及库存不足拒绝的合计。',
  },
};

export const searchTexts: Record<Language, SearchTexts> = { en, zh };
