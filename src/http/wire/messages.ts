/** Every error code with its HTTP status and its text, English and Chinese. */
export type Language = 'en' | 'zh';

interface Failure {
  status: number;
  en: string;
  zh: string;
}

export const failures = {
  10001: { status: 400, en: 'invalid parameters', zh: '参数不合法' },
  10002: { status: 500, en: 'unknown error', zh: '未知错误' },
  10003: { status: 429, en: 'too many requests', zh: '请求过于频繁' },
  10004: {
    status: 503,
    en: 'outcome unknown: send the same request again',
    zh: '结果未知，请重新发送同一请求',
  },
  10005: { status: 404, en: 'no such thing', zh: '对象不存在' },
  10006: { status: 413, en: 'body too large', zh: '请求体过大' },
  20001: { status: 404, en: 'user does not exist', zh: '用户不存在' },
  20002: { status: 401, en: 'wrong telephone or password', zh: '手机号或密码错误' },
  20003: { status: 401, en: 'not logged in', zh: '用户未登录' },
  20004: { status: 409, en: 'telephone already registered', zh: '手机号已注册' },
  20005: { status: 400, en: 'wrong or expired one-time password', zh: '验证码错误或已过期' },
  20006: { status: 403, en: 'not allowed', zh: '没有权限' },
  30001: { status: 409, en: 'out of stock', zh: '库存不足' },
  30002: {
    status: 503,
    en: 'journal unavailable: nothing was done',
    zh: '日志不可用，未执行任何操作',
  },
  30003: { status: 503, en: 'too busy: nothing was done', zh: '系统繁忙，未执行任何操作' },
  30004: { status: 409, en: 'sale has not started', zh: '活动尚未开始' },
  30005: { status: 409, en: 'sale has ended', zh: '活动已结束' },
  30006: { status: 409, en: 'purchase limit reached', zh: '已达限购数量' },
  30007: { status: 403, en: 'invalid purchase token', zh: '购买令牌无效' },
  30008: { status: 403, en: 'purchase token expired', zh: '购买令牌已过期' },
  30009: {
    status: 403,
    en: 'captcha wrong, used or expired',
    zh: '图形验证码错误、已使用或已过期',
  },
  30010: { status: 409, en: 'gate closed: all purchase tokens are out', zh: '购买资格已发完' },
  30011: {
    status: 409,
    en: 'order is in a state that does not allow this',
    zh: '当前状态不允许此操作',
  },
  30012: { status: 409, en: 'late payment refused: a refund is due', zh: '逾期付款被拒，将退款' },
  30013: { status: 404, en: 'item is not on sale', zh: '商品未在售' },
  30014: {
    status: 422,
    en: 'already used for something else: a purchase token for another amount, a key for another request, a payment of another amount',
    zh: '已用于其他用途：购买令牌用于其他数量、幂等键用于其他请求，或付款金额不符',
  },
  30015: {
    status: 409,
    en: 'sold only under its promo now',
    zh: '该商品目前仅在活动中销售',
  },
  30016: { status: 409, en: 'the sale is paused', zh: '活动已暂停' },
} as const satisfies Record<number, Failure>;

export type ErrorCode = keyof typeof failures;
export const errorCodes = Object.keys(failures).map(Number) as ErrorCode[]; // The keys are the codes.

/** In place of the text of 20005, where no further try of the same one-time password will do. */
export const usedUpTexts: Record<Language, string> = {
  en: 'this one-time password is used up: ask for another',
  zh: '该验证码已失效，请重新获取',
};

/** In place of the text of 20003, where it is a delivery that is not known to be its provider's. */
export const unsignedTexts: Record<Language, string> = {
  en: 'the signature is wrong or missing, or its time is more than five minutes off',
  zh: '签名有误或缺失，或签名时间相差超过五分钟',
};

/** 10003 with how long to wait. */
export function tooManyText(retryAfterMs: number, language: Language): string {
  const wait = waitText(retryAfterMs, language);
  return language === 'zh'
    ? `请求过于频繁，请在${wait}后再试`
    : `too many requests: try again in ${wait}`;
}

/** A time to wait in the unit that people would use, rounded up. */
export function waitText(ms: number, language: Language): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  const units = inUnits[language];
  if (seconds < 100) return units.second.format(seconds);
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? units.minute.format(minutes) : units.hour.format(Math.ceil(minutes / 60));
}

/** Made once: one takes longer to make than all else in a refusal. */
const inUnits = { en: unitsIn('en'), zh: unitsIn('zh-CN') };

function unitsIn(locale: string) {
  const written = (unit: 'second' | 'minute' | 'hour') =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' });
  return { second: written('second'), minute: written('minute'), hour: written('hour') };
}

/** What a page from elsewhere is told after the text of 20006: where it is, and as what it asked. */
export const elsewhere: Record<Language, (origin: string, host: string) => string> = {
  en: (origin, host) =>
    `the page is from ${origin}, and this server was asked as ${host}. Behind a proxy, name it in TRUSTED_PROXIES and let it send Host or X-Forwarded-Host; a shop on another origin is named in ALLOWED_ORIGINS`,
  zh: (origin, host) =>
    `页面来自 ${origin}，而本服务器被访问的地址是 ${host}。若在代理之后，请在 TRUSTED_PROXIES 中写明代理，并由其传递 Host 或 X-Forwarded-Host；其他来源的商店须写入 ALLOWED_ORIGINS`,
};

/** Which of the two languages an `Accept-Language` header prefers; English in doubt. */
export function languageOf(acceptLanguage: string | null): Language {
  if (acceptLanguage === null) return 'en';
  let best: { language: Language; quality: number } = { language: 'en', quality: 0 };
  for (const range of acceptLanguage.split(',')) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const primary = tag.split('-')[0];
    if (primary !== 'en' && primary !== 'zh') continue;
    const stated = parameters.map((p) => /^\s*q=([\d.]+)\s*$/.exec(p)?.[1]).find(Boolean);
    const quality = stated === undefined ? 1 : Number(stated);
    if (quality > best.quality) best = { language: primary, quality };
  }
  return best.language;
}
