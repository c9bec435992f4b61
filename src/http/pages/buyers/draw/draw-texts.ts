/** The texts of a draw’s page, English and Chinese. `{…}` is filled in. */
import type { Language } from '../../../wire/messages.ts';

const en = {
  title: 'The draw',
  of: 'The draw of {promo}',
  lead: 'Everyone who joins before the sale opens takes part in a draw, and is let in by the order that comes out. When you joined does not matter. Afterwards you can check here that the order was not made up.',
  back: 'Back to {item}',
  ways: 'How it works',
  before: 'Before',
  beforeText:
    'When the sale was announced, the shop chose a secret number and showed its fingerprint, the commitment. From it nobody can tell the secret, and no other secret has it: so the secret cannot be exchanged any more.',
  joining: 'While people join',
  joiningText:
    'Everyone who joins gets a label: the fingerprint of the sale’s number, their own number and a random number that only they know. So the list of labels shows how many take part, and not who.',
  after: 'When the sale opens',
  afterText:
    'The secret and all labels together give a seed, and the seed gives each label a fingerprint of its own. The labels in the order of these are the order of the draw. The secret is shown, so that anyone can do the same and must get the same.',
  limits:
    'Those who give up their place stay in the list, and are passed over when people are let in. Those who join after the draw wait behind it.',
  facts: 'This draw',
  drawAt: 'Drawn when the sale opens',
  drawnAt: 'Drawn',
  notHeld: 'The sale was taken back: there will be no draw.',
  commitment: 'Commitment',
  secret: 'Secret',
  seed: 'Seed',
  yours: 'Your place',
  logInToSee: 'Log in to see your label and your place.',
  notIn: 'You do not take part in this draw.',
  yourLabel: 'Your label',
  madeOf: 'Made of',
  placeAfter: 'Your place is known when the sale opens.',
  place: 'Place {place} of {n}',
  placeHint: 'You are let in when your turn comes, as long as there are units.',
  check: 'Check it',
  checkLead:
    'Your device reads the whole list and does the draw again by itself. You need not believe this page’s figures.',
  checkOwn: 'Check my place',
  checkAll: 'Check the whole order',
  steps: {
    commitment: 'The fingerprint of the secret is the commitment',
    remembered: 'The commitment is the one that this browser saw before the draw',
    label: 'Your label is made of your own numbers',
    among: 'Your label is in the list of those who took part',
    seed: 'The seed follows from the secret and all labels',
    order: 'The whole order follows from the seed',
    place: 'Your place in the order is the one shown above',
  },
  progress: 'How much of the order has been checked',
  elsewhere: 'Check it without this page',
  elsewhereText:
    'In a terminal with Python 3. It prints three times True: the secret has the commitment, the seed follows, and so does the order.',
  elsewhereLabel: 'Your label, made of the number of the sale, your number and your random number:',
  noScript: 'To check on this page, switch JavaScript on. At its end is a way without.',
};

export type DrawTexts = typeof en;

const zh: DrawTexts = {
  title: '抽签',
  of: '{promo}的抽签',
  lead: '开抢前加入的人都参加抽签，按抽出的顺序进场，与加入的早晚无关。抽签之后，您可以在这里验证顺序没有被人为安排。',
  back: '返回“{item}”',
  ways: '抽签如何进行',
  before: '抽签之前',
  beforeText:
    '活动发布时，商店已选定一个秘密数，并公布了它的指纹，即“承诺值”。由承诺值推不出秘密数，也没有别的秘密数与它相符，所以秘密数不能再更换。',
  joining: '加入期间',
  joiningText:
    '每位加入者得到一个标签：由活动编号、本人编号和只有本人知道的随机数算出的指纹。标签列表只显示有多少人参加，不显示是谁。',
  after: '开抢之时',
  afterText:
    '秘密数与全部标签一起得出种子，种子再为每个标签算出一个指纹，按这些指纹排列的标签就是抽签的顺序。秘密数随即公布，任何人都可以照样计算，并且必然得到相同的结果。',
  limits: '放弃位置的人仍在列表中，进场时会被跳过。抽签之后加入的人排在后面。',
  facts: '本次抽签',
  drawAt: '开抢时抽签',
  drawnAt: '抽签时间',
  notHeld: '活动已撤回，不再抽签。',
  commitment: '承诺值',
  secret: '秘密数',
  seed: '种子',
  yours: '您的名次',
  logInToSee: '登录后可查看您的标签和名次。',
  notIn: '您没有参加这次抽签。',
  yourLabel: '您的标签',
  madeOf: '由以下内容得出',
  placeAfter: '开抢时即可知道您的名次。',
  place: '第 {place} 名（共 {n} 人）',
  placeHint: '只要还有商品，轮到您时即可进场。',
  check: '验证',
  checkLead: '您的设备会读取完整列表，自行重新抽签一次，不必相信本页的数字。',
  checkOwn: '验证我的名次',
  checkAll: '验证全部顺序',
  steps: {
    commitment: '秘密数的指纹就是承诺值',
    remembered: '承诺值与本浏览器在抽签前看到的一致',
    label: '您的标签由您自己的编号得出',
    among: '您的标签在参加者列表中',
    seed: '种子由秘密数和全部标签得出',
    order: '全部顺序由种子得出',
    place: '您在顺序中的名次与上面显示的一致',
  },
  progress: '已验证的顺序所占比例',
  elsewhere: '不用本页也能验证',
  elsewhereText:
    '在装有 Python 3 的终端中运行。它会输出三个 True：秘密数与承诺值相符，种子相符，顺序也相符。',
  elsewhereLabel: '您的标签，由活动编号、您的编号和您的随机数得出：',
  noScript: '在本页验证需要启用 JavaScript。页末有不需要它的方法。',
};

const script = {
  en: {
    ok: 'fits',
    wrong: 'does not fit',
    unknown: 'not known',
    open: 'to be checked',
    notSeen: 'This browser did not see it before the draw, so it has nothing to compare with.',
    seenOther: 'Before the draw this browser saw another one: {seen}',
    wrongAt: 'The first that is out of order is at place {place}.',
    wrongList: 'The order does not have exactly the labels of the list.',
    kept: 'This browser keeps the commitment, and compares it after the draw.',
    keptOther:
      'This is not the commitment that this browser saw at first, {seen}. It must never change: ask the shop.',
    reading: 'Reading the list …',
    checking: 'Checking …',
    allFits: 'Everything fits. {n} took part.',
    ownFits: 'Everything fits: you have place {place} of {n}.',
    somethingWrong:
      'Something does not fit: see above. Keep what this page shows, and ask the shop.',
    notDrawn: 'The draw cannot be read yet. Try again in a moment.',
    unreadable: 'What the shop answered is not a draw.',
    noAnswer: 'The list could not be read. Please try again.',
    tooMany: 'Read too often. Try again in {n} s.',
  },
  zh: {
    ok: '相符',
    wrong: '不符',
    unknown: '无法判断',
    open: '待验证',
    notSeen: '本浏览器在抽签前没有看到承诺值，无从比较。',
    seenOther: '本浏览器在抽签前看到的是另一个：{seen}',
    wrongAt: '第一处顺序有误的是第 {place} 名。',
    wrongList: '顺序中的标签与列表不完全相同。',
    kept: '本浏览器已记下承诺值，抽签后会进行比较。',
    keptOther: '这不是本浏览器最初看到的承诺值 {seen}。承诺值不应改变，请询问商店。',
    reading: '正在读取列表……',
    checking: '正在验证……',
    allFits: '全部相符，共 {n} 人参加。',
    ownFits: '全部相符：您是 {n} 人中的第 {place} 名。',
    somethingWrong: '有不符之处，见上文。请保留本页内容，并询问商店。',
    notDrawn: '暂时读不到抽签结果，请稍后再试。',
    unreadable: '商店的回答不是抽签结果。',
    noAnswer: '无法读取列表，请重试。',
    tooMany: '读取过于频繁，请在 {n} 秒后再试。',
  },
} as const;

type DrawScriptTexts = Record<keyof (typeof script)['en'], string>;

export const drawTexts: Record<Language, DrawTexts> = { en, zh };
export const drawScriptTexts: Record<Language, DrawScriptTexts> = script;
