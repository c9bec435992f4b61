/** Of the routes of the JSON API, those for pictures of items. */
import { pictureBytesMax, pictureSideMax, picturesPerItemMax } from '../../../actors/limits.ts';
import { newPictureSchema, pictureChangesSchema } from '../../shop/pictures/pictures.ts';
import { itemPictures } from './answer-schemas.ts';
import { admin, body, type DescribedRoute } from './described-route.ts';
import * as example from './examples.ts';

const answer = { data: itemPictures, example: example.itemPictures };
const codes = [10005, ...admin] as const;

export const describedPictureRoutes: readonly DescribedRoute[] = [
  {
    method: 'POST',
    path: '/api/items/:id/pictures',
    who: 'key',
    scope: 'items:write',
    summary:
      `Adds a picture as the item's last, of ${picturesPerItemMax} at most. The body is the picture itself, up to ${pictureBytesMax / 2 ** 20} MiB: a JPEG, PNG or WebP that does not move, by its content. ` +
      `It is stored anew as WebP, of up to ${pictureSideMax} pixels along its longer side, without anything else that was in the file but its colour profile. The same picture again changes nothing.`,
    query: newPictureSchema.entries,
    file: ['image/jpeg', 'image/png', 'image/webp'],
    answers: { 201: answer },
    codes: [...body, ...codes],
  },
  {
    method: 'PATCH',
    path: '/api/items/:id/pictures/:pictureId',
    who: 'key',
    scope: 'items:write',
    summary:
      'Says what a picture shows, or moves it among those of its item: position 1 is the first.',
    body: pictureChangesSchema,
    bodyExample: example.pictureChanges,
    answers: { 200: answer },
    codes: [...body, ...codes],
  },
  {
    method: 'DELETE',
    path: '/api/items/:id/pictures/:pictureId',
    who: 'key',
    scope: 'items:write',
    summary: 'Takes a picture off its item. Whoever has its address may have kept it.',
    answers: { 200: answer },
    codes,
  },
];
