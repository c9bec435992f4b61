/** `bun src/testing/make-client-types.ts`: makes the types of the client anew, after the API has changed. */
import { clientTypes, clientTypesPath } from './client-types.ts';

await Bun.write(clientTypesPath, await clientTypes());
