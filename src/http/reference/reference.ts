/** The reference as a thread serves it: made when it is first asked for, and kept. */
import type { DescribedRoute } from './described-route.ts';
import { openApiDocument, openApiPath } from './openapi.ts';

/** What a JSON schema of the document may say about one value. */
export interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  default?: unknown;
  description?: string;
}

/** What the document says about a route. */
export interface Operation {
  parameters: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

export class Reference {
  #document: Record<string, unknown> | undefined;
  #text: string | undefined;

  /** The OpenAPI document as JSON text. */
  get text(): string {
    this.#text ??= JSON.stringify(this.#made());
    return this.#text;
  }

  operationOf({ method, path }: DescribedRoute): Operation {
    // The document's paths have the form that `openapi.ts` gives them.
    const paths = this.#made().paths as Record<string, Record<string, Operation>>;
    return paths[openApiPath(path)]![method.toLowerCase()]!;
  }

  #made(): Record<string, unknown> {
    this.#document ??= openApiDocument();
    return this.#document;
  }
}
