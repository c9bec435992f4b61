/** The texts of `/docs` around the routes, English and Chinese; summaries are English alone. */
import type { Language } from '../../wire/messages.ts';

export const docsTexts = {
  en: {
    title: 'API reference',
    lead: 'Every route, from the very schemas that validate requests. For programs:',
    envelope: 'The envelope',
    success: 'Success',
    failure: 'Failure',
    envelopeLead:
      'Every answer of the API is JSON in one of two shapes. Money is integer minor units; times are RFC 3339 in UTC; bodies are at most 64 KiB of JSON, but for pictures, and unknown fields are ignored.',
    retry:
      '429 and 503 carry Retry-After in seconds. After 503 or a broken connection, send the same request again: one purchase token buys at most one order.',
    who: 'Who',
    anyone: 'anyone',
    user: 'a user, by session token or cookie',
    admin: 'administrators, by ADMIN_TOKEN or a key with the scope admin',
    key: 'whoever has a key with the scope {scope}, and administrators',
    'user or key':
      'the user who owns it, whoever has a key with the scope {scope}, and administrators',
    provider: 'the payment provider, by a signature with PAYMENT_WEBHOOK_SECRET',
    metrics:
      'anyone; where METRICS_TOKEN is set, whoever sends it or has a key with the scope {scope}',
    'metrics or key':
      'whoever has a key with the scope {scope} or sends METRICS_TOKEN where that is set, and administrators',
    once: 'a header of up to 64 visible characters that names the request. Sent again with the same body within 24 hours it is not carried out again, and gets the old answer.',
    routes: 'Routes',
    query: 'Query',
    body: 'Body',
    field: 'Field',
    type: 'Type and bounds',
    optional: 'optional',
    example: 'Example',
    answer: 'Answer',
    codes: 'Error codes',
    allCodes: 'All error codes',
    code: 'Code',
    status: 'Status',
    meaning: 'Meaning',
    otherForm: '200, not in the envelope: see above.',
  },
  zh: {
    title: '接口文档',
    lead: '所有接口，直接取自校验所用的定义。程序请读：',
    envelope: '统一格式',
    success: '成功',
    failure: '失败',
    envelopeLead:
      '接口的应答都是 JSON，只有两种格式。金额为最小货币单位的整数，时间为 RFC 3339 UTC，请求体（图片除外）为不超过 64 KiB 的 JSON，未知字段会被忽略。',
    retry:
      '429 与 503 带有 Retry-After（秒）。收到 503 或连接中断后，请重发同一请求：一个购买令牌至多成交一单。',
    who: '调用者',
    anyone: '任何人',
    user: '用户（会话令牌或 Cookie）',
    admin: '管理员（ADMIN_TOKEN，或权限为 admin 的密钥）',
    key: '权限含 {scope} 的密钥，或管理员',
    'user or key': '订单所属用户、权限含 {scope} 的密钥，或管理员',
    provider: '支付服务商（以 PAYMENT_WEBHOOK_SECRET 签名）',
    metrics: '任何人；设置了 METRICS_TOKEN 时，仅限持该令牌者及权限含 {scope} 的密钥',
    'metrics or key': '权限含 {scope} 的密钥或管理员；设置了 METRICS_TOKEN 时，持该令牌者亦可',
    once: '请求头，最多 64 个可见字符，用于标识请求。24 小时内以相同内容重发不会再次执行，并得到原来的答复。',
    routes: '接口',
    query: '查询参数',
    body: '请求体',
    field: '字段',
    type: '类型与范围',
    optional: '可选',
    example: '示例',
    answer: '应答',
    codes: '错误码',
    allCodes: '全部错误码',
    code: '错误码',
    status: '状态',
    meaning: '含义',
    otherForm: '200，不在统一格式内，见上文。',
  },
} as const satisfies Record<Language, unknown>;
export type DocsTexts = (typeof docsTexts)[Language];
