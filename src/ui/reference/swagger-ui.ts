import type { Json } from './description';

/** The parts of Swagger UI that the reference uses. The package has no types. */

/** An object of Immutable.js, as Swagger UI keeps its state. */
export interface StateMap {
  get(name: string): unknown;
  toJS(): unknown;
}

/** The path and the method of an operation. */
export type PathMethod = readonly [path: string, method: string];

/** Properties of Swagger UI's component for the parameters of an operation. */
export interface ParametersProps {
  readonly pathMethod: PathMethod;
  readonly parameters: Iterable<StateMap>;
  readonly onTryoutClick: () => void;
}

/** Resolves the references below a path of a description. */
export type ResolveSubtree = (
  description: Json,
  path: readonly string[],
  options: object,
) => Promise<unknown>;

export interface SwaggerSystem {
  readonly fn: { readonly resolveSubtree: ResolveSubtree };
  readonly React: { createElement(type: unknown, props: object): unknown };
  readonly specActions: {
    updateJsonSpec(spec: object): void;
    invalidateResolvedSubtreeCache(): void;
    changeParamByIdentity(operation: PathMethod, parameter: StateMap, value: string, isXml: boolean): void;
  };
  readonly specSelectors: {
    parameterWithMetaByIdentity(operation: PathMethod, parameter: StateMap): StateMap;
  };
  readonly authSelectors: { authorized(): StateMap };
}

interface SwaggerUi {
  (options: object): SwaggerSystem;
  readonly presets: { readonly apis: unknown };
}

declare global {
  const SwaggerUIBundle: SwaggerUi;
}
