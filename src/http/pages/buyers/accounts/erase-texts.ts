/** The texts of the pages on which people erase their account, English and Chinese. `{n}` is the user's number. */
import type { Language } from '../../../wire/messages.ts';

const en = {
  erase: 'Delete my account',
  lead: 'Your name, telephone, age, gender and password are erased at once, and cannot be brought back.',
  effects: [
    'You are logged out on every device, and can no longer log in.',
    'Your orders, and money that is due back to you, stay in our books under the number {n} alone. You can no longer see or pay them here: note down what you need. Unpaid orders expire.',
    'Your places in queues and draws lapse, and your reminders are erased.',
    'Your telephone can register again. For 90 days we keep it in scrambled form: in that time it gets this number back, with its orders and purchase limits. After that, nothing connects it with them.',
  ],
  proof: 'So that nobody else does this on your device, please enter your password.',
  wrongPassword: 'Wrong password.',
  tooManyLogIns: 'Too many wrong passwords. Try again in {wait}, or set a new one at once.',
  erased: 'Your account is deleted',
  erasedLead: 'You are logged out everywhere. Thank you for having been here.',
};

type EraseTexts = typeof en;

const zh: EraseTexts = {
  erase: '注销账户',
  lead: '您的姓名、手机号、年龄、性别和密码将立即删除，且无法恢复。',
  effects: [
    '您将在所有设备上退出登录，且无法再登录。',
    '您的订单和应退款项仅以编号 {n} 保留在账目中。您将无法在此查看或支付，请先记下所需信息。未付款的订单将过期。',
    '您在排队和抽签中的名额将失效，提醒将被删除。',
    '该手机号可以重新注册。我们会以加密形式将其保留 90 天，期间重新注册将恢复此编号及其订单和限购数量；此后手机号与它们不再有任何关联。',
  ],
  proof: '为防止他人在您的设备上操作，请输入密码。',
  wrongPassword: '密码错误。',
  tooManyLogIns: '密码错误次数过多，请在{wait}后再试，或立即重设密码。',
  erased: '账户已注销',
  erasedLead: '您已在所有设备上退出登录。感谢您的光临。',
};

export const eraseTexts: Record<Language, EraseTexts> = { en, zh };
