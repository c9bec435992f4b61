/** Tables and examples that sections of `/docs` share. */
import { type ErrorCode, failures, type Language } from '../../wire/messages.ts';
import type { DocsTexts } from './docs-texts.ts';

export function Codes(props: { codes: readonly ErrorCode[]; own: DocsTexts; language: Language }) {
  const { codes, own, language } = props;
  return (
    <table class="codes">
      <caption>{own.codes}</caption>
      <thead>
        <tr>
          <th scope="col">{own.code}</th>
          <th scope="col">{own.status}</th>
          <th scope="col">{own.meaning}</th>
        </tr>
      </thead>
      <tbody>
        {[...new Set(codes)].map((code) => (
          <tr>
            <th scope="row">{code}</th>
            <td>{failures[code].status}</td>
            <td>{failures[code][language]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Example({ title, value }: { title: string; value: unknown }) {
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <pre lang="en" tabindex={0}>
        {JSON.stringify(value, null, 2)}
      </pre>
    </figure>
  );
}
