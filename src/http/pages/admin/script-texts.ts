/** What the scripts of the administrator's pages say, English and Chinese. `{…}` is filled in. */
import type { Language } from '../../wire/messages.ts';
import { type AdminTexts, adminTexts } from './admin-texts.ts';

const script = {
  en: {
    connected: 'Live',
    lost: 'Connection lost: trying again.',
    ended: 'The session has ended.',
    noReplica: 'none',
    seconds: '{n} s',
    entries: 'by {n}',
    upToDate: 'up to date',
    moment: '{time} ({zone})',
    ...statesOf(adminTexts.en),
  },
  zh: {
    connected: '实时',
    lost: '连接中断，正在重试。',
    ended: '登录已失效。',
    noReplica: '无',
    seconds: '{n} 秒',
    entries: '{n} 条',
    upToDate: '同步',
    moment: '{time}（{zone}）',
    ...statesOf(adminTexts.zh),
  },
} as const;

export const adminScriptTexts: Record<Language, Record<string, string>> = script;

/** How the promo stands that the board shows. */
function statesOf({ item: { pending, running, paused, ended } }: AdminTexts) {
  return {
    'state.pending': pending,
    'state.running': running,
    'state.paused': paused,
    'state.ended': ended,
  };
}
