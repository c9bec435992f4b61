/** The pictures on an item's page of the administrator: their order, what they show, and a form for more. */
import {
  pictureAltCharactersMax,
  pictureBytesMax,
  picturesPerItemMax,
} from '../../../../../actors/limits.ts';
import type { ItemPicture } from '../../../../db/sql.ts';
import { picturePath } from '../../../../pictures/address.ts';
import type { View } from '../../layout.tsx';
import { fill } from '../../texts.ts';
import { Notice } from '../frame.tsx';
import { type PictureTexts, pictureTexts } from './pictures-texts.ts';

/** What a file's field may be given; what it is shows its content. */
const accepted = 'image/jpeg,image/png,image/webp';

export interface PictureNotice {
  text: string;
  isError: boolean;
}

interface PicturesProps {
  view: View;
  item: { id: number; imageUrl: string | null };
  pictures: readonly ItemPicture[];
  /** What was done just now, or why not. */
  notice: PictureNotice | null;
}

export function textsOfPictures({ visitor }: View): PictureTexts {
  return pictureTexts[visitor.language];
}

/** The script sends each file by itself, and puts this section, as the answer has it, in place of the old one. */
export function Pictures({ view, item, pictures, notice }: PicturesProps) {
  const own = textsOfPictures(view);
  const { sending, preparing, failed, lost, refusedOne, refusals } = own;
  const texts = { sending, preparing, failed, lost, refusedOne, large: refusals.large };
  return (
    <section
      class="panel pictures"
      id="pictures"
      data-pictures={JSON.stringify({ texts, bytesMax: pictureBytesMax })}
    >
      <h2 tabindex={-1}>{own.title}</h2>
      <p class="hint">{item.imageUrl === null ? own.lead : own.leadNamed}</p>
      {notice !== null && <Notice {...notice} />}
      {pictures.length === 0 && <p class="none">{own.none}</p>}
      {pictures.length > 0 && (
        <ol>
          {pictures.map((picture, index) => (
            <Row own={own} picture={picture} index={index} count={pictures.length} />
          ))}
        </ol>
      )}
      {pictures.length < picturesPerItemMax ? (
        <form
          method="post"
          action={`/admin/items/${item.id}/pictures`}
          enctype="multipart/form-data"
          data-once
          data-upload
        >
          <PictureField label={own.add} hint={own.bounds} required />
          <p class="hint" data-drop hidden>
            {own.drop}
          </p>
          <button type="submit" class="primary">
            {own.submit}
          </button>
        </form>
      ) : (
        <p class="hint">{own.full}</p>
      )}
    </section>
  );
}

interface RowProps {
  own: PictureTexts;
  picture: ItemPicture;
  index: number;
  count: number;
}

function Row({ own, picture, index, count }: RowProps) {
  const { id, itemId, alt, small } = picture;
  const n = index + 1;
  const field = `alt-${n}`;
  const isFirst = index === 0;
  const action = `/admin/items/${itemId}/pictures/${id}`;
  const button = (name: 'first' | 'up' | 'down', disabled: boolean) => (
    <button
      type="submit"
      class="secondary"
      name="do"
      value={name}
      disabled={disabled}
      aria-label={`${own[name]}: ${fill(own.number, { n })}`}
    >
      {own[name]}
    </button>
  );
  return (
    <li>
      <a href={picturePath(picture)}>
        <img
          src={picturePath(small)}
          width={small.width}
          height={small.height}
          alt={alt === '' ? fill(own.number, { n }) : alt}
        />
      </a>
      <form method="post" action={action} data-once>
        <div class="field">
          <label for={field}>{fill(own.alt, { n })}</label>
          <input
            id={field}
            name="alt"
            value={alt}
            maxlength={pictureAltCharactersMax}
            aria-describedby={`${field}-hint`}
          />
          <p class="hint" id={`${field}-hint`}>
            {own.altHint}
          </p>
        </div>
        <div class="moves">
          {/* The first is what the Enter key presses. */}
          <button type="submit" class="secondary" name="do" value="save">
            {own.save}
          </button>
          {button('first', isFirst)}
          {button('up', isFirst)}
          {button('down', n === count)}
          <details>
            <summary aria-label={`${own.remove}: ${fill(own.number, { n })}`}>
              {own.remove} …
            </summary>
            <button type="submit" class="secondary" formaction={`${action}/delete`}>
              {own.sure}
            </button>
          </details>
        </div>
      </form>
    </li>
  );
}

interface PictureFieldProps {
  label: string;
  hint: string;
  required?: boolean;
  /** What was wrong with what was sent. */
  error?: string | undefined;
}

/** A field for files; what was chosen is lost when the form comes back. */
export function PictureField({ label, hint, required = false, error }: PictureFieldProps) {
  return (
    <div class="field">
      <label for="pictures-files">{label}</label>
      <input
        id="pictures-files"
        type="file"
        name="pictures"
        accept={accepted}
        multiple
        required={required}
        aria-describedby="pictures-files-hint"
        {...(error === undefined ? {} : { 'aria-invalid': 'true' as const, autofocus: true })}
      />
      <p class={error === undefined ? 'hint' : 'error'} id="pictures-files-hint">
        {error ?? hint}
      </p>
    </div>
  );
}
