/** The texts of "why was I refused?", English and Chinese. `{…}` is filled in. */
import type { OrderStatusName, StandingName } from '../../../../../actors/protocol.ts';
import type { Reason } from '../../../../shop/why-refused/reasons.ts';
import type { UserEvent } from '../../../../shop/why-refused/user-events.ts';
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
  stands: string;
  standings: Record<StandingName, string>;
  admitted: string;
  yesAt: string;
  yes: string;
  no: string;
  unknown: string;
  againstLimit: string;
  ofLimit: string;
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
  steps: string;
  step: string;
  stepAt: string;
  entry: string;
  stepNames: Record<UserEvent['type'], string>;
  reasons: Record<Reason['key'], string>;
}

const en: SearchTexts = {
  title: 'Why was a buyer refused?',
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
  stands: 'Where they stand now',
  standings: {
    none: 'nowhere',
    drawing: 'in the draw to come, with {waiting} people in all',
    waiting: 'waiting, at place {place} of {waiting}',
    admitted: 'let in, until {until}',
  },
  admitted: 'Let in under the promo shown',
  yesAt: 'yes, at {time}',
  yes: 'yes',
  no: 'no',
  unknown: 'not in what was read',
  againstLimit: 'Against the limit',
  ofLimit: '{units} of {limit} units',
  gate: 'Gate',
  gateText:
    'room for {room} more: {gateFactor} × {left} units left − {outstanding} let in, not bought yet',
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
  steps: 'What the journal has of them',
  step: 'Step',
  stepAt: 'At',
  entry: 'Journal entry',
  stepNames: {
    joined: 'joined the queue',
    leftQueue: 'gave up the place, or the admission',
    admitted: 'was let in',
    lapsed: 'the admission lapsed, not used',
    placed: 'ordered',
    queueEnded: 'the queue ended: all is sold',
    refundDue: 'a payment came that must go back',
  },
  reasons: {
    bought: 'They were not refused. Their orders that stand: {orders}, units in them: {units}.',
    limitReached:
      'The limit is reached: one buyer may have {limit} in all, and they hold or own {units}. Another order gets 30006.',
    expired:
      'Their orders that expired: {orders}. They were not paid in time, so the units went back on sale. A late payment is accepted only while units are left, else it gets 30012.',
    cancelled: 'Their orders that were cancelled: {orders}. The units went back on sale.',
    refunded: 'Their orders that were paid back: {orders}.',
    refundDue:
      'Money of theirs must go back, for this many orders: {orders}. It came {at} and no order could take it: the order was cancelled, had expired and nothing was left, was paid already, or the amount was another. See the refunds due.',
    pending:
      'The sale has not started: until {at}, an order gets 30004, and so does whoever joins before {opens}.',
    paused: 'The sale is paused: an order, and whoever wants to join, gets 30016. Places are kept.',
    ended: 'The sale ended at {at}: an order after that gets 30005.',
    promoOnly:
      'Until {at} the item is sold under its promos alone: an order or a token at the normal price gets 30015.',
    promosOnly: 'The item is not sold at its normal price: an order without a promo gets 30013.',
    soldOut:
      'Sold out since {at}: an order since then gets 30001. Units held and not paid yet: {held}; what is not paid in time goes to those who wait.',
    drawing:
      'They were not refused: they take part in the draw that is held at {at}, with {waiting} people in all.',
    waiting:
      'They were not refused: they wait, at place {place} of {waiting}. The gate lets in the first as soon as it has room. Units held and not paid yet, which may come back: {held}.',
    admitted:
      'They are let in, and may buy until {until}. After that their purchase token gets 30008, and the next who waits is let in.',
    lapsed:
      'They were let in, and did not buy in time: their admission lapsed at {at}. Their purchase token gets 30008; they may join again, behind all who wait.',
    left: 'They gave up their place, or their admission, at {at}. They may join again, behind all who wait.',
    queueEnded:
      'They waited until {at}, when all units were sold and paid: nothing could come back, and everybody who waited was sent home.',
    waitedToTheEnd: 'They waited until the sale ended at {at}: their turn did not come.',
    admittedWithoutOrder:
      'They were let in at {at} and have no known order since. Their purchase token was not used before it expired (30008), or its order came when no units were left (30001) or the sale was over (30005).',
    gateFull:
      'The gate is full: {outstanding} buyers are let in and have not bought yet, of {gate} (gate × units left). Whoever asks now gets 30010: this promo has no queue.',
    gateFullQueue:
      'The gate is full: {outstanding} buyers are let in and have not bought yet, of {gate} (gate × units left). Whoever asks now waits in the queue.',
    neverAdmitted:
      'They never joined: the whole journal has neither a place nor an admission for them under the promo shown. They did not ask, failed the captcha (30009), or asked when the sale had not started, was paused, sold out or over, or its gate was full and it has no queue. Tokens from your own gateway need no admission.',
    perhapsAdmitted:
      'The entries that were read have no admission for them. Read the others before you say that there was none.',
    normal:
      'The item is on sale at its normal price, {limit} for each buyer: there is neither gate nor queue.',
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
  stands: '当前位置',
  standings: {
    none: '无',
    drawing: '等待抽签，共 {waiting} 人',
    waiting: '排队中，第 {place} 位，共 {waiting} 人',
    admitted: '已获资格，有效至 {until}',
  },
  admitted: '所示活动的资格',
  yesAt: '已获得，{time}',
  yes: '已获得',
  no: '未获得',
  unknown: '所读日志中没有',
  againstLimit: '限购占用',
  ofLimit: '{units} / {limit} 件',
  gate: '资格',
  gateText: '还可放行 {room} 人：{gateFactor} × 剩余 {left} 件 − 已获资格未下单 {outstanding} 人',
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
  steps: '日志中的记录',
  step: '事件',
  stepAt: '时间',
  entry: '日志条目',
  stepNames: {
    joined: '加入排队',
    leftQueue: '放弃排队或资格',
    admitted: '获得资格',
    lapsed: '资格未用而失效',
    placed: '下单',
    queueEnded: '全部售出，排队结束',
    refundDue: '收到需退还的付款',
  },
  reasons: {
    bought: '并未被拒：有 {orders} 个有效订单，共 {units} 件。',
    limitReached: '已占用限购 {limit} 件中的 {units} 件，再下单会得到 30006（已达限购数量）。',
    expired:
      '有 {orders} 个订单逾期未付款而过期，商品已重新开售。逾期付款仅在仍有剩余时接受，否则得到 30012。',
    cancelled: '有 {orders} 个订单已取消，商品已重新开售。',
    refunded: '有 {orders} 个订单已退款。',
    refundDue:
      '有 {orders} 个订单的付款需要退还：付款于 {at} 到达，但订单已取消、已过期且无货、已付过款，或金额不符。见待退款列表。',
    pending: '活动尚未开始：{at} 之前下单会得到 30004；{opens} 之前加入排队也会得到 30004。',
    paused: '活动已暂停：下单或加入排队会得到 30016，原有位置保留。',
    ended: '活动已于 {at} 结束，此后下单会得到 30005。',
    promoOnly: '{at} 之前此商品只按活动销售：按原价下单或申请令牌会得到 30015。',
    promosOnly: '此商品不按原价销售：没有活动的订单会得到 30013。',
    soldOut:
      '自 {at} 起售罄，此后下单会得到 30001。另有 {held} 件待付款，逾期未付将让给排队的买家。',
    drawing: '并未被拒：已参加抽签，{at} 抽出顺序，共 {waiting} 人。',
    waiting:
      '并未被拒：正在排队，第 {place} 位，共 {waiting} 人，一有空位即按顺序放行。另有 {held} 件待付款，可能退回。',
    admitted: '已获资格，{until} 之前可以下单；此后购买令牌得到 30008，资格让给下一位。',
    lapsed: '曾获资格但未及时下单，资格已于 {at} 失效，购买令牌会得到 30008；可重新排到队尾。',
    left: '已于 {at} 放弃排队或资格；可重新排到队尾。',
    queueEnded: '排队至 {at}：商品已全部售出并付款，不会再有退回，排队的买家全部结束等待。',
    waitedToTheEnd: '一直排队到活动于 {at} 结束，没有轮到。',
    admittedWithoutOrder:
      '已于 {at} 获得资格，但此后没有订单：购买令牌在过期前没有使用（30008），或下单时已售罄（30001）、活动已结束（30005）。',
    gateFull:
      '资格已满：{outstanding} 人已获资格尚未下单，上限 {gate}（倍数 × 剩余）。本活动不排队，现在申请会得到 30010。',
    gateFullQueue:
      '资格已满：{outstanding} 人已获资格尚未下单，上限 {gate}（倍数 × 剩余）。现在申请会进入排队。',
    neverAdmitted:
      '从未加入：整个日志中没有其在所示活动中的位置或资格。可能没有申请、验证码错误（30009），或申请时活动未开始、已暂停、已售罄、已结束，或资格已满且不排队。自有网关签发的令牌不需要资格。',
    perhapsAdmitted: '所读日志中没有其资格记录。请读完其余日志再下结论。',
    normal: '此商品按原价销售，每人限购 {limit} 件，没有资格与排队。',
    notJournaled:
      '拒绝不改变任何状态，因此日志不逐条记录：日志只记录买家得到了什么，以及库存不足拒绝的合计。',
  },
};

export const searchTexts: Record<Language, SearchTexts> = { en, zh };
