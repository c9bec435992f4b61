/** The texts of registration, log-in and forgotten passwords, English and Chinese. `{…}` is filled in. */
import type { Language } from '../../../wire/messages.ts';

const en = {
  byCode: 'Log in with a code by text message',
  byPassword: 'Log in with your password',
  byCodeTitle: 'Log in with a code',
  byCodeLead: 'We send a code to your telephone. It opens your account once.',
  forgotten: 'Forgotten your password?',
  newPassword: 'New password',
  newPasswordLead: 'We send a code to your telephone. Then choose a new password.',
  newPasswordSubmit: 'Set password and log in',
  newPasswordHint: '8 characters or more. You will be logged out everywhere else.',
  codeSent: 'The code is on its way.',
  codeShown: 'This is a demo without text messages. Your code is {code}.',
  noGateway:
    'No message can be sent: this shop has no way to send text messages yet. Please ask the shop.',
  codeWait: 'A code was sent not long ago. Ask for another in {wait}.',
  wait: 'Again in {n} s',
  tooMany: 'Too many attempts. Please try again in {wait}.',
  tooManyLogIns: 'Too many wrong passwords. Try again in {wait}, or log in with a code at once.',
  wrongPassword: 'Wrong telephone or password.',
  notRegistered: 'There is no account with this number yet: please register.',
  registered: 'This number has an account already: please log in.',
  errors: {
    telephone: 'This is not a mobile number we can reach.',
    otp: 'Six digits, as in the text message.',
    name: 'Please tell us your name, in 50 characters at most.',
    gender: 'Please choose one.',
    age: 'A whole number from 0 to 150.',
    password: '8 to 128 characters, and not one of the most common passwords.',
  },
  noPassword: 'Please enter your password.',
  wrongCode: 'This code is wrong or has expired.',
  usedUpCode: 'This code is used up: please ask for another.',
  checkFields: 'Please check the marked fields.',
};

export type AccountTexts = typeof en;

const zh: AccountTexts = {
  byCode: '用短信验证码登录',
  byPassword: '用密码登录',
  byCodeTitle: '验证码登录',
  byCodeLead: '我们会向您的手机发送验证码，仅可使用一次。',
  forgotten: '忘记密码？',
  newPassword: '重设密码',
  newPasswordLead: '我们会向您的手机发送验证码，然后请设置新密码。',
  newPasswordSubmit: '设置密码并登录',
  newPasswordHint: '至少 8 个字符。其他设备上的登录将全部退出。',
  codeSent: '验证码已发送。',
  codeShown: '这是没有短信网关的演示，您的验证码是 {code}。',
  noGateway: '无法发送短信：本店尚未开通短信服务，请联系店家。',
  codeWait: '刚刚发送过验证码，请在{wait}后重新获取。',
  wait: '{n} 秒后可重发',
  tooMany: '尝试过于频繁，请在{wait}后再试。',
  tooManyLogIns: '密码错误次数过多，请在{wait}后再试，或立即使用验证码登录。',
  wrongPassword: '手机号或密码错误。',
  notRegistered: '该手机号尚未注册，请先注册。',
  registered: '该手机号已注册，请直接登录。',
  errors: {
    telephone: '请输入有效的手机号。',
    otp: '请输入短信中的六位数字。',
    name: '请输入姓名，最多 50 个字符。',
    gender: '请选择性别。',
    age: '请输入 0 到 150 的整数。',
    password: '8 到 128 个字符，且不能是常见密码。',
  },
  noPassword: '请输入密码。',
  wrongCode: '验证码错误或已过期。',
  usedUpCode: '该验证码已失效，请重新获取。',
  checkFields: '请检查标出的内容。',
};

export const accountTexts: Record<Language, AccountTexts> = { en, zh };
