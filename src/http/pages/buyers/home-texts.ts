/** The texts of the list of what is on sale, English and Chinese. `{…}` is filled in. */
import type { Language } from '../../wire/messages.ts';

const en = {
  filters: 'Which items',
  all: 'All',
  running: 'On now',
  coming: 'Coming',
  normal: 'At normal price',
  ended: 'Over',
  urgent: 'Most urgent',
  /** Headings of the sections. */
  titles: {
    running: 'On now',
    coming: 'Coming sales',
    normal: 'At their normal price',
    ended: 'Over, or not on sale now',
    flat: 'Items',
  },
  none: {
    running: 'No sale is on just now.',
    coming: 'No sale is announced just now.',
    normal: 'Nothing is sold at its normal price just now.',
    ended: 'No sale has ended yet.',
  },
  notHere: 'Nothing called “{q}” is in this list.',
  everywhere: 'Look in all items',
  showAll: 'Show all items',
  showComing: 'Show the coming sales',
  nextStarts: 'The next sale starts {time}.',
  changed: 'A sale has begun or ended since this page was made.',
  anew: 'Show it anew',
  starts: 'Starts {time}',
  ends: 'Ends {time}',
  drawOpens: 'Draw: join from {time}',
  drawJoin: 'Draw: join before {time}',
  mayReturn: '{held} held unpaid: they may come back.',
  joinLine: '{held} held unpaid: they may come back. Join the waiting list.',
  noneReturns: 'Everything is sold and paid.',
  others: 'Other sales',
  seeOthers: 'See all that is on sale',
};

export type HomeTexts = typeof en;

const zh: HomeTexts = {
  filters: '筛选商品',
  all: '全部',
  running: '正在抢购',
  coming: '即将开始',
  normal: '原价销售',
  ended: '已结束',
  urgent: '最紧急',
  titles: {
    running: '正在抢购',
    coming: '即将开始',
    normal: '原价销售',
    ended: '已结束或暂不销售',
    flat: '商品',
  },
  none: {
    running: '目前没有正在进行的活动。',
    coming: '目前没有预告的活动。',
    normal: '目前没有按原价销售的商品。',
    ended: '还没有已结束的活动。',
  },
  notHere: '这里没有名为“{q}”的商品。',
  everywhere: '在全部商品中查找',
  showAll: '查看全部商品',
  showComing: '查看即将开始的活动',
  nextStarts: '下一场活动 {time} 开始。',
  changed: '页面打开后，有活动开始或结束了。',
  anew: '刷新列表',
  starts: '{time} 开始',
  ends: '{time} 结束',
  drawOpens: '抽签：{time} 起可参加',
  drawJoin: '抽签：{time} 前可参加',
  mayReturn: '{held} 件待付款，可能重新开售。',
  joinLine: '{held} 件待付款，可能重新开售，可加入候补。',
  noneReturns: '已全部售出并付款。',
  others: '其他活动',
  seeOthers: '查看全部在售商品',
};

export const homeTexts: Record<Language, HomeTexts> = { en, zh };
