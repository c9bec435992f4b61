/** The texts of the tables of engines and partitions, English and Chinese. `{…}` is filled in. */
import type { PartitionMode } from '../../../../../actors/memory/positions.ts';
import type { ShownEngine } from '../../../../shop/cluster/engines.ts';
import type { Language } from '../../../wire/messages.ts';

const modesEn: Record<PartitionMode, string> = {
  ready: 'ready',
  recovering: 'recovering',
  unavailable: 'cannot reach its journal',
  fenced: 'fenced',
  refusing: 'waits for an operator',
  stopped: 'stopped',
  following: 'waits for an owner',
  taking: 'being taken over',
  'handing over': 'being handed over',
};

const statesEn: Record<ShownEngine['state'], string> = {
  alive: 'alive',
  leaving: 'leaving',
  gone: 'gone',
};

const en = {
  engines: 'Engines, as this one knew them at {time}',
  engine: 'Engine',
  self: 'this one',
  state: 'State',
  states: statesEn,
  heard: 'heard {ms} ms ago',
  heardLongAgo: 'heard {seconds} s ago',
  since: 'Since',
  owns: 'Partitions',
  partitions: 'Partitions and their owners',
  partition: 'Partition',
  owner: 'Owner',
  nobody: 'nobody',
  doing: 'It is',
  modes: modesEn,
  entry: 'Last entry',
  sql: 'SQL',
  replica: 'Replica',
  webhooks: 'Webhooks',
  copy: 'Copy here',
  copyBehind: '{n} entries behind',
  copyInStep: 'in step',
  copyOld: 'not in step',
};

type EnginesTexts = typeof en;

const zh: EnginesTexts = {
  engines: '引擎（本引擎于 {time} 所知）',
  engine: '引擎',
  self: '本引擎',
  state: '状态',
  states: { alive: '运行中', leaving: '正在退出', gone: '已失联' },
  heard: '{ms} 毫秒前有消息',
  heardLongAgo: '{seconds} 秒前有消息',
  since: '自',
  owns: '分区',
  partitions: '分区及其归属',
  partition: '分区',
  owner: '归属',
  nobody: '无',
  doing: '状态',
  modes: {
    ready: '就绪',
    recovering: '恢复中',
    unavailable: '无法访问日志',
    fenced: '被隔离',
    refusing: '等待运维处理',
    stopped: '已停止',
    following: '等待接管',
    taking: '接管中',
    'handing over': '移交中',
  },
  entry: '最新条目',
  sql: '数据库',
  replica: '副本（Redis）',
  webhooks: 'Webhook',
  copy: '本机副本',
  copyBehind: '落后 {n} 条',
  copyInStep: '同步',
  copyOld: '未同步',
};

export const enginesTexts: Record<Language, EnginesTexts> = { en, zh };
