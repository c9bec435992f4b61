/** Types that openapi-typescript makes of an OpenAPI document. */
import { plugin } from 'bun';
import typescript5 from 'typescript-5';

/** The generator prints with the compiler's own printer, which TypeScript has no longer since 7. */
plugin({
  name: 'typescript 5, for the generator',
  setup: (build) => {
    const exports = { ...typescript5, default: typescript5 };
    build.module('typescript', () => ({ exports, loader: 'object' }));
  },
});

/** The source of all types of a document. */
export async function typesOf(document: string): Promise<string> {
  const { default: made, astToString } = await import('openapi-typescript');
  return astToString(await made(document));
}

/** The source of the types of a document's schemas, each by its name, and of nothing else; files are blobs. */
export async function schemaTypesOf(document: string): Promise<string> {
  const { default: made, astToString } = await import('openapi-typescript');
  const blob = typescript5.factory.createTypeReferenceNode('Blob');
  const nodes = await made(document, {
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    // What a request may leave out has a default.
    defaultNonNullable: false,
    transform: ({ format }) => (format === 'binary' ? blob : undefined),
  });
  const empty = ['paths', 'webhooks', 'operations', '$defs'];
  return astToString(
    nodes.filter((node) => {
      const named =
        typescript5.isInterfaceDeclaration(node) || typescript5.isTypeAliasDeclaration(node);
      return !(named && empty.includes(node.name.text));
    }),
  );
}
