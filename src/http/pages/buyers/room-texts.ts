/** What the waiting room of an item's page says, English and Chinese. `{…}` is filled in by its script. */
import type { Language } from '../../wire/messages.ts';

const en = {
  queueTitle: 'You are in the queue',
  drawTitle: 'You are in the draw',
  inTitle: 'You are in',
  place: 'Your place',
  ahead: 'People ahead of you',
  eta: 'Estimated wait',
  held: 'Held unpaid',
  entrants: 'People in the draw',
  unknown: 'not known yet',
  seconds: 'under a minute',
  minutes: 'about {n} min',
  hours: 'about {n} h',
  queueHint:
    'Your place is kept, also when you close this page, and on your other devices. We ask for you and say when you are in.',
  drawHint:
    'The draw is held at {time}. When you joined does not matter: it puts everybody in order, and anybody can check that.',
  waitlistHint:
    'Everything is sold or held. Units that are not paid in time go to the next in line.',
  buyWithin: 'Buy within {time}, or the next in line is let in.',
  pausedPlace: 'The sale is paused. Your place stands.',
  pausedIn:
    'The sale is paused. You keep your turn, and have your whole time again when it goes on.',
  offline: 'No connection. Your place is kept: this page goes on as soon as there is one.',
  saidPlace: 'Place {place}. {ahead} ahead of you.',
  saidIn: 'You are in. Buy now.',
  titlePlace: 'Place {place}',
  titleDraw: 'In the draw',
  titleIn: '✔ You are in',
  leaveQueue: 'Leave the queue',
  leaveDraw: 'Leave the draw',
  leaveIn: 'Let the next one in',
  leaveSure: 'Really give it up?',
  left: 'You have given up your place.',
  lapsed: 'Your time to buy has run out, and your turn has passed on. You can join again.',
  queueEnded: 'Everything is sold and paid: the queue has ended.',
  saleOver: 'The sale has ended, and its queue with it.',
  elsewhere: 'You are no longer in the queue.',
  sound: 'Play a sound when I am in',
} as const;

type RoomTexts = Record<keyof typeof en, string>;

const zh: RoomTexts = {
  queueTitle: '您正在排队',
  drawTitle: '您已参加抽签',
  inTitle: '轮到您了',
  place: '您的位置',
  ahead: '前面的人数',
  eta: '预计等待',
  held: '待付款的件数',
  entrants: '参加抽签的人数',
  unknown: '暂无法估计',
  seconds: '不到一分钟',
  minutes: '约 {n} 分钟',
  hours: '约 {n} 小时',
  queueHint: '位置已为您保留，关闭本页或换一台设备也不会丢失。轮到您时，本页会提醒您。',
  drawHint: '抽签将于 {time} 进行。参加的先后不影响结果，任何人都可以验证。',
  waitlistHint: '商品已全部售出或保留。逾期未付的商品将依次给后面的人。',
  buyWithin: '请在 {time} 内购买，否则将轮到下一位。',
  pausedPlace: '活动已暂停，您的位置不变。',
  pausedIn: '活动已暂停。您的资格不变，恢复后重新计时。',
  offline: '网络不通。您的位置仍在，恢复后本页将自动继续。',
  saidPlace: '第 {place} 位，前面还有 {ahead} 人。',
  saidIn: '轮到您了，请立即购买。',
  titlePlace: '第 {place} 位',
  titleDraw: '等待抽签',
  titleIn: '✔ 轮到您了',
  leaveQueue: '退出排队',
  leaveDraw: '退出抽签',
  leaveIn: '让给下一位',
  leaveSure: '确定放弃？',
  left: '您已放弃位置。',
  lapsed: '购买时限已过，资格已让给他人。您可以重新排队。',
  queueEnded: '商品已全部售出并付款，排队结束。',
  saleOver: '活动已结束，排队随之结束。',
  elsewhere: '您已不在队列中。',
  sound: '轮到我时播放提示音',
};

export const roomTexts: Record<Language, RoomTexts> = { en, zh };
