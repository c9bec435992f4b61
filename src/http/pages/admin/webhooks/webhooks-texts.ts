/** The texts of the page of webhooks, English and Chinese. `{…}` is filled in. */
import type { WebhookState, WebhookWishKind } from '../../../../db/webhooks.ts';
import type { SendingState } from '../../../../shop/webhooks/webhooks.ts';
import type { Language } from '../../../wire/messages.ts';

const listsEn: Record<WebhookState, string> = {
  waiting: 'Failing ({n})',
  givenUp: 'Given up ({n})',
  delivered: 'Delivered lately ({n})',
};

const noneEn: Record<WebhookState, string> = {
  waiting: 'Nothing fails.',
  givenUp: 'Nothing was given up.',
  delivered: 'Nothing was delivered lately.',
};

const statesEn: Record<SendingState, string> = {
  off: 'Off',
  starting: 'Starting',
  going: 'Going',
  failing: 'Failing since {time}',
  stopped: 'Stopped since {time}',
  differs: 'Stopped',
};

const explainedEn: Record<SendingState, string> = {
  off: 'No WEBHOOK_URL is set at this engine, so your shop is not told of orders.',
  starting: 'Nothing was gone through yet.',
  going: '',
  failing:
    'Nothing is lost: what is not delivered is tried again for three days, and what comes after waits for it.',
  stopped: 'The receiver answered 410: it wants no more. Nothing is sent until you say “Go on”.',
  differs:
    'The journal is not the one that was told: it has lost entries, or is another one. “Go on” sends what happens from now on.',
};

const doneEn: Record<WebhookWishKind, string> = {
  again: 'It is sent again. In a second or two this page shows what came of it.',
  all: 'All that fails is tried again now. In a second or two this page shows what came of it.',
  goOn: 'Sending goes on. In a second or two this page shows it.',
  test: 'A test event is on its way. In a second or two it is under “Delivered lately” or “Given up”.',
};

const en = {
  title: 'Webhooks',
  lead: 'Your shop is told of each order’s events, in order, until it takes them.',
  receiver: 'Receiver',
  state: 'State',
  states: statesEn,
  explained: explainedEn,
  lastAnswer: 'Last answer: {answer}',
  behind: 'Behind the journal',
  inStep: 'in step',
  entries: '{n} entries, the oldest {time} old',
  goOn: 'Go on',
  all: 'Try all again now',
  test: 'Send a test event',
  lists: listsEn,
  none: noneEn,
  show: 'Events',
  event: 'Event',
  order: 'Order',
  noOrder: 'no order',
  tries: 'Tries',
  answer: 'Last answer',
  noAnswer: 'no answer',
  notTried: 'not tried yet',
  took: '{ms} ms',
  next: 'Next try',
  now: 'now',
  whenGoOn: 'when sending goes on',
  behindAnother: 'after an earlier event of its order',
  again: 'Send again',
  tryNow: 'Try now',
  againOf: '{label}: {type} of {order}',
  done: doneEn,
  gone: 'This event is not in the lists any more.',
  notSet: 'No WEBHOOK_URL is set at this engine.',
  pages: 'Pages',
  newest: 'Newest',
  older: 'Older',
};

export type WebhooksTexts = typeof en;

const zh: WebhooksTexts = {
  title: 'Webhook',
  lead: '每个订单的事件按顺序通知到您的商店，直到对方收下。',
  receiver: '接收方',
  state: '状态',
  states: {
    off: '未启用',
    starting: '启动中',
    going: '正常',
    failing: '自 {time} 起失败',
    stopped: '自 {time} 起停止',
    differs: '已停止',
  },
  explained: {
    off: '本引擎没有设置 WEBHOOK_URL，订单事件不会通知到您的商店。',
    starting: '尚未开始处理。',
    going: '',
    failing: '不会丢失：未送达的事件会重试三天，其后的事件排队等候。',
    stopped: '接收方回答 410，表示不再接收。在您点击“继续”之前不再发送。',
    differs: '日志与已通知的不一致：丢失了条目，或换成了另一份。“继续”只发送此后发生的事件。',
  },
  lastAnswer: '最近的回答：{answer}',
  behind: '落后于日志',
  inStep: '同步',
  entries: '{n} 条，最早的已有 {time}',
  goOn: '继续',
  all: '立即全部重试',
  test: '发送测试事件',
  lists: { waiting: '失败中（{n}）', givenUp: '已放弃（{n}）', delivered: '最近送达（{n}）' },
  none: {
    waiting: '没有失败的事件。',
    givenUp: '没有放弃的事件。',
    delivered: '最近没有送达的事件。',
  },
  show: '事件',
  event: '事件',
  order: '订单',
  noOrder: '无订单',
  tries: '次数',
  answer: '最近的回答',
  noAnswer: '没有回答',
  notTried: '尚未尝试',
  took: '{ms} 毫秒',
  next: '下次重试',
  now: '现在',
  whenGoOn: '继续发送之后',
  behindAnother: '在同一订单较早的事件之后',
  again: '重新发送',
  tryNow: '立即重试',
  againOf: '{label}：{order} 的 {type}',
  done: {
    again: '正在重新发送，一两秒后本页会显示结果。',
    all: '正在重试所有失败的事件，一两秒后本页会显示结果。',
    goOn: '已继续发送，一两秒后本页会显示。',
    test: '测试事件已发出，一两秒后可在“最近送达”或“已放弃”中看到。',
  },
  gone: '该事件已不在列表中。',
  notSet: '本引擎没有设置 WEBHOOK_URL。',
  pages: '分页',
  newest: '最新',
  older: '更早',
};

export const webhooksTexts: Record<Language, WebhooksTexts> = { en, zh };
