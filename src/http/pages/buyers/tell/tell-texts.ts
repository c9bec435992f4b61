/** The texts of "tell me", English and Chinese. `{…}` is filled in. */
import type { Language } from '../../../wire/messages.ts';

const en = {
  tellMe: 'Tell me when it starts',
  tellMeDraw: 'Tell me when it can be joined',
  toldHint: 'It is kept in your account, and marked at the top of every page while it is on.',
  kept: 'In your account: marked at the top of every page while it is on.',
  noLonger: 'No longer',
  /** For those who do not see what it stands beside. */
  noLongerOf: 'No longer wait for {title}',
  calendar: 'Add to your calendar',
  calendarOf: 'Add to your calendar: {title}',
  title: 'Sales you wait for',
  starts: 'Starts {time}',
  drawOpens: 'Draw: join from {time}',
  drawJoin: 'Draw: join before {time}',
  coming: 'Coming',
  running: 'On now',
  paused: 'Paused',
  ended: 'Over',
  withdrawn: 'Called off',
  go: 'Go to the sale',
  event: {
    sale: 'Sale: {title}',
    draw: 'Join the draw: {title}',
    saleText: '{promo}: {price}. Log in a few minutes before.',
    drawText:
      '{promo}: {price}. Be there to join the draw: from {opens} to {starts}. When you join in that time does not matter. It is held at {starts}.',
    cancelled: 'The sale was called off.',
    soon: '{title}: the sale starts soon',
    opensSoon: '{title}: the draw can soon be joined',
    drawnSoon: '{title}: the draw is held soon, and can be joined until then',
  },
};

export type TellTexts = typeof en;

const zh: TellTexts = {
  tellMe: '开抢时提醒我',
  tellMeDraw: '可报名时提醒我',
  toldHint: '活动将保存在您的账户中，进行期间在每页顶部标出。',
  kept: '已保存在您的账户中，进行期间在每页顶部标出。',
  noLonger: '不再提醒',
  noLongerOf: '不再提醒：{title}',
  calendar: '加入日历',
  calendarOf: '加入日历：{title}',
  title: '您关注的活动',
  starts: '{time} 开始',
  drawOpens: '抽签：{time} 起可参加',
  drawJoin: '抽签：{time} 前可参加',
  coming: '即将开始',
  running: '正在抢购',
  paused: '已暂停',
  ended: '已结束',
  withdrawn: '已取消',
  go: '去抢购',
  event: {
    sale: '开抢：{title}',
    draw: '参加抽签：{title}',
    saleText: '{promo}：{price}。请提前几分钟登录。',
    drawText:
      '{promo}：{price}。请在 {opens} 至 {starts} 之间报名抽签，先后不影响结果。抽签于 {starts} 进行。',
    cancelled: '活动已取消。',
    soon: '{title}：即将开抢',
    opensSoon: '{title}：抽签即将开放报名',
    drawnSoon: '{title}：抽签即将进行，此前仍可报名',
  },
};

export const tellTexts: Record<Language, TellTexts> = { en, zh };
