/** The texts about pictures on the administrator's pages, English and Chinese. `{…}` is filled in. */
import {
  pictureBytesMax,
  picturePixelsMax,
  picturesPerItemMax,
} from '../../../../../actors/limits.ts';
import type { PictureRefusal } from '../../../../shop/pictures/pictures.ts';
import type { Language } from '../../../wire/messages.ts';

const mebibytes = pictureBytesMax / 2 ** 20;
const millions = picturePixelsMax / 1_000_000;

const en = {
  title: 'Pictures',
  lead: 'Buyers see them in this order; lists show the first.',
  leadNamed:
    'Buyers see the picture address of this item first, then these. Empty that address to lead with one of these.',
  none: 'No picture yet. Buyers see the first letter of the title.',
  number: 'Picture {n}',
  alt: 'What picture {n} shows',
  altHint: 'Read aloud to buyers who cannot see it.',
  save: 'Save text',
  first: 'Make first',
  up: 'Move up',
  down: 'Move down',
  remove: 'Remove',
  sure: 'Yes, remove it',
  add: 'Add pictures',
  addLater: 'Pictures',
  bounds: `JPEG, PNG or WebP, up to ${mebibytes} MiB each, ${picturesPerItemMax} an item. Where a photo was taken is not kept.`,
  submit: 'Upload',
  drop: 'You can also drop files here.',
  sending: 'Sending {name}',
  preparing: 'Preparing {name}',
  failed: '{name} could not be sent. Please try again.',
  lost: 'There was no answer. Please try again.',
  full: `An item has ${picturesPerItemMax} pictures at most. Remove one to add another.`,
  nothing: 'Choose one file or several.',
  refusedOne: '{name}: {reason}',
  done: {
    pictures: 'The pictures are added.',
    pictureSaved: 'The picture is changed.',
    pictureRemoved: 'The picture is removed.',
  },
  refusals: {
    large: `larger than ${mebibytes} MiB`,
    full: `more than the ${picturesPerItemMax} pictures that an item may have`,
    missing: 'the item or the picture is not there any more',
    empty: 'the file is empty',
    kind: 'not a JPEG, PNG or WebP; save it as one of these',
    cut: 'the file is not whole; its end is missing',
    broken: 'the file is damaged',
    animated: 'a moving picture; save a single frame',
    print: 'in the colours of print (CMYK); save it as RGB',
    pixels: `more than ${millions} million pixels; make it smaller`,
    profile: 'its colour profile is too large; save it as sRGB',
  } satisfies Record<PictureRefusal | 'large', string>,
};

export type PictureTexts = typeof en;

const zh: PictureTexts = {
  title: '图片',
  lead: '买家按此顺序看到图片，列表显示第一张。',
  leadNamed: '买家先看到本商品的图片地址，然后是这些图片。清空该地址即以这里的第一张为首。',
  none: '还没有图片，买家看到的是标题的第一个字。',
  number: '图片 {n}',
  alt: '图片 {n} 的内容',
  altHint: '为看不见图片的买家朗读。',
  save: '保存文字',
  first: '设为首图',
  up: '上移',
  down: '下移',
  remove: '删除',
  sure: '确认删除',
  add: '添加图片',
  addLater: '图片',
  bounds: `JPEG、PNG 或 WebP，每张不超过 ${mebibytes} MiB，每件商品最多 ${picturesPerItemMax} 张。照片的拍摄地点不会保留。`,
  submit: '上传',
  drop: '也可以把文件拖到这里。',
  sending: '正在上传 {name}',
  preparing: '正在处理 {name}',
  failed: '{name} 未能上传，请重试。',
  lost: '没有收到应答，请重试。',
  full: `每件商品最多 ${picturesPerItemMax} 张图片，删除一张后才能添加。`,
  nothing: '请选择一个或多个文件。',
  refusedOne: '{name}：{reason}',
  done: {
    pictures: '图片已添加。',
    pictureSaved: '图片已更改。',
    pictureRemoved: '图片已删除。',
  },
  refusals: {
    large: `超过 ${mebibytes} MiB`,
    full: `超过每件商品 ${picturesPerItemMax} 张图片的上限`,
    missing: '商品或图片已不存在',
    empty: '文件为空',
    kind: '不是 JPEG、PNG 或 WebP，请另存为其中一种',
    cut: '文件不完整，缺少结尾',
    broken: '文件已损坏',
    animated: '是动态图片，请保存单帧',
    print: '是印刷色彩（CMYK），请另存为 RGB',
    pixels: `超过 ${millions * 100} 万像素，请缩小`,
    profile: '色彩配置文件过大，请另存为 sRGB',
  },
};

export const pictureTexts: Record<Language, PictureTexts> = { en, zh };
