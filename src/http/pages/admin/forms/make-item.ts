/** Makes an item of a form, with the pictures that come with it. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { createItem, newItemSchema } from '../../../../shop/create-item.ts';
import { checkInput } from '../../../../shop/input.ts';
import { storePicture } from '../../../../shop/pictures/pictures.ts';
import { actorName } from '../../../guard/admin.ts';
import type { AppParts } from '../../../parts.ts';
import { failures } from '../../../wire/messages.ts';
import type { SentForm } from '../../../wire/multipart.ts';
import type { View } from '../../layout.tsx';
import { type Filled, ownTexts } from '../frame.tsx';
import { picturesFrom, refusedText } from '../pictures/files.ts';
import { textsOfPictures } from '../pictures/pictures.tsx';
import { itemInput } from './form-data.ts';
import { filledOf, submitOnce } from './submit.ts';

/** The number of the item, or the form to be corrected. */
type MadeItem =
  | { id: number; filled: null; status: 200 }
  | { id: null; filled: Filled; status: ContentfulStatusCode };

/** Its pictures are made first, so that nothing is half done where one of them cannot be taken. */
export async function makeItem(
  parts: AppParts,
  c: Context,
  view: View,
  { values, files: sent }: SentForm,
): Promise<MadeItem> {
  const form = { schema: newItemSchema, input: itemInput(values, view), key: values.key };
  const isWrong = checkInput(form.schema, form.input).wrong !== null;
  const { pictures, refused: files } = await picturesFrom(parts, isWrong ? [] : sent);
  if (files.length > 0) {
    // The form as it was sent, without the files: browsers keep none.
    const errors = { pictures: refusedText(textsOfPictures(view), files) };
    const filled = { values, errors, message: ownTexts(view).checkFields };
    return { id: null, filled, status: failures[10001].status };
  }
  const { value: id, refused } = await submitOnce(parts, c, form, async (item, name) => {
    const made = await createItem(parts, item, actorName(c), name);
    if (made.refused !== null) return made;
    for (const { picture } of pictures) await storePicture(parts, made.value, picture);
    return made;
  });
  if (refused === null) return { id, filled: null, status: 200 };
  return {
    id: null,
    filled: filledOf(view, values, refused),
    status: failures[refused.code].status,
  };
}
