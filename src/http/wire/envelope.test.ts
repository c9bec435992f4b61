import { describe, expect, test } from 'bun:test';
import { type Answer, answerOf } from '../../testing/engine-process.ts';
import { failure, invalid, success, tooMany } from './envelope.ts';
import { errorCodes, failures, languageOf } from './messages.ts';

const request = (acceptLanguage?: string) =>
  new Request('http://test/', {
    headers: acceptLanguage === undefined ? {} : { 'accept-language': acceptLanguage },
  });

async function read(response: Response): Promise<Answer> {
  return answerOf(response.status, response.headers, await response.text());
}

describe('the envelope', () => {
  test('carries data with 200, or 201 where something was created', async () => {
    expect(await read(success({ a: 1 }))).toMatchObject({ status: 200, data: { a: 1 } });
    expect(await read(success(null, 201))).toMatchObject({ status: 201, data: null });
  });

  test('carries every error code with its HTTP status and a text in both languages', async () => {
    const api: [number, number][] = [
      [10001, 400],
      [10002, 500],
      [10003, 429],
      [10004, 503],
      [10005, 404],
      [10006, 413],
      [20001, 404],
      [20002, 401],
      [20003, 401],
      [20004, 409],
      [20005, 400],
      [20006, 403],
      [30001, 409],
      [30002, 503],
      [30003, 503],
      [30004, 409],
      [30005, 409],
      [30006, 409],
      [30007, 403],
      [30008, 403],
      [30009, 403],
      [30010, 409],
      [30011, 409],
      [30012, 409],
      [30013, 404],
      [30014, 422],
      [30015, 409],
      [30016, 409],
    ];
    expect<[number, number][]>(errorCodes.map((code) => [code, failures[code].status])).toEqual(
      api,
    );
    for (const code of errorCodes) {
      const english = await read(failure(request(), code));
      expect(english).toMatchObject({ status: failures[code].status, errCode: code });
      expect(english.errMsg).toMatch(/^[ -~]+$/);
      const chinese = await read(failure(request('zh-CN,zh;q=0.9'), code));
      expect(chinese.errCode).toBe(code);
      expect(chinese.errMsg).toMatch(/\p{Script=Han}/u);
    }
  });

  test('says when to try again with 429 and 503, and with nothing else', async () => {
    for (const code of errorCodes) {
      const { status, headers } = await read(failure(request(), code));
      const expected = status === 429 || status === 503;
      expect([code, /^\d+$/.test(headers.get('retry-after') ?? '')]).toEqual([code, expected]);
    }
    const { headers } = await read(tooMany(request(), 2.1));
    expect(headers.get('retry-after')).toBe('3');
  });

  test.each([
    [0, '1 second', '1秒钟'],
    [2.1, '3 seconds', '3秒钟'],
    [99, '99 seconds', '99秒钟'],
    [100, '2 minutes', '2分钟'],
    [3_300, '55 minutes', '55分钟'],
    [36_000, '10 hours', '10小时'],
  ])('says in words how long %d s are', async (seconds, english, chinese) => {
    const en = await read(tooMany(request(), seconds));
    expect(en.errMsg).toBe(`too many requests: try again in ${english}`);
    const zh = await read(tooMany(request('zh'), seconds));
    expect(zh.errMsg).toBe(`请求过于频繁，请在${chinese}后再试`);
  });

  test('names every wrong field in either language', async () => {
    for (const language of ['en', 'zh']) {
      const { errMsg, data } = await read(invalid(request(language), { a: 'is bad', 'b.c': 'no' }));
      expect(errMsg).toContain('a (is bad), b.c (no)');
      expect(data.fields).toEqual({ a: 'is bad', 'b.c': 'no' });
    }
  });
});

describe('Accept-Language', () => {
  test('selects Chinese where it prefers it, else English', () => {
    const chinese = ['zh', 'ZH-tw', 'zh-Hans-CN', 'fr, zh', 'en;q=0.5, zh;q=0.9', 'zh, en'];
    for (const header of chinese) expect([header, languageOf(header)]).toEqual([header, 'zh']);
    const english = ['en', 'en-GB, zh', 'fr', '', '*', 'zh;q=0', 'zh;q=0.1, en;q=0.2', ';;,,q='];
    for (const header of english) expect([header, languageOf(header)]).toEqual([header, 'en']);
    expect(languageOf(null)).toBe('en');
  });
});
