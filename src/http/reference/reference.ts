/** The reference as a thread serves it: made when it is first asked for, and kept. */
import type { DescribedRoute } from './described-route.ts';
import { openApiDocument, openApiPath } from './openapi.ts';

/** What a JSON schema of the document may say about one value. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
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
interface Operation {
  parameters: ({ name: string; in: string; schema: Schema } | { $ref: string })[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** What a route takes, with no references left in it. */
export interface Input {
  query: [name: string, Schema][];
  body: Schema | null;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export class Reference {
  #document: Document | undefined;
  #text: string | undefined;

  /** The OpenAPI document as JSON text. */
  get text(): string {
    this.#text ??= JSON.stringify(this.#made());
    return this.#text;
  }

  inputOf({ method, path }: DescribedRoute): Input {
    const operation = this.#made().paths[openApiPath(path)]![method.toLowerCase()]!;
    const query = operation.parameters.flatMap((each): Input['query'] =>
      'in' in each && each.in === 'query' ? [[each.name, each.schema]] : [],
    );
    const body = operation.requestBody?.content['application/json']?.schema;
    return { query, body: body === undefined ? null : this.#resolved(body) };
  }

  /** A schema with the shapes that it refers to in their places. */
  #resolved(schema: Schema): Schema {
    const { $ref, anyOf, ...own } = schema;
    if ($ref !== undefined) {
      const name = $ref.slice($ref.lastIndexOf('/') + 1);
      return { ...own, ...this.#resolved(this.#made().components.schemas[name]!) };
    }
    if (anyOf === undefined) return own;
    return { ...own, anyOf: anyOf.map((each) => this.#resolved(each)) };
  }

  #made(): Document {
    // The parts that are read here have the form that `openapi.ts` gives them.
    this.#document ??= openApiDocument() as unknown as Document;
    return this.#document;
  }
}
